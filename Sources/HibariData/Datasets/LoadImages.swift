import Glibc
import HibariSupport

/// Training and test pictures, and where they came from.
public struct LoadedImages: Sendable {
    public let train: ImageDataset
    /// Nil if there are none; then a part of the training pictures must serve.
    public let test: ImageDataset?
    /// The folder or file, or the name of a built-in set.
    public let source: String
    /// Drawn by the program, not read from files.
    public let isBuiltIn: Bool
    /// The public set that they were loaded as, of which there may be only a part; nil for other pictures.
    public let published: PublicDataset?

    package init(
        train: ImageDataset, test: ImageDataset?, source: String, isBuiltIn: Bool = false,
        published: PublicDataset? = nil
    ) {
        self.train = train
        self.test = test
        self.source = source
        self.isBuiltIn = isBuiltIn
        self.published = published
    }
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
        return LoadedImages(train: digits.train, test: digits.test, source: name, isBuiltIn: true)
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
    let (train, test) = directoryExists(path) ? try loadFolder(path, dataset) : try loadFile(path, dataset)
    for part in [train, test].compactMap({ $0 }) {
        let expected = dataset?.shape ?? train.shape
        guard part.shape == expected else {
            throw DatasetError.contents(
                path: path,
                problem: "the pictures are \(part.shape) (channels, height, width), expected \(expected)")
        }
    }
    try train.requireTwoClasses(path: path)
    return LoadedImages(train: train, test: test, source: path, published: dataset)
}

private typealias TrainAndTest = (train: ImageDataset, test: ImageDataset?)

private func loadFile(_ path: String, _ dataset: PublicDataset?) throws -> TrainAndTest {
    if path.hasSuffix(".npz") { return try ImageDataset.readNPZ(path, classNames: dataset?.classNames) }
    if path.hasSuffix(".tar.gz") || path.hasSuffix(".tgz") {
        let is100 = dataset?.name == PublicDataset.cifar100.name || dataset == nil && path.contains("100")
        return try readCIFARArchive(path, is100 ? .cifar100 : .cifar10)
    }
    throw DatasetError.contents(
        path: path,
        problem: "not an .npz file or a .tar.gz of CIFAR; give the folder that the pictures are in")
}

private func loadFolder(_ path: String, _ dataset: PublicDataset?) throws -> TrainAndTest {
    let formats: [PublicDataset.Format] =
        dataset.map { [$0.format] } ?? [.idx, .cifar(.cifar10), .cifar(.cifar100)]
    for format in formats {
        guard let files = try ImageFiles(in: path, format) else { continue }
        if let duplicate = files.duplicate {
            throw DatasetError.contents(
                path: duplicate, problem: "it is there compressed too; remove one of the two")
        }
        switch (files, format) {
        case (.idx(let trainImages, let trainLabels, let testImages, let testLabels), _):
            let train = try LabeledArrays(
                idxImages: trainImages, labels: trainLabels, expected: dataset?.shape)
            var test: LabeledArrays?
            if let testImages, let testLabels {
                test = try LabeledArrays(idxImages: testImages, labels: testLabels, expected: train.shape)
            }
            let names =
                dataset?.classNames ?? LabeledArrays.numberedClasses([train, test].compactMap { $0 })
            return (try train.dataset(classNames: names), try test?.dataset(classNames: names))
        case (.cifar(let train, let test, let namesFile), .cifar(let format)):
            let names = try namesFile.map { try classNames(readFile($0)) } ?? defaultNames(format)
            return (
                try ImageDataset(cifarFiles: train, format: format, classNames: names),
                test.isEmpty ? nil : try ImageDataset(cifarFiles: test, format: format, classNames: names)
            )
        case (.cifarArchive(let archive), .cifar(let format)):
            return try readCIFARArchive(archive, format)
        default: continue
        }
    }
    let (train, test) = (joinPath(path, "train"), joinPath(path, "test"))
    guard directoryExists(train) else { return (try ImageDataset(pngFolder: path), nil) }
    let training = try ImageDataset(pngFolder: train)
    return (
        training,
        directoryExists(test) ? try ImageDataset(pngFolder: test, classNames: training.classNames) : nil
    )
}

private func defaultNames(_ format: CIFARFormat) -> [String] {
    format == .cifar10 ? PublicDataset.cifar10.classNames ?? [] : (0..<100).map { "class \($0)" }
}

private func classNames(_ bytes: [UInt8]) -> [String] {
    String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
}

/// Reads the archive as it was published, file by file, without unpacking it to disk.
private func readCIFARArchive(_ path: String, _ format: CIFARFormat) throws -> TrainAndTest {
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
    return (named(train.dataset), test.dataset.count == 0 ? nil : named(test.dataset))
}
