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
        self = try LabeledArrays(idxImages: images, labels: labels, expected: expected)
            .dataset(classNames: classNames)
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
        func part(_ name: String) throws(DatasetError) -> LabeledArrays? {
            switch (arrays["x_\(name)"], arrays["y_\(name)"]) {
            case (let pictures?, let labels?): return try LabeledArrays(pictures, labels)
            case (nil, nil): return nil
            case (let pictures, _):
                let (there, missing) = pictures == nil ? ("y", "x") : ("x", "y")
                throw .contents(
                    path: path, problem: "\(there)_\(name) is in it, but \(missing)_\(name) is missing")
            }
        }
        guard let train = try part("train") else {
            throw DatasetError.contents(
                path: path,
                problem:
                    "no arrays x_train and y_train in it; it has \(arrays.keys.sorted().joined(separator: ", "))"
            )
        }
        let test = try part("test")
        let names = classNames ?? LabeledArrays.numberedClasses([train, test].compactMap { $0 })
        return (try train.dataset(classNames: names), try test?.dataset(classNames: names))
    }
}
