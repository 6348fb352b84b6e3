import ArgumentParser
import HibariCommandLine
import HibariData
import HibariSupport

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Find and download public sets of pictures and names.",
        subcommands: [DataListCommand.self, DataFetchCommand.self])
}

struct DataListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show the data sets that Hibari knows, and where they are.",
        discussion: """
            Looked for in $HIBARI_DATA/images and $HIBARI_DATA/text/en, in the cache of hibari data fetch ($XDG_CACHE_HOME/hibari/datasets, or \
            ~/.cache/hibari/datasets) and where Debian's packages put them. The set digits is built in: pictures drawn \
            by the program, for examples that need nothing else.

            Example: hibari data list
            """)

    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
        let found = PublicDataset.all.map { ($0, try? locateDataset($0.name)) }
        let texts = PublicText.all.map { ($0, try? $0.locate()) }
        if json { return printResult(object(found, texts).text()) }
        var rows = [["name", "training", "test", "picture", "download", "where"]]
        rows.append(["digits", "10000", "2000", "\(SyntheticDigits.shape)", "-", "built in"])
        for (dataset, place) in found {
            rows.append([
                dataset.name, "\(dataset.trainCount)", "\(dataset.testCount)", "\(dataset.shape)",
                abbreviatedBytes(Double(dataset.byteCount)), place?.path ?? "not here: \(remedy(dataset))",
            ])
        }
        for (text, place) in texts {
            rows.append([
                text.name, "-", "-", "text", abbreviatedBytes(Double(text.file.byteCount)),
                place?.path ?? "not here: hibari data fetch \(text.name)",
            ])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            printResult(
                zip(row.dropLast(), widths).map { padded($0, $1) }.joined(separator: "  ") + "  "
                    + (row.last ?? ""))
        }
    }

    private func remedy(_ dataset: PublicDataset) -> String {
        let fetch = "hibari data fetch \(dataset.name)"
        return dataset.systemPackage.map { "\(fetch), or apt-get install \($0)" } ?? fetch
    }

    private func object(
        _ found: [(PublicDataset, LocatedDataset?)], _ texts: [(PublicText, LocatedDataset?)]
    ) -> JSONValue {
        let datasets = found.map { dataset, place -> JSONValue in
            [
                "name": .string(dataset.name), "title": .string(dataset.title),
                "license": .string(dataset.license), "train": .integer(dataset.trainCount),
                "test": .integer(dataset.testCount),
                "shape": .array(
                    [dataset.shape.channels, dataset.shape.height, dataset.shape.width].map { .integer($0) }),
                "addresses": .array(dataset.addresses.map { .string($0) }),
                "files": .array(dataset.files.map(object)),
                "path": place.map { .string($0.path) } ?? .null,
                "origin": place.map { .string($0.origin.rawValue) } ?? .null,
            ]
        }
        let texts = texts.map { text, place -> JSONValue in
            [
                "name": .string(text.name), "title": .string(text.title), "license": .string(text.license),
                "addresses": .array(text.addresses.map { .string($0) }),
                "files": .array([object(text.file)]), "path": place.map { .string($0.path) } ?? .null,
                "origin": place.map { .string($0.origin.rawValue) } ?? .null,
            ]
        }
        return ["datasets": .array(datasets), "texts": .array(texts)]
    }

    private func object(_ file: PublicDataset.File) -> JSONValue {
        ["name": .string(file.name), "bytes": .integer(file.byteCount), "sha256": .string(file.sha256)]
    }
}

struct DataFetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Download a public set of pictures or names and check it.",
        discussion: """
            Every file is compared with its published size and SHA-256; one that differs is not kept. A download that \
            was interrupted goes on where it stopped. Needs the program curl.

            Example: hibari data fetch mnist
            """)

    @Argument(help: "mnist, fashion-mnist, cifar10, cifar100 or names.") var name: String
    @Option(
        help: ArgumentHelp(
            "Folder for the files (default: the cache, where they are found).", valueName: "folder"))
    var out: String?
    @Option(
        help: ArgumentHelp(
            "Take the files from this folder on the network (http or https).", valueName: "url"))
    var baseURL: String?
    @Flag(help: "Print one JSON object with the results.") var json = false

    func run() throws {
        if let baseURL, !baseURL.hasPrefix("http://"), !baseURL.hasPrefix("https://") {
            throw UsageError.invalidOption(
                name: "base-url", value: baseURL, expected: "an address that begins with http:// or https://")
        }
        let printer = FetchPrinter()
        let places = DatasetPlaces.ofThisProcess
        let (title, folder, files) = try {
            defer { printer.clear() }
            if let text = PublicText.all.first(where: { $0.name == name }) {
                let folder = out ?? places.cacheFolder(of: text)
                return (text.name, folder, try text.fetch(to: folder, baseURL: baseURL) { printer.show($0) })
            }
            let dataset = try pictures(named: name)
            let folder = out ?? places.cacheFolder(of: dataset)
            return (
                dataset.name, folder, try dataset.fetch(to: folder, baseURL: baseURL) { printer.show($0) }
            )
        }()
        if json {
            let object: JSONValue = [
                "name": .string(title), "folder": .string(folder),
                "files": .array(
                    files.map {
                        [
                            "path": .string($0.path), "bytes": .integer($0.byteCount),
                            "was_there": .bool($0.wasThere),
                        ]
                    }),
            ]
            return printResult(object.text())
        }
        for file in files {
            let size = abbreviatedBytes(Double(file.byteCount))
            printResult("\(file.path)  \(size), \(file.wasThere ? "was there" : "fetched"), checked")
        }
    }

    private func pictures(named name: String) throws -> PublicDataset {
        do {
            return try PublicDataset.named(name)
        } catch {
            guard case .unknownDataset(let name, let known) = error else { throw error }
            throw DatasetError.unknownDataset(name: name, known: known + PublicText.all.map(\.name))
        }
    }
}

/// Shows a download on standard error: one live line on a terminal; when piped, a line every few seconds.
private final class FetchPrinter {
    private let isLive = progressIsLive()
    private var lastPrinted = monotonicSeconds()

    func show(_ progress: FetchProgress) {
        let share = fixed(100 * Double(progress.bytes) / Double(max(1, progress.totalBytes)), 0)
        let text =
            "\(progress.file)  \(abbreviatedBytes(Double(progress.bytes))) of "
            + "\(abbreviatedBytes(Double(progress.totalBytes))), \(share) %"
        if isLive { return printToStandardError("\r\u{1B}[K" + text, terminator: "") }
        if monotonicSeconds() - lastPrinted < 5 { return }
        lastPrinted = monotonicSeconds()
        printToStandardError(text)
    }

    func clear() {
        if isLive { printToStandardError("\r\u{1B}[K", terminator: "") }
    }
}

extension PublicDataset {
    /// Of all files.
    fileprivate var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }
}
