import HibariSupport

/// Pictures and the numbers of their classes as files hold them, checked to belong together before they are copied.
struct LabeledArrays {
    /// More pictures than this are not taken into memory, however small they are.
    static let pictureLimit = 1 << 28

    let pictures, labels: NumericArray
    let shape: ImageShape
    private let channelsLast: Bool

    /// Arrays of NumPy: pictures `[N, H, W]` or `[N, H, W, C]`.
    init(_ pictures: NumericArray, _ labels: NumericArray) throws(DatasetError) {
        shape = try imageShape(pictures, channelsLast: true)
        try requireLabels(labels.shape, path: labels.path, for: pictures)
        (self.pictures, self.labels, channelsLast) = (pictures, labels, true)
    }

    /// Two IDX files, the pictures `[N, H, W]` or `[N, C, H, W]`.
    ///
    /// - Parameter expected: the size the pictures must have, if that is known.
    init(idxImages images: String, labels: String, expected: ImageShape?) throws {
        let pictures = try NumericArray(idxFile: images)
        shape = try imageShape(pictures, channelsLast: false)
        if let expected { try requireShape(shape, expected, path: images) }
        self.labels = try NumericArray(idxFile: labels) { try requireLabels($0, path: labels, for: pictures) }
        (self.pictures, channelsLast) = (pictures, false)
    }

    /// The numbers from 0 to the largest label of all parts, as names. Labels are checked one by one in `dataset`.
    static func numberedClasses(_ parts: [LabeledArrays]) -> [String] {
        var largest = 0.0
        for part in parts {
            for index in 0..<part.labels.count { largest = max(largest, part.labels.double(index)) }
        }
        return (0...Int(min(largest, 9999))).map { "\($0)" }
    }

    /// - Parameter classNames: of labels 0, 1, …; a label without a name is an error.
    func dataset(classNames: [String]) throws(DatasetError) -> ImageDataset {
        ImageDataset(
            images: channelsLast ? channelsFirst(pictures.bytes, shape) : pictures.bytes, shape: shape,
            labels: try labels.labels(classCount: classNames.count), classNames: classNames)
    }
}

/// The size of the pictures of an array `[N, H, W]`, `[N, C, H, W]` or `[N, H, W, C]`.
func imageShape(_ array: NumericArray, channelsLast: Bool) throws(DatasetError) -> ImageShape {
    guard array.type == .uint8, (3...4).contains(array.shape.count), !array.shape.contains(0) else {
        throw .contents(
            path: array.path,
            problem: """
                an array of \(array.type.rawValue), \(sizes(array.shape)); pictures are unsigned bytes in 3 or 4 \
                dimensions
                """)
    }
    guard array.shape[0] <= LabeledArrays.pictureLimit else {
        throw .contents(
            path: array.path, problem: "\(array.shape[0]) pictures; at most \(LabeledArrays.pictureLimit)")
    }
    let size = array.shape.dropFirst()
    if size.count == 2 { return ImageShape(channels: 1, height: array.shape[1], width: array.shape[2]) }
    let channels = channelsLast ? array.shape[3] : array.shape[1]
    let height = channelsLast ? array.shape[1] : array.shape[2]
    return ImageShape(
        channels: channels, height: height, width: channelsLast ? array.shape[2] : array.shape[3])
}

func requireShape(_ shape: ImageShape, _ expected: ImageShape, path: String) throws(DatasetError) {
    if shape == expected { return }
    throw .contents(
        path: path, problem: "the pictures are \(shape) (channels, height, width), expected \(expected)")
}

private func requireLabels(_ shape: [Int], path: String, for images: NumericArray) throws(DatasetError) {
    // Keras keeps the labels of CIFAR-10 as a column.
    guard shape.first == images.shape[0], shape.dropFirst().allSatisfy({ $0 == 1 }) else {
        throw .contents(
            path: path,
            problem: "\(sizes(shape)) labels for the \(images.shape[0]) pictures of \(images.path)")
    }
}

/// `[N, H, W, C]` → `[N, C, H, W]`.
private func channelsFirst(_ images: [UInt8], _ shape: ImageShape) -> [UInt8] {
    if shape.channels == 1 { return images }
    let area = shape.height * shape.width
    return [UInt8](unsafeUninitializedCapacity: images.count) { output, count in
        for start in stride(from: 0, to: images.count, by: shape.count) {
            for pixel in 0..<area {
                for channel in 0..<shape.channels {
                    output[start + channel * area + pixel] = images[start + pixel * shape.channels + channel]
                }
            }
        }
        count = images.count
    }
}
