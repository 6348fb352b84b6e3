import HibariSupport

extension ImageDataset {
    /// Reads pictures and labels of MNIST's form from two IDX files.
    ///
    /// - Parameters:
    ///   - images: unsigned bytes, `[N, H, W]` or `[N, C, H, W]`.
    ///   - labels: whole numbers, `[N]`.
    ///   - classNames: of labels 0, 1, …; a label without a name is an error.
    ///   - expected: the size the pictures must have, if that is known.
    public init(idxImages images: String, labels: String, classNames: [String], expected: ImageShape? = nil)
        throws
    {
        let pictures = try NumericArray(idxFile: images)
        let shape = try imageShape(pictures, channelsLast: false)
        if let expected { try requireShape(shape, expected, path: images) }
        let classes = try NumericArray(idxFile: labels)
        try requireLabels(classes, for: pictures)
        self.init(
            images: pictures.bytes, shape: shape, labels: try classes.labels(classCount: classNames.count),
            classNames: classNames)
    }

    /// Reads pictures of MNIST's form without labels, for a model that was trained on others; all labels are 0.
    ///
    /// - Parameter expected: the size the pictures must have.
    package init(idxImages images: String, classNames: [String], expected: ImageShape) throws {
        let pictures = try NumericArray(idxFile: images)
        let shape = try imageShape(pictures, channelsLast: false)
        try requireShape(shape, expected, path: images)
        self.init(
            images: pictures.bytes, shape: shape, labels: [Int32](repeating: 0, count: pictures.shape[0]),
            classNames: classNames)
    }

    /// Reads pictures and labels that NumPy saved: an archive with `x_train`, `y_train`, `x_test` and `y_test`,
    /// as Keras distributes them. Pictures are unsigned bytes, `[N, H, W]` or `[N, H, W, C]`.
    ///
    /// - Parameter classNames: nil names the classes by their numbers, from 0 to the largest label.
    public static func readNPZ(
        _ path: String, classNames: [String]? = nil
    ) throws -> (train: ImageDataset, test: ImageDataset?) {
        let arrays = try NumericArray.readNPZ(path)
        var names = classNames
        if names == nil {
            let largest = ["y_train", "y_test"].flatMap { arrays[$0]?.doubles() ?? [] }.max() ?? 0
            // Labels are checked one by one below; this only must not be absurd.
            names = (0...Int(min(max(0, largest), 9999))).map { "\($0)" }
        }
        func dataset(_ part: String) throws -> ImageDataset? {
            guard let pictures = arrays["x_\(part)"], let classes = arrays["y_\(part)"] else { return nil }
            let shape = try imageShape(pictures, channelsLast: true)
            try requireLabels(classes, for: pictures)
            return ImageDataset(
                images: channelsFirst(pictures.bytes, shape), shape: shape,
                labels: try classes.labels(classCount: names?.count ?? 0), classNames: names ?? [])
        }
        guard let train = try dataset("train") else {
            throw DatasetError.contents(
                path: path,
                problem:
                    "no arrays x_train and y_train in it; it has \(arrays.keys.sorted().joined(separator: ", "))"
            )
        }
        return (train, try dataset("test"))
    }
}

private func imageShape(_ array: NumericArray, channelsLast: Bool) throws(DatasetError) -> ImageShape {
    guard array.type == .uint8, (3...4).contains(array.shape.count), !array.shape.contains(0) else {
        throw .contents(
            path: array.path,
            problem: """
                an array of \(array.type.rawValue), \(sizes(array.shape)); pictures are unsigned bytes in 3 or 4 \
                dimensions
                """)
    }
    let size = array.shape.dropFirst()
    if size.count == 2 { return ImageShape(channels: 1, height: array.shape[1], width: array.shape[2]) }
    let channels = channelsLast ? array.shape[3] : array.shape[1]
    let height = channelsLast ? array.shape[1] : array.shape[2]
    return ImageShape(
        channels: channels, height: height, width: channelsLast ? array.shape[2] : array.shape[3])
}

private func requireShape(_ shape: ImageShape, _ expected: ImageShape, path: String) throws(DatasetError) {
    if shape == expected { return }
    throw .contents(
        path: path, problem: "the pictures are \(shape) (channels, height, width), expected \(expected)")
}

private func requireLabels(_ labels: NumericArray, for images: NumericArray) throws(DatasetError) {
    // Keras keeps the labels of CIFAR-10 as a column.
    guard labels.count == images.shape[0], labels.shape.dropFirst().allSatisfy({ $0 == 1 }) else {
        throw .contents(
            path: labels.path,
            problem: "\(sizes(labels.shape)) labels for the \(images.shape[0]) pictures of \(images.path)")
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
