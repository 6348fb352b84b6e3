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
    ///   - target: an option that only tables have.
    init(
        _ paths: [String], labels: String?, shape: ImageShape, classNames: [String], _ target: String?
    ) throws {
        if let target {
            throw UsageError.invalidOption(
                name: "target", value: target,
                expected: "nothing: the model takes pictures, whose classes --labels or their folders tell")
        }
        let isPNG = paths.allSatisfy { directoryExists($0) || $0.lowercased().hasSuffix(".png") }
        if !isPNG {
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
        let known = files.compactMap(\.label)
        hasLabels = known.count == files.count
        dataset = try ImageDataset(
            pngFiles: files.map(\.path), labels: hasLabels ? known : nil, classNames: classNames, shape: shape
        )
        (keyName, keys) = ("file", files.map(\.path))
    }

    /// The file itself; of a folder its PNG files and, with their classes, those in folders named like classes.
    private static func pictures(
        _ path: String, _ classNames: [String]
    ) throws -> [(path: String, label: Int32?)] {
        guard directoryExists(path) else { return [(path, nil)] }
        var files: [(path: String, label: Int32?)] = []
        for name in try listDirectory(path) where !name.hasPrefix(".") {
            let inside = joinPath(path, name)
            if directoryExists(inside), let label = classNames.firstIndex(of: name) {
                for file in try listDirectory(inside) where file.lowercased().hasSuffix(".png") {
                    files.append((joinPath(inside, file), Int32(label)))
                }
            } else if name.lowercased().hasSuffix(".png") {
                files.append((inside, nil))
            }
        }
        return files
    }
}
