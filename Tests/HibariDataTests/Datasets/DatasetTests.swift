import HibariData
import HibariSupport
import HibariTestSupport
import Testing

/// A tar archive of regular files, and a folder before them.
func tar(_ files: KeyValuePairs<String, [UInt8]>) -> [UInt8] {
    func octal(_ value: Int, _ width: Int) -> [UInt8] {
        let digits = String(value, radix: 8)
        return Array((String(repeating: "0", count: width - 1 - digits.count) + digits).utf8) + [0]
    }
    func entry(_ name: String, _ type: Character, _ contents: [UInt8]) -> [UInt8] {
        var header = Array(name.utf8) + [UInt8](repeating: 0, count: 100 - name.utf8.count)
        header += octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(contents.count, 12) + octal(0, 12)
        header += [UInt8](repeating: 0x20, count: 8) + Array("\(type)".utf8)
        header += [UInt8](repeating: 0, count: 100) + Array("ustar\u{0}00".utf8)
        header += [UInt8](repeating: 0, count: 512 - header.count)
        let sum = octal(header.reduce(0) { $0 + Int($1) }, 7) + [0x20]
        header.replaceSubrange(148..<156, with: sum)
        return header + contents + [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
    }
    return entry("folder/", "5", []) + files.flatMap { entry($0.key, "0", $0.value) }
        + [UInt8](repeating: 0, count: 1024)
}

@Suite struct DatasetTests {
    let directory = TemporaryDirectory()

    private func places(_ variables: [String: String]) -> DatasetPlaces {
        DatasetPlaces(systemRoot: directory.path + "/system") { variables[$0] }
    }

    private func makeMNIST(_ folder: String) throws {
        let path = directory.path + "/" + folder
        try makeDirectories(path)
        try directory.write(
            folder + "/train-images-idx3-ubyte.gz",
            gzip(idx([2, 28, 28], [UInt8](repeating: 3, count: 1568))))
        try directory.write(folder + "/train-labels-idx1-ubyte.gz", gzip(idx([2], [4, 5])))
    }

    @Test func publishedFiles() {
        for dataset in PublicDataset.all {
            #expect(
                !dataset.files.isEmpty
                    && dataset.files.allSatisfy { $0.sha256.count == 64 && $0.byteCount > 0 })
            #expect(dataset.addresses.allSatisfy { $0.hasPrefix("http") && !$0.hasSuffix("/") })
        }
        #expect((try? PublicDataset.named("fashion"))?.name == "fashion-mnist")
        let error = #expect(throws: DatasetError.self) { try PublicDataset.named("imagenet") }
        #expect(error.map { "\($0)" }?.contains("one of mnist, fashion-mnist, cifar10, cifar100") == true)
        #expect(error?.exitStatus == .usage)
    }

    @Test func placesInOrder() throws {
        let root = directory.path
        let places = places(["HIBARI_DATA": root + "/data", "XDG_CACHE_HOME": root + "/cache", "HOME": root])
        let error = #expect(throws: DatasetError.self) { try places.locate(.fashionMNIST) }
        let text = error.map { "\($0)" } ?? ""
        #expect(
            text.contains("\(root)/data/images/fashion-mnist")
                && text.contains("hibari data fetch fashion-mnist"))
        #expect(text.contains("apt-get install dataset-fashion-mnist") && text.contains("--data DIR"))
        #expect(error?.exitStatus == .inputMissing)

        try makeMNIST("system/usr/share/datasets/fashion-mnist")
        #expect(try places.locate(.fashionMNIST).origin == .system)
        try makeMNIST("cache/hibari/datasets/fashion-mnist")
        #expect(try places.locate(.fashionMNIST).origin == .cache)
        try makeMNIST("data/images/fashion-mnist")
        let found = try places.locate(.fashionMNIST)
        #expect(found.origin == .environment && found.path == root + "/data/images/fashion-mnist")
        let explicit = try places.locate(.fashionMNIST, explicit: root)
        #expect(explicit.origin == .option && explicit.path == root)
        #expect(throws: DatasetError.self) { try places.locate(.fashionMNIST, explicit: root + "/none") }
        #expect(self.places(["HOME": "/h"]).cacheFolder == "/h/.cache/hibari/datasets")
    }

    @Test func namedSetsHaveTheirSize() throws {
        try makeMNIST("m")
        let loaded = try loadImages("fashion-mnist", explicit: directory.path + "/m")
        #expect(loaded.train.classNames[4] == "coat" && loaded.train.labels == [4, 5] && loaded.test == nil)
        try directory.write("m/train-images-idx3-ubyte.gz", gzip(idx([2, 1, 1], [3, 3])))
        let error = #expect(throws: DatasetError.self) {
            try loadImages("mnist", explicit: directory.path + "/m")
        }
        #expect(
            error.map { "\($0)" }?.contains("train-images-idx3-ubyte.gz: the pictures are 1 × 1 × 1") == true)
    }

    @Test func builtInDigits() throws {
        let digits = try loadImages("digits")
        #expect(digits.train.count == 10_000 && digits.test?.count == 2_000 && digits.source == "digits")
        #expect(digits.isBuiltIn && digits.published == nil)
    }

    /// Pictures without labels, or test pictures without training pictures, are no smaller set but half of one.
    @Test(arguments: [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ])
    func oneFileIsMissing(_ missing: String) throws {
        try makeDirectories(directory.path + "/s")
        for name in ["train", "t10k"] {
            try directory.write(
                "s/\(name)-images-idx3-ubyte", idx([2, 28, 28], [UInt8](repeating: 3, count: 1568)))
            try directory.write("s/\(name)-labels-idx1-ubyte.gz", gzip(idx([2], [4, 5])))
        }
        let folder = directory.path + "/s"
        let whole = try loadImages("mnist", explicit: folder)
        #expect(whole.test?.count == 2 && whole.published?.name == "mnist" && !whole.isBuiltIn)
        try removeTree(joinPath(folder, missing))
        try removeTree(joinPath(folder, missing + ".gz"))
        let loads: [() throws -> Void] = [
            { _ = try loadImages("mnist", explicit: folder) }, { _ = try loadImages(at: folder) },
        ]
        for load in loads {
            #expect(errorMessage(load).hasPrefix("\(folder)/\(missing): it is missing, though "))
        }
    }

    @Test func testFilesAlone() throws {
        try makeDirectories(directory.path + "/s")
        try directory.write("s/t10k-images-idx3-ubyte", idx([2, 28, 28], [UInt8](repeating: 3, count: 1568)))
        try directory.write("s/t10k-labels-idx1-ubyte", idx([2], [4, 5]))
        let message = errorMessage { _ = try loadImages("mnist", explicit: directory.path + "/s") }
        #expect(message.contains("s/train-images-idx3-ubyte: it is missing"))
    }

    @Test func oneArrayIsMissing() throws {
        let pictures = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1, 1)}", [1, 2])
        let labels = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}", [0, 1])
        let untested = try directory.write(
            "x.npz",
            zipArchive(["x_train.npy": pictures, "y_train.npy": labels, "x_test.npy": pictures]))
        #expect(
            errorMessage { _ = try loadImages(at: untested) }
                == "\(untested): x_test is in it, but y_test is missing")
        let blind = try directory.write("y.npz", zipArchive(["y_train.npy": labels]))
        #expect(
            errorMessage { _ = try loadImages(at: blind) }
                == "\(blind): y_train is in it, but x_train is missing")
    }

    /// Labels that are not as many as the pictures are not read.
    @Test func labelsWithoutEnd() throws {
        try makeDirectories(directory.path + "/s")
        try directory.write("s/train-images-idx3-ubyte", idx([2, 1, 1], [1, 2]))
        let count = 4_000_000_000
        try directory.write("s/train-labels-idx1-ubyte.gz", gzip(idx([count], [0, 1, 2])))
        #expect(
            errorMessage { _ = try loadImages(at: directory.path + "/s") }
                .contains("\(count) labels for the 2 pictures"))
    }

    private static func record(_ label: UInt8, _ value: UInt8) -> [UInt8] {
        [label] + [UInt8](repeating: value, count: 3072)
    }

    @Test func archiveOfCIFAR() throws {
        let archive = tar([
            "cifar-10-batches-bin/data_batch_1.bin": Self.record(3, 1) + Self.record(4, 2),
            "cifar-10-batches-bin/readme.html": Array("about".utf8),
            "cifar-10-batches-bin/data_batch_2.bin": Self.record(5, 3),
            "cifar-10-batches-bin/test_batch.bin": Self.record(6, 4),
        ])
        let path = try directory.write("cifar-10-binary.tar.gz", gzip(archive))
        for place in [path, directory.path] {
            let loaded = try loadImages("cifar10", explicit: place)
            #expect(loaded.train.labels == [3, 4, 5] && loaded.test?.labels == [6])
            #expect(loaded.train.images[3072] == 2 && loaded.test?.images.last == 4)
        }
        for length in stride(from: 0, to: archive.count - 1024, by: 97) {
            let cut = try directory.write("cut.tar.gz", gzip(Array(archive.prefix(length))))
            #expect(failsForTheUser { _ = try loadImages("cifar10", explicit: cut) }, "\(length) bytes")
        }
        var damaged = archive
        damaged[512 + 10] ^= 1
        let wrong = try directory.write("wrong.tar.gz", gzip(damaged))
        let error = #expect(throws: BinaryFileError.self) { try loadImages("cifar10", explicit: wrong) }
        #expect(error.map { "\($0)" }?.contains("no header of a tar archive at byte 512") == true)
        let label = try directory.write(
            "label.tar.gz", tar(["x/data_batch_1.bin": Self.record(0, 0) + Self.record(77, 0)]))
        let row = #expect(throws: DatasetError.self) { try loadImages("cifar10", explicit: label) }
        #expect(
            row.map { "\($0)" }?.contains("label.tar.gz (x/data_batch_1.bin), row 2: the label is 77") == true
        )
    }

    /// Damage anywhere in any kind of file: pictures, or an error that names the file.
    @Test func damageNeverTraps() throws {
        let pixels = (0..<2 * 784).map { UInt8(truncatingIfNeeded: $0) }
        let picture = npy(
            "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 4, 2, 3)}", (0..<48).map { $0 })
        let labels = npy(
            "{'descr': '<i4', 'fortran_order': False, 'shape': (2,)}", little(Int32(1)) + little(Int32(0)))
        let files: [(name: String, bytes: [UInt8])] = [
            ("train-images-idx3-ubyte", idx([2, 28, 28], pixels)),
            ("train-labels-idx1-ubyte", idx([2], [0, 9])),
            ("a.npz", zipArchive(["x_train.npy": picture, "y_train.npy": labels])),
            ("b.npz", NumPyFileTests.archive(NumPyFileTests.compressed)),
            ("cifar-10-binary.tar.gz", tar(["d/data_batch_1.bin": Self.record(3, 1) + Self.record(4, 2)])),
            ("g.tar.gz", try gzip(tar(["d/data_batch_1.bin": Self.record(3, 1) + Self.record(4, 2)]))),
        ]
        for file in files { try directory.write(file.name, file.bytes) }
        var random = RandomStream(seed: 8, purpose: .testing)
        for (name, bytes) in files {
            let path = name.contains("idx") ? directory.path : directory.path + "/" + name
            for _ in 0..<250 {
                var damaged = bytes
                // Mostly where the lengths are.
                let reach = random.index(below: 3) == 0 ? damaged.count : min(damaged.count, 140)
                for _ in 0...random.index(below: 3) {
                    damaged[random.index(below: reach)] = UInt8(truncatingIfNeeded: random.nextWord())
                }
                if random.index(below: 4) == 0 { damaged.removeLast(random.index(below: damaged.count)) }
                try directory.write(name, damaged)
                do {
                    _ = try loadImages(at: path)
                } catch let error as any UserError {
                    #expect("\(error)".contains(directory.path), "\(error)")
                }
                do { _ = try NumericArray(npyFile: directory.path + "/" + name) } catch is any UserError {}
            }
            try directory.write(name, bytes)
        }
    }
}
