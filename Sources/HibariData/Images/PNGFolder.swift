import Glibc
import HibariImages
import HibariSupport

extension ImageDataset {
    /// Reads a folder with a subfolder of PNG files for each class; the subfolders' names, in order of their
    /// bytes, are the classes. Hidden files and folders are left out; a picture beside the subfolders is an error.
    ///
    /// Alpha fades to black. A picture of another size, or colored where the others are gray, is an error; so
    /// is a file that is no PNG picture, for nothing is skipped without a word.
    ///
    /// - Parameter classNames: the classes, if they must be those of another folder.
    public init(pngFolder path: String, classNames required: [String]? = nil) throws {
        let names = try classFolders(path)
        let classNames = required ?? names
        if let unknown = names.first(where: { !classNames.contains($0) }) {
            throw DatasetError.contents(
                path: joinPath(path, unknown),
                problem:
                    "a class that the training pictures do not have; they have \(classNames.joined(separator: ", "))"
            )
        }
        var files: [(path: String, label: Int32)] = []
        for name in names {
            let folder = joinPath(path, name)
            let label = Int32(classNames.firstIndex(of: name) ?? 0)
            for file in try listDirectory(folder) where !file.hasPrefix(".") {
                files.append((joinPath(folder, file), label))
            }
        }
        guard let first = files.first else {
            throw DatasetError.contents(
                path: path, problem: "no pictures; expected a folder for each class with PNG files in it")
        }
        let sample = try RasterImage(pngFile: first.path)
        let shape = ImageShape(channels: colors(sample), height: sample.height, width: sample.width)
        let images = try readImages(
            files.map(\.path), shape, in: path, expected: "\(first.path) is \(shape); give all the same size")
        self.init(images: images, shape: shape, labels: files.map(\.label), classNames: classNames)
    }

    /// Reads PNG files as pictures for a model that was trained on others.
    ///
    /// - Parameters:
    ///   - labels: of the pictures, if they are known; otherwise all are 0.
    ///   - shape: the size the pictures must have.
    package init(pngFiles paths: [String], labels: [Int32]?, classNames: [String], shape: ImageShape) throws {
        let images = try readImages(
            paths, shape, in: paths.first ?? "", expected: "the model takes pictures of \(shape)")
        self.init(
            images: images, shape: shape, labels: labels ?? paths.map { _ in 0 }, classNames: classNames)
    }
}

/// The subfolders that are not hidden.
///
/// - Throws: `DatasetError.contents` for a picture beside them, whose class nothing tells.
private func classFolders(_ path: String) throws -> [String] {
    let names = try listDirectory(path).filter { !$0.hasPrefix(".") }
    let folders = names.filter { directoryExists(joinPath(path, $0)) }
    let loose = names.first { name in
        !folders.contains(name) && [".png", ".jpg", ".jpeg"].contains { name.lowercased().hasSuffix($0) }
    }
    if let loose {
        throw DatasetError.contents(
            path: joinPath(path, loose),
            problem: "the picture is in no folder of a class; move it into one, or take it away")
    }
    return folders
}

private func colors(_ image: RasterImage) -> Int { image.channels < 3 ? 1 : 3 }

/// Reads all files on the threads of the pool; the first error in order of the files is the one reported.
///
/// - Parameters:
///   - folder: named if there are too many.
///   - expected: why the shape must be this one.
private func readImages(
    _ paths: [String], _ shape: ImageShape, in folder: String, expected: String
) throws -> [UInt8] {
    guard paths.count <= DataFile.byteLimit / shape.count else {
        throw DatasetError.contents(path: folder, problem: "more than 4 GiB of pictures")
    }
    var images = [UInt8](repeating: 0, count: paths.count * shape.count)
    let errors: [(any Error)?] = images.withUnsafeMutableBufferPointer { images in
        // Each picture has its own part of the buffer, which lives until all are read.
        mapInParallel(paths.count) { index in
            do {
                let image = try RasterImage(pngFile: paths[index])
                let got = ImageShape(channels: colors(image), height: image.height, width: image.width)
                guard got == shape else {
                    throw DatasetError.contents(
                        path: paths[index],
                        problem: """
                            the picture is \(got) (channels, height, width), but \(expected)
                            """)
                }
                for (i, value) in image.planes().enumerated() { images[index * shape.count + i] = value }
                return nil
            } catch {
                return error
            }
        }
    }
    if let error = errors.lazy.compactMap({ $0 }).first { throw error }
    return images
}
