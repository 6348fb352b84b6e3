import ArgumentParser
import HibariCommandLine
import HibariData
import HibariSupport

/// Pictures to predict, from PNG files, a folder of them, or an IDX file.
struct PictureFiles {
    let dataset: ImageDataset
    /// What tells them apart: "file" and names, or "row" and numbers from 1.
    let keyName: String
    let keys: [String]
    /// Whether the classes of `dataset` are known, not filled in.
    let hasLabels: Bool

    /// - Parameters:
    ///   - labels: an IDX file of classes.
    ///   - shape: the size the pictures must have.
    ///   - classNames: of the model.
    init(_ paths: [String], labels: String?, shape: ImageShape, classNames: [String]) throws {
        // What a file is its contents say, whatever its name.
        if try paths.contains(where: { try !directoryExists($0) && PictureFormat(ofFile: $0) == .idx }) {
            guard paths.count == 1 else {
                throw ValidationError(
                    "the model takes PNG files, folders of them, or one IDX file; got \(paths.joined(separator: ", "))"
                )
            }
            dataset =
                try labels.map {
                    try ImageDataset(
                        idxImages: paths[0], labels: $0, classNames: classNames, expected: shape)
                } ?? ImageDataset(idxImages: paths[0], classNames: classNames, expected: shape)
            (keyName, keys, hasLabels) = ("row", (0..<dataset.count).map { "\($0 + 1)" }, labels != nil)
            return
        }
        if let labels {
            throw UsageError.invalidOption(
                name: "labels", value: labels,
                expected: "nothing: the classes of PNG files are the names of their folders")
        }
        let files = try paths.flatMap { try Self.pictures($0, classNames) }
        guard !files.isEmpty else {
            throw DatasetError.contents(path: paths[0], problem: "there are no PNG files in it")
        }
        for file in files where !file.path.lowercased().hasSuffix(".png") { try Self.requirePNG(file.path) }
        let known = files.compactMap(\.label)
        hasLabels = known.count == files.count
        if !known.isEmpty, let unknown = files.first(where: { $0.label == nil }) {
            throw DatasetError.contents(
                path: unknown.path,
                problem: """
                    the picture is in no folder of a class, while others are; predict them apart, or sort all of them into \
                    folders called \(Self.list(classNames))
                    """)
        }
        dataset = try ImageDataset(
            pngFiles: files.map(\.path), labels: hasLabels ? known : nil, classNames: classNames, shape: shape
        )
        (keyName, keys) = ("file", files.map(\.path))
    }

    /// The file itself; of a folder all files and, with their classes, those in folders named like classes. Hidden
    /// ones are left out.
    ///
    /// - Throws: `DatasetError.contents` for a folder in it that is not named like a class.
    private static func pictures(
        _ path: String, _ classNames: [String]
    ) throws -> [(path: String, label: Int32?)] {
        guard directoryExists(path) else { return [(path, nil)] }
        var files: [(path: String, label: Int32?)] = []
        for name in try listDirectory(path) where !name.hasPrefix(".") {
            let inside = joinPath(path, name)
            guard directoryExists(inside) else {
                files.append((inside, nil))
                continue
            }
            guard let label = classNames.firstIndex(of: name) else {
                throw DatasetError.contents(
                    path: inside,
                    problem: "the folder is called like no class of the model: \(list(classNames))")
            }
            for file in try listDirectory(inside) where !file.hasPrefix(".") {
                files.append((joinPath(inside, file), Int32(label)))
            }
        }
        return files
    }

    private static func requirePNG(_ path: String) throws {
        let problem: String
        switch try PictureFormat(ofFile: path) {
        case .png: return
        case .jpeg: problem = "a JPEG picture; convert it to PNG"
        case .idx: problem = "an IDX file among pictures; predict it alone"
        case .other: problem = "neither a PNG picture nor an IDX file; convert pictures to PNG"
        }
        throw DatasetError.contents(path: path, problem: problem)
    }

    /// At most a dozen names.
    private static func list(_ names: [String]) -> String {
        names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
    }
}
