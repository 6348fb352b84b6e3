import Foundation
import HibariData
import HibariSupport
import HibariTestSupport
import Testing

/// The files of real MNIST in `$HIBARI_DATA` or `../shared/data`, nil if they are not there.
private let realMNIST: String? = {
    let folder = ProcessInfo.processInfo.environment["HIBARI_DATA"] ?? "../shared/data"
    let path = folder + "/images/mnist"
    return fileExists(path + "/train-images-idx3-ubyte.gz") ? path : nil
}()

@Suite struct DataCommandTests {
    private let space: Workspace
    /// Nothing but what the test puts there.
    private let environment: [String: String]

    init() throws {
        space = try Workspace()
        environment = ["HIBARI_DATA": space.path("data"), "XDG_CACHE_HOME": space.path("cache")]
    }

    @Test func list() throws {
        let text = expectSuccess(try hibari("data", "list", environment: environment)).output
        #expect(text.contains("mnist") && text.contains("not here: hibari data fetch cifar10"))
        #expect(text.contains("digits") && text.contains("built in"))
        let json = try expectSuccess(hibari("data", "list", "--json", environment: environment)).json
        let names = json["datasets"]?.array?.compactMap { $0["name"]?.string }
        #expect(names == ["mnist", "fashion-mnist", "cifar10", "cifar100"])
        #expect(json["texts"]?.array?.compactMap { $0["name"]?.string } == ["names"])
        #expect(text.contains("not here: hibari data fetch names"))
        #expect(json["datasets"]?.array?.first?["files"]?.array?.first?["sha256"]?.string?.count == 64)
    }

    @Test func mistakes() throws {
        expectError(try hibari("data", "fetch", "imagenet", environment: environment), 64, "one of mnist")
        expectError(
            try hibari("data", "fetch", "mnist", "--base-url", "/tmp", environment: environment), 64,
            "http://")
        // Nobody listens at port 1.
        expectError(
            try hibari(
                "data", "fetch", "mnist", "--base-url", "http://127.0.0.1:1", environment: environment),
            69, "--data DIR")
        let file = try space.write("file", "x")
        expectError(
            try hibari("data", "fetch", "mnist", "--out", file + "/x", "--base-url", "http://127.0.0.1:1"), 73
        )
        expectError(
            try hibari(
                "data", "fetch", "mnist", "--base-url", "http://127.0.0.1:1",
                environment: environment.merging(["PATH": "/none"]) { $1 }),
            69, "curl")
    }

    /// What is in the folder of the data is found, and another file of the size is refused.
    @Test func names() throws {
        try makeDirectories(space.path("data/text/en"))
        let file = try space.write("data/text/en/names.txt", "ann\n")
        let listed = expectSuccess(try hibari("data", "list", environment: environment)).output
        #expect(listed.contains(file))
        var behavior = FileServer.Behavior()
        behavior.files["names.txt"] = [UInt8](repeating: 97, count: 228_145)
        let server = FileServer(behavior)
        defer { server.stop() }
        expectError(
            try hibari("data", "fetch", "names", "--base-url", server.url, environment: environment), 65,
            "SHA-256")
        #expect(!space.exists("cache/hibari/datasets/names/names.txt"))
        expectError(try hibari("data", "fetch", "nams", environment: environment), 64, "cifar100, names")
    }

    @Test func wrongFilesAreRefused() throws {
        var behavior = FileServer.Behavior()
        behavior.files["train-images-idx3-ubyte.gz"] = [UInt8](repeating: 7, count: 9_912_422)
        let server = FileServer(behavior)
        defer { server.stop() }
        let out = space.path("out")
        expectError(
            try hibari("data", "fetch", "mnist", "--base-url", server.url, "--out", out), 65,
            "expected 440fcabf")
        #expect(try listDirectory(out) == [])
    }

    @Test(.enabled(if: realMNIST != nil, "images/mnist is not in $HIBARI_DATA or ../shared/data"))
    func fetchedSetsAreFound() throws {
        let folder = try #require(realMNIST)
        var behavior = FileServer.Behavior()
        for name in try listDirectory(folder) {
            behavior.files["mirror/" + name] = try readFile(folder + "/" + name)
        }
        let server = FileServer(behavior)
        defer { server.stop() }
        let arguments = ["data", "fetch", "mnist", "--base-url", server.url + "/mirror/", "--json"]
        let fetched = try expectSuccess(Program(arguments, environment: environment).wait()).json
        #expect(fetched["files"]?.array?.map { $0["was_there"] == false } == [true, true, true, true])
        let again = try expectSuccess(Program(arguments, environment: environment).wait()).json
        #expect(again["files"]?.array?.map { $0["was_there"] == true } == [true, true, true, true])
        let list = try expectSuccess(hibari("data", "list", "--json", environment: environment)).json
        #expect(list["datasets"]?.array?.first?["origin"] == "cache")
        #expect(list["datasets"]?.array?.first?["path"]?.string == space.path("cache/hibari/datasets/mnist"))
    }
}
