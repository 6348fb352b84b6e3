import HibariSupport

/// The files of a data set in a folder, by the names they usually have.
enum ImageFiles: Equatable {
    case idx(trainImages: String, trainLabels: String, testImages: String?, testLabels: String?)
    /// Files of records; the names of the classes if a file has them.
    case cifar(train: [String], test: [String], names: String?)
    /// An archive of such files.
    case cifarArchive(String)

    /// Nil if the training files are not there.
    init?(in folder: String, _ format: PublicDataset.Format) {
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
            guard let trainImages = find("train-images", "idx3-ubyte"),
                let trainLabels = find("train-labels", "idx1-ubyte")
            else { return nil }
            self = .idx(
                trainImages: trainImages, trainLabels: trainLabels,
                testImages: find("t10k-images", "idx3-ubyte"), testLabels: find("t10k-labels", "idx1-ubyte"))
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
