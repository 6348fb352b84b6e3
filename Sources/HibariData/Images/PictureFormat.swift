/// What a file of pictures is, by how it begins, not by its name.
package enum PictureFormat {
    case png, jpeg
    /// As MNIST's files, perhaps compressed with gzip.
    case idx
    case other

    /// - Throws: `DataError` if the file cannot be read.
    package init(ofFile path: String) throws {
        let start = try DataFile(path: path).read(upTo: 4)
        self =
            switch true {
            case start == [0x89, 0x50, 0x4E, 0x47]: .png
            case start.starts(with: [0xFF, 0xD8, 0xFF]): .jpeg
            case start.starts(with: [0, 0]): .idx
            default: .other
            }
    }
}
