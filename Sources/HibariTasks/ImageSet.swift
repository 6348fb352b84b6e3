import HibariCommandLine
import HibariData
import HibariReports
import HibariSupport

/// The sets of pictures that tasks know.
package enum ImageSet: String, CaseIterable, Sendable {
    case digits, mnist, fashion, cifar10

    package var title: String {
        switch self {
        case .digits: "synthetic digits"
        case .mnist: "MNIST, handwritten digits"
        case .fashion: "Fashion-MNIST, pieces of clothing"
        case .cifar10: "CIFAR-10, animals and vehicles"
        }
    }

    /// Pictures parted into training, held-out and test pictures.
    ///
    /// - Parameters:
    ///   - path: a folder or file to take instead of those looked for; for `digits` pictures of any kind.
    ///   - limit: of training pictures, the held-out ones included.
    ///   - seed: of the synthetic digits and of the cut.
    package func load(_ path: String?, limit: Int?, seed: UInt64) throws -> ImageParts {
        do {
            guard self == .digits, let path else {
                return try ImageParts(
                    loadImages(self == .fashion ? "fashion-mnist" : rawValue, explicit: path, seed: seed),
                    title: title, limit: limit, seed: seed)
            }
            return try ImageParts(
                loadImages(at: path), title: "pictures of \(path)", limit: limit, seed: seed)
        } catch DatasetError.notFound(let name, let searched, let remedy) {
            throw DatasetError.notFound(
                name: name, searched: searched, remedy: "\(remedy); hibari run digits needs no files")
        }
    }
}

/// Pictures to learn from, to choose the best weights by, and to test on.
package struct ImageParts {
    package let train, held, test: ImageDataset
    /// Mean and standard deviation of each channel of the training pictures.
    package let mean, standardDeviation: [Float]
    /// What they show, in a few words.
    package let title: String
    /// The folder or file they came from, or the name of a built-in set.
    package let source: String
    /// Where they came from, for the report.
    package let rows: [KeyValueTable.Row]
    /// How many there are of a public set of which there is only a part.
    package let incomplete: String?

    /// The part of the training pictures that is held out.
    package static let heldShare = 0.05
    /// The part that serves as test pictures where a data set has none.
    package static let testShare = 0.15
    /// With fewer, no picture would be held out.
    package static let fewestPictures = 20

    /// - Parameters:
    ///   - loaded: without test pictures a part of the training pictures must serve.
    ///   - title: what they show.
    ///   - limit: of training pictures; every class has its share of them.
    ///   - seed: of what is drawn.
    package init(_ loaded: LoadedImages, title: String, limit: Int?, seed: UInt64) throws {
        if let limit, limit < Self.fewestPictures {
            throw UsageError.invalidOption(
                name: "limit", value: "\(limit)", expected: "at least \(Self.fewestPictures) pictures")
        }
        (self.title, source) = (title, loaded.source)
        let pictures = limit.map { loaded.train.drawing($0, seed: seed) } ?? loaded.train
        guard pictures.count >= Self.fewestPictures else {
            throw DatasetError.contents(
                path: source,
                problem: "\(pictures.count) training pictures; at least \(Self.fewestPictures) are needed")
        }
        let shares = loaded.test == nil ? [Self.heldShare, Self.testShare] : [Self.heldShare]
        let parts = ExampleSplit.stratified(labels: pictures.labels, fractions: shares, seed: seed)
        train = pictures.selecting(parts[0])
        try train.requireTwoClasses(path: source)
        held = pictures.selecting(parts[1])
        test = loaded.test ?? pictures.selecting(parts[2])
        (mean, standardDeviation) = train.channelStatistics()
        incomplete = loaded.published.flatMap { Self.incomplete(loaded, of: $0) }
        rows =
            [
                .init(
                    "pictures", loaded.isBuiltIn ? "drawn by the program, seed \(seed)" : source,
                    isCode: !loaded.isBuiltIn)
            ] + (incomplete.map { [.init("part of the set", $0)] } ?? []) + [
                .init("size", "\(train.shape) (channels, height, width), \(train.classNames.count) classes"),
                .init("to learn from", grouped(train.count)),
                .init("held out", "\(grouped(held.count)), to choose the best weights by"),
                .init(
                    "test",
                    grouped(test.count)
                        + (loaded.test == nil
                            ? ", cut from the training pictures" : ", used once, at the end")),
                .init("SHA-256, training", pictures.sha256, isCode: true),
                .init("SHA-256, test", test.sha256, isCode: true),
            ]
    }

    /// Nil if there are as many pictures as were published.
    private static func incomplete(_ loaded: LoadedImages, of set: PublicDataset) -> String? {
        let (train, test) = (loaded.train.count, loaded.test?.count ?? 0)
        if train == set.trainCount, test == set.testCount { return nil }
        return """
            \(grouped(train)) of \(grouped(set.trainCount)) training pictures, \(grouped(test)) of \
            \(grouped(set.testCount)) test pictures
            """
    }

    /// Normalized as the training pictures are.
    package func loader(_ pictures: ImageDataset, _ augmentation: Augmentation = Augmentation())
        -> ImageLoader
    {
        ImageLoader(
            pictures, mean: mean, standardDeviation: standardDeviation, augmentation: augmentation)
    }
}

extension ImageDataset {
    /// As many pictures drawn at random, in their order, with its share of every class; all if there are fewer.
    fileprivate func drawing(_ limit: Int, seed: UInt64) -> ImageDataset {
        if limit >= count { return self }
        let rest = 1 - Double(limit) / Double(count)
        return selecting(ExampleSplit.stratified(labels: labels, fractions: [rest], seed: seed)[0])
    }
}
