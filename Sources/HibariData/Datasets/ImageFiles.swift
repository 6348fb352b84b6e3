import HibariSupport

/// The files of a data set in a folder, by the names they usually have.
enum ImageFiles: Equatable {
    case idx(trainImages: String, trainLabels: String, testImages: String?, testLabels: String?)
    /// Files of records; the names of the classes if a file has them.
    case cifar(train: [String], test: [String], names: String?)
    /// An archive of such files.
    case cifarArchive(String)

    /// Nil if there are no such files.
    ///
    /// - Throws: `DatasetError.contents` if pictures are there without their labels, labels without their pictures,
    ///   or test files without training files.
    init?(in folder: String, _ format: PublicDataset.Format) throws(DatasetError) {
        guard directoryExists(folder), let names = try? listDirectory(folder) else { return nil }
        func path(_ name: String) -> String { joinPath(folder, name) }
        switch format {
        case .idx:
            // Some copies have a dot before "idx"; both may be compressed or not.
            func find(_ stem: String, _ kind: String) -> String? {
                ["\(stem)-\(kind)", "\(stem).\(kind)"].flatMap { [$0, $0 + ".gz"] }.first(
                    where: names.contains
                )
                .map(path)
            }
            func pair(_ part: String) throws(DatasetError) -> (images: String, labels: String)? {
                let names = ["\(part)-images-idx3-ubyte", "\(part)-labels-idx1-ubyte"]
                switch (find("\(part)-images", "idx3-ubyte"), find("\(part)-labels", "idx1-ubyte")) {
                case (let images?, let labels?): return (images, labels)
                case (nil, nil): return nil
                case (let images?, nil): throw missing(names[1], beside: images)
                case (nil, let labels?): throw missing(names[0], beside: labels)
                }
            }
            func missing(_ name: String, beside other: String) -> DatasetError {
                .contents(
                    path: path(name),
                    problem: "it is missing, though \(splitPath(other).name) is there; get it too")
            }
            let (train, test) = (try pair("train"), try pair("t10k"))
            guard let train else {
                if let test { throw missing("train-images-idx3-ubyte", beside: test.images) }
                return nil
            }
            self = .idx(
                trainImages: train.images, trainLabels: train.labels, testImages: test?.images,
                testLabels: test?.labels)
        case .cifar(let format):
            let records = names.filter { $0.hasSuffix(".bin") || $0.hasSuffix(".bin.gz") }
            let (train, test) = format == .cifar10 ? ("data_batch", "test_batch") : ("train.bin", "test.bin")
            let trainFiles = records.filter { $0.hasPrefix(train) }
            if trainFiles.isEmpty {
                let archive = format == .cifar10 ? "cifar-10-binary.tar.gz" : "cifar-100-binary.tar.gz"
                guard names.contains(archive) else { return nil }
                self = .cifarArchive(path(archive))
            } else {
                self = .cifar(
                    train: trainFiles.map(path), test: records.filter { $0.hasPrefix(test) }.map(path),
                    names: names.contains(fineLabelNames) ? path(fineLabelNames) : nil)
            }
        }
    }

    /// A compressed file stands beside the same one unpacked: that would count its pictures twice.
    var duplicate: String? {
        guard case .cifar(let train, let test, _) = self else { return nil }
        return (train + test).first { (train + test).contains($0 + ".gz") }
    }
}

/// CIFAR-100's file of class names.
let fineLabelNames = "fine_label_names.txt"
