import ArgumentParser
import HibariData

/// Where pictures are, and how many of them to take.
struct PictureSource: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Folder or file of the pictures: IDX files, CIFAR's binary files, .npz, or PNG files in a folder for each class.",
            valueName: "path"))
    var data: String?
    @Option(
        help: ArgumentHelp(
            "Take only n training pictures, drawn with the seed; every class has its share.", valueName: "n"))
    var limit: Int?

    func load(_ set: ImageSet, seed: UInt64) throws -> ImageParts {
        try set.load(data, limit: limit, seed: seed)
    }
}

/// Options of the tasks that can learn from any set of pictures.
struct PictureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The pictures: \(ImageSet.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "name"))
    var dataSet: ImageSet = .digits
    @OptionGroup var source: PictureSource

    func load(seed: UInt64) throws -> ImageParts { try source.load(dataSet, seed: seed) }
}

extension ImageSet: ExpressibleByArgument {}
