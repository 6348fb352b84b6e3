import Glibc
import HibariSupport

/// A folder that has the files of a data set.
public struct LocatedDataset: Sendable, Equatable {
    /// How the folder was found.
    public enum Origin: String, Sendable {
        case option
        case environment
        case cache
        case system
    }

    public let name: String
    /// The folder, or the file if one was named.
    public let path: String
    public let origin: Origin
}

/// Finds a public data set: at `explicit` if that is given; else in `$HIBARI_DATA/images`, in the cache of
/// `hibari data fetch`, and where packages of the distribution put it.
///
/// - Throws: `DatasetError.unknownDataset`; `.notFound` with the places looked at and what to do; `.contents` for a
///   folder with a part of the files.
public func locateDataset(_ name: String, explicit: String? = nil) throws(DatasetError) -> LocatedDataset {
    try DatasetPlaces.ofThisProcess.locate(PublicDataset.named(name), explicit: explicit)
}

/// Where data sets are looked for.
public struct DatasetPlaces: Sendable {
    /// `$HIBARI_DATA`.
    let dataFolder: String?
    /// Where `hibari data fetch` writes.
    public let cacheFolder: String
    /// Before the folders of packages; empty but in tests.
    let systemRoot: String

    public static var ofThisProcess: DatasetPlaces {
        DatasetPlaces(systemRoot: "") { name in getenv(name).map { String(cString: $0) } }
    }

    /// - Parameter variable: gives the value of an environment variable.
    package init(systemRoot: String, variable: (String) -> String?) {
        func folder(_ name: String) -> String? { variable(name).flatMap { $0.isEmpty ? nil : $0 } }
        dataFolder = folder("HIBARI_DATA")
        let cache = folder("XDG_CACHE_HOME") ?? joinPath(folder("HOME") ?? "/tmp", ".cache")
        cacheFolder = joinPath(cache, "hibari/datasets")
        self.systemRoot = systemRoot
    }

    /// The folder in the cache for a data set.
    public func cacheFolder(of dataset: PublicDataset) -> String { joinPath(cacheFolder, dataset.name) }

    package func locate(
        _ dataset: PublicDataset, explicit: String? = nil
    ) throws(DatasetError) -> LocatedDataset {
        if let explicit {
            if fileExists(explicit) {
                return LocatedDataset(name: dataset.name, path: explicit, origin: .option)
            }
            throw .notFound(name: dataset.name, searched: [explicit], remedy: "check the path of --data")
        }
        var searched: [String] = []
        for (origin, folder) in candidates(dataset) {
            if try ImageFiles(in: folder, dataset.format) != nil {
                return LocatedDataset(name: dataset.name, path: folder, origin: origin)
            }
            searched.append(folder)
        }
        let package = dataset.systemPackage.map { ", or install it with: apt-get install \($0)" } ?? ""
        throw .notFound(
            name: dataset.name, searched: searched,
            remedy: """
                run: hibari data fetch \(dataset.name)\(package), or give a folder that has it with --data DIR
                """)
    }

    private func candidates(_ dataset: PublicDataset) -> [(LocatedDataset.Origin, String)] {
        var places: [(LocatedDataset.Origin, String)] = []
        if let dataFolder {
            for name in dataset.folderNames {
                places.append((.environment, joinPath(joinPath(dataFolder, "images"), name)))
            }
        }
        places.append((.cache, cacheFolder(of: dataset)))
        return places + dataset.systemFolders.map { (.system, systemRoot + $0) }
    }
}
