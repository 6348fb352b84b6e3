import HibariSupport

/// The binary form of CIFAR-10 and CIFAR-100: records of one or two labels and a picture of 3 × 32 × 32.
/// Source: https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version".
public enum CIFARFormat: Sendable {
    case cifar10
    /// A coarse label, which is left out, and a fine one.
    case cifar100

    static let shape = ImageShape(channels: 3, height: 32, width: 32)

    var labelBytes: Int { self == .cifar10 ? 1 : 2 }
    var recordBytes: Int { labelBytes + Self.shape.count }
}

/// Collects records from any number of files.
struct CIFARReader {
    let format: CIFARFormat
    let classNames: [String]
    private var images: [UInt8] = []
    private var labels: [Int32] = []

    init(_ format: CIFARFormat, classNames: [String]) {
        self.format = format
        self.classNames = classNames
    }

    var dataset: ImageDataset {
        ImageDataset(images: images, shape: CIFARFormat.shape, labels: labels, classNames: classNames)
    }

    /// Takes the records of a file.
    ///
    /// - Parameters:
    ///   - path: for errors.
    ///   - next: gives the next bytes, at most as many as asked for and fewer only at the end.
    mutating func read(path: String, next: (_ count: Int) throws -> [UInt8]) throws {
        let recordBytes = format.recordBytes
        var offset = 0
        while true {
            let bytes = try next(256 * recordBytes)
            if bytes.isEmpty { break }
            for start in stride(from: 0, to: bytes.count, by: recordBytes) {
                guard bytes.count - start >= recordBytes else {
                    throw BinaryFileError.truncated(
                        path: path, offset: offset + start,
                        what: "record \((offset + start) / recordBytes + 1)",
                        needed: UInt64(recordBytes), available: bytes.count - start)
                }
                let label = bytes[start + format.labelBytes - 1]
                guard classNames.indices.contains(Int(label)) else {
                    throw DatasetError.row(
                        path: path, row: (offset + start) / recordBytes + 1,
                        problem:
                            "the label is \(label); labels are whole numbers from 0 to \(classNames.count - 1)"
                    )
                }
                labels.append(Int32(label))
                images += bytes[(start + format.labelBytes)..<(start + recordBytes)]
            }
            offset += bytes.count
            if images.count > DataFile.byteLimit {
                throw DatasetError.contents(path: path, problem: "more than 4 GiB of pictures")
            }
        }
        if offset == 0 { throw DatasetError.contents(path: path, problem: "no pictures in it") }
    }

    /// Takes the records of a file on disk, which may be compressed with gzip.
    mutating func read(file path: String) throws {
        let file = try DataFile(path: path)
        try read(path: path) { try file.read(upTo: $0) }
    }
}

extension ImageDataset {
    /// Reads files of CIFAR's binary form, in the order given, also compressed with gzip.
    ///
    /// - Throws: `BinaryFileError.truncated` if a file is not made of whole records, `DatasetError.row` for a
    ///   label that is no class.
    public init(cifarFiles paths: [String], format: CIFARFormat = .cifar10, classNames: [String]) throws {
        var reader = CIFARReader(format, classNames: classNames)
        for path in paths { try reader.read(file: path) }
        self = reader.dataset
    }
}
