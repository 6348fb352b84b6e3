import HibariSupport

/// A published text of one file: where it is, and how to know that it is the right one.
public struct PublicText: Sendable {
    public let name: String
    public let title: String
    public let license: String
    public let file: PublicDataset.File
    /// Folders that have the file, tried in order. What comes is checked, so they need not be trusted.
    public let addresses: [String]

    public static let all = [names]

    /// First names of the US Social Security Administration, as Karpathy's makemore has them.
    public static let names = PublicText(
        name: "names", title: "32,033 first names", license: "MIT",
        file: PublicDataset.File(
            name: "names.txt", byteCount: 228_145,
            sha256: "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d"),
        addresses: ["https://raw.githubusercontent.com/karpathy/makemore/master"])

    /// Finds the file: at `explicit` if that is given; else in `$HIBARI_DATA/text/en` and in the cache of
    /// `hibari data fetch`.
    ///
    /// - Throws: `DatasetError.notFound` with the places looked at and what to do.
    public func locate(
        explicit: String? = nil, in places: DatasetPlaces = .ofThisProcess
    ) throws(DatasetError) -> LocatedDataset {
        if let explicit {
            if fileExists(explicit) { return LocatedDataset(name: name, path: explicit, origin: .option) }
            throw .notFound(name: name, searched: [explicit], remedy: "check the path of --data")
        }
        var candidates: [(LocatedDataset.Origin, String)] = []
        if let folder = places.dataFolder { candidates.append((.environment, joinPath(folder, "text/en"))) }
        candidates.append((.cache, places.cacheFolder(of: self)))
        for (origin, folder) in candidates where fileExists(joinPath(folder, file.name)) {
            return LocatedDataset(name: name, path: joinPath(folder, file.name), origin: origin)
        }
        throw .notFound(
            name: name, searched: candidates.map { joinPath($0.1, file.name) },
            remedy: "run: hibari data fetch \(name), or give a file with --data FILE")
    }

    /// Downloads the file as `PublicDataset.fetch` does.
    public func fetch(
        to folder: String, baseURL: String? = nil, progress: (FetchProgress) -> Void
    ) throws -> [FetchedFile] {
        try PublicDataset.fetch(
            [file], to: folder, from: baseURL.map { [$0] } ?? addresses, progress: progress)
    }
}

extension DatasetPlaces {
    /// The folder in the cache for a text.
    public func cacheFolder(of text: PublicText) -> String { joinPath(cacheFolder, text.name) }
}
