import Glibc
import HibariSupport

/// Training and test pictures, and where they came from.
public struct LoadedImages: Sendable {
    public let train: ImageDataset
    /// Nil if there are none; then a part of the training pictures must serve.
    public let test: ImageDataset?
    /// The folder or file, or the name of a built-in set.
    public let source: String
}

/// Loads a data set by name: `digits`, which is built in, or a public one that `locateDataset` finds.
///
/// - Parameters:
///   - explicit: a folder or file to take instead of those looked for. It may hold any pictures of the kinds
///     that `loadImages(at:)` reads, but a set with a name must have the size of that.
///   - seed: of the built-in set.
public func loadImages(_ name: String, explicit: String? = nil, seed: UInt64 = 1) throws -> LoadedImages {
    if name == "digits", explicit == nil {
        let digits = SyntheticDigits.standard(seed: seed)
        return LoadedImages(train: digits.train, test: digits.test, source: "digits")
    }
    let dataset = try PublicDataset.named(name)
    return try loadImages(at: locateDataset(name, explicit: explicit).path, as: dataset)
}

/// Loads pictures from a folder or file, by what is there: MNIST's four IDX files; CIFAR's binary files or
/// archive; an `.npz` of Keras; PNG files in a folder for each class, perhaps below `train` and `test`.
///
/// - Parameter dataset: the public set it must be, if any: then the size of the pictures must be that one's.
public func loadImages(at path: String, as dataset: PublicDataset? = nil) throws -> LoadedImages {
    guard fileExists(path) else { throw FileError.cannotOpen(path: path, code: ENOENT) }
    let loaded = directoryExists(path) ? try loadFolder(path, dataset) : try loadFile(path, dataset)
    for part in [loaded.train, loaded.test].compactMap({ $0 }) {
        let expected = dataset?.shape ?? loaded.train.shape
        guard part.shape == expected else {
            throw DatasetError.contents(
                path: path,
                problem: "the pictures are \(part.shape) (channels, height, width), expected \(expected)")
        }
    }
    try loaded.train.requireTwoClasses(path: path)
    return loaded
}

private func loadFile(_ path: String, _ dataset: PublicDataset?) throws -> LoadedImages {
    if path.hasSuffix(".npz") {
        let (train, test) = try ImageDataset.readNPZ(path, classNames: dataset?.classNames)
        return LoadedImages(train: train, test: test, source: path)
    }
    if path.hasSuffix(".tar.gz") || path.hasSuffix(".tgz") {
        let is100 = dataset?.name == PublicDataset.cifar100.name || dataset == nil && path.contains("100")
        return try readCIFARArchive(path, is100 ? .cifar100 : .cifar10, from: path)
    }
    throw DatasetError.contents(
        path: path,
        problem: "not an .npz file or a .tar.gz of CIFAR; give the folder that the pictures are in")
}

private func loadFolder(_ path: String, _ dataset: PublicDataset?) throws -> LoadedImages {
    let formats: [PublicDataset.Format] =
        dataset.map { [$0.format] } ?? [.idx, .cifar(.cifar10), .cifar(.cifar100)]
    for format in formats {
        guard let files = ImageFiles(in: path, format) else { continue }
        if let duplicate = files.duplicate {
            throw DatasetError.contents(
                path: duplicate, problem: "it is there compressed too; remove one of the two")
        }
        switch (files, format) {
        case (.idx(let trainImages, let trainLabels, let testImages, let testLabels), _):
            let names =
                try dataset?.classNames ?? numberedClasses([trainLabels, testLabels].compactMap { $0 })
            let train = try ImageDataset(
                idxImages: trainImages, labels: trainLabels, classNames: names, expected: dataset?.shape)
            var test: ImageDataset?
            if let testImages, let testLabels {
                test = try ImageDataset(
                    idxImages: testImages, labels: testLabels, classNames: names, expected: train.shape)
            }
            return LoadedImages(train: train, test: test, source: path)
        case (.cifar(let train, let test, let namesFile), .cifar(let format)):
            let names = try namesFile.map { try classNames(readFile($0)) } ?? defaultNames(format)
            return LoadedImages(
                train: try ImageDataset(cifarFiles: train, format: format, classNames: names),
                test: test.isEmpty
                    ? nil : try ImageDataset(cifarFiles: test, format: format, classNames: names),
                source: path)
        case (.cifarArchive(let archive), .cifar(let format)):
            return try readCIFARArchive(archive, format, from: path)
        default: continue
        }
    }
    let (train, test) = (joinPath(path, "train"), joinPath(path, "test"))
    guard directoryExists(train) else {
        return LoadedImages(train: try ImageDataset(pngFolder: path), test: nil, source: path)
    }
    let training = try ImageDataset(pngFolder: train)
    return LoadedImages(
        train: training,
        test: directoryExists(test)
            ? try ImageDataset(pngFolder: test, classNames: training.classNames) : nil,
        source: path)
}

/// The labels that occur, as names from 0 to the largest.
private func numberedClasses(_ labelFiles: [String]) throws -> [String] {
    var largest = 0.0
    for file in labelFiles { largest = max(largest, try NumericArray(idxFile: file).doubles().max() ?? 0) }
    return (0...Int(min(largest, 9999))).map { "\($0)" }
}

private func defaultNames(_ format: CIFARFormat) -> [String] {
    format == .cifar10 ? PublicDataset.cifar10.classNames ?? [] : (0..<100).map { "class \($0)" }
}

private func classNames(_ bytes: [UInt8]) -> [String] {
    String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
}

/// Reads the archive as it was published, file by file, without unpacking it to disk.
private func readCIFARArchive(
    _ path: String, _ format: CIFARFormat, from source: String
) throws -> LoadedImages {
    let (trainPrefix, testPrefix) =
        format == .cifar10 ? ("data_batch_", "test_batch.bin") : ("train.bin", "test.bin")
    var names = defaultNames(format)
    var tar = TarReader(try DataFile(path: path))
    // The names come first or not at all here: every label is checked against 100 classes either way.
    var train = CIFARReader(format, classNames: names)
    var test = CIFARReader(format, classNames: names)
    while let entry = try tar.next() {
        let name = splitPath(entry.name).name
        let label = "\(path) (\(entry.name))"
        if name == fineLabelNames, format == .cifar100, entry.size < 1 << 16 {
            names = classNames(try tar.read(entry.size))
        } else if name.hasPrefix(trainPrefix) {
            try train.read(path: label) { try tar.read($0) }
        } else if name.hasPrefix(testPrefix) {
            try test.read(path: label) { try tar.read($0) }
        }
    }
    if train.dataset.count == 0 {
        throw DatasetError.contents(path: path, problem: "no training pictures of CIFAR in it")
    }
    func named(_ dataset: ImageDataset) -> ImageDataset {
        ImageDataset(
            images: dataset.images, shape: dataset.shape, labels: dataset.labels,
            classNames: names.count == dataset.classNames.count ? names : dataset.classNames)
    }
    return LoadedImages(
        train: named(train.dataset), test: test.dataset.count == 0 ? nil : named(test.dataset), source: source
    )
}
