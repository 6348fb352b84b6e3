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
            let loaded =
                if self == .digits, let path {
                    try loadImages(at: path)
                } else {
                    try loadImages(self == .fashion ? "fashion-mnist" : rawValue, explicit: path, seed: seed)
                }
            return try ImageParts(
                loaded.train, test: loaded.test, source: loaded.source, limit: limit, seed: seed)
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
    /// Where they came from, for the report.
    package let rows: [KeyValueTable.Row]

    /// The part of the training pictures that is held out.
    package static let heldShare = 0.05
    /// The part that serves as test pictures where a data set has none.
    package static let testShare = 0.15
    /// With fewer, no picture would be held out.
    package static let fewestPictures = 20

    /// - Parameters:
    ///   - given: training pictures.
    ///   - testPictures: nil if there are none: then a part of the training pictures must serve.
    ///   - source: where they came from, for errors and the report.
    package init(
        _ given: ImageDataset, test testPictures: ImageDataset?, source: String, limit: Int?, seed: UInt64
    ) throws {
        if let limit, limit < Self.fewestPictures {
            throw UsageError.invalidOption(
                name: "limit", value: "\(limit)", expected: "at least \(Self.fewestPictures) pictures")
        }
        let pictures = limit.map { given.prefix($0) } ?? given
        guard pictures.count >= Self.fewestPictures else {
            throw DatasetError.contents(
                path: source,
                problem: "\(pictures.count) training pictures; at least \(Self.fewestPictures) are needed")
        }
        let shares = testPictures == nil ? [Self.heldShare, Self.testShare] : [Self.heldShare]
        let parts = ExampleSplit.stratified(labels: pictures.labels, fractions: shares, seed: seed)
        train = pictures.selecting(parts[0])
        try train.requireTwoClasses(path: source)
        held = pictures.selecting(parts[1])
        test = testPictures ?? pictures.selecting(parts[2])
        (mean, standardDeviation) = train.channelStatistics()
        let isMade = source == "digits"
        rows = [
            .init(
                "pictures", isMade ? "drawn by the program, seed \(seed)" : source, isCode: !isMade),
            .init("size", "\(train.shape) (channels, height, width), \(train.classNames.count) classes"),
            .init("to learn from", grouped(train.count)),
            .init("held out", "\(grouped(held.count)), to choose the best weights by"),
            .init(
                "test",
                grouped(test.count)
                    + (testPictures == nil ? ", cut from the training pictures" : ", used once, at the end")),
            .init("SHA-256, training", pictures.sha256, isCode: true),
            .init("SHA-256, test", test.sha256, isCode: true),
        ]
    }

    /// Normalized as the training pictures are.
    package func loader(_ pictures: ImageDataset, _ augmentation: Augmentation = Augmentation())
        -> ImageLoader
    {
        ImageLoader(
            pictures, mean: mean, standardDeviation: standardDeviation, augmentation: augmentation)
    }
}
