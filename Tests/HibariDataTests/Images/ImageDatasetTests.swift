import HibariData
import HibariImages
import HibariSupport
import HibariTestSupport
import Testing

@Suite struct ImageDatasetTests {
    let directory = TemporaryDirectory()

    private func problem(_ body: () throws -> Void) -> String {
        errorMessage(body).replacingOccurrences(of: directory.path + "/")
    }

    private static let names = ["zero", "one", "two"]

    private func file(_ name: String, _ bytes: [UInt8]) throws -> String { try directory.write(name, bytes) }

    @Test func selection() {
        let shape = ImageShape(channels: 1, height: 1, width: 2)
        let dataset = ImageDataset(
            images: [0, 1, 2, 3, 4, 5, 6, 7], shape: shape, labels: [2, 0, 1, 2], classNames: Self.names)
        #expect(dataset.classCounts == [1, 1, 2] && Array(dataset.image(2)) == [4, 5])
        let two = dataset.selecting([3, 1])
        #expect(two.images == [6, 7, 2, 3] && two.labels == [2, 0])
        let classes = dataset.selecting(classes: [2, 1])
        #expect(classes.images == [0, 1, 4, 5, 6, 7] && classes.labels == [0, 1, 0])
        #expect(classes.classNames == ["two", "one"])
        #expect(dataset.prefix(9).count == 4 && dataset.prefix(1).images == [0, 1])
        #expect(dataset.sha256 != two.sha256 && dataset.sha256 == dataset.selecting([0, 1, 2, 3]).sha256)
    }

    @Test func statistics() {
        let shape = ImageShape(channels: 2, height: 1, width: 2)
        let dataset = ImageDataset(
            images: [0, 255, 51, 51, 255, 0, 51, 51], shape: shape, labels: [0, 1], classNames: Self.names)
        let (mean, deviation) = dataset.channelStatistics()
        #expect(mean == [0.5, 0.2] && deviation == [0.5, 1])
    }

    @Test func idxPictures() throws {
        let images = try file("train-images-idx3-ubyte", idx([2, 2, 3], (0..<12).map { UInt8($0) }))
        let labels = try file("train-labels-idx1-ubyte", idx([2], [2, 1]))
        let dataset = try ImageDataset(idxImages: images, labels: labels, classNames: Self.names)
        #expect(dataset.shape == ImageShape(channels: 1, height: 2, width: 3) && dataset.labels == [2, 1])
        let wrong = try file("labels", idx([2], [2, 3]))
        #expect(
            problem { _ = try ImageDataset(idxImages: images, labels: wrong, classNames: Self.names) }
                == "labels, row 2: the label is 3; labels are whole numbers from 0 to 2")
        let few = try file("few", idx([1], [2]))
        #expect(
            problem { _ = try ImageDataset(idxImages: images, labels: few, classNames: Self.names) }
                == "few: 1 labels for the 2 pictures of train-images-idx3-ubyte")
        let expected = ImageShape(channels: 1, height: 28, width: 28)
        #expect(
            problem {
                _ = try ImageDataset(
                    idxImages: images, labels: labels, classNames: Self.names, expected: expected)
            }.hasPrefix(
                "train-images-idx3-ubyte: the pictures are 1 × 2 × 3 (channels, height, width), expected 1 × 28"
            ))
        #expect(
            problem { _ = try ImageDataset(idxImages: labels, labels: labels, classNames: Self.names) }
                .contains("pictures are unsigned bytes in 3 or 4"))
        // The same folder, without saying what it is.
        let loaded = try loadImages(at: directory.path)
        #expect(loaded.train.count == 2 && loaded.test == nil && loaded.train.classNames == Self.numbers)
    }

    private static let numbers = ["0", "1", "2"]

    @Test func oneClassOnly() throws {
        _ = try file("train-images-idx3-ubyte", idx([2, 1, 1], [1, 2]))
        _ = try file("train-labels-idx1-ubyte", idx([2], [1, 1]))
        #expect(
            problem { _ = try loadImages(at: directory.path) }
                .contains("all 2 pictures are of the class 1; a classifier needs at least two classes"))
    }

    private static func record(_ labels: [UInt8], _ first: UInt8) -> [UInt8] {
        labels + [first] + [UInt8](repeating: 7, count: 3071)
    }

    @Test func cifar() throws {
        let one = try file("data_batch_1.bin", Self.record([1], 11) + Self.record([9], 12))
        let two = try file("data_batch_2.bin.gz", gzip(Self.record([0], 13)))
        _ = try file("test_batch.bin", Self.record([5], 14))
        let names = try #require(PublicDataset.cifar10.classNames)
        let dataset = try ImageDataset(cifarFiles: [one, two], classNames: names)
        #expect(dataset.labels == [1, 9, 0] && (0..<3).map { dataset.images[$0 * 3072] } == [11, 12, 13])
        let loaded = try loadImages("cifar10", explicit: directory.path)
        #expect(loaded.train.labels == [1, 9, 0] && loaded.test?.labels == [5])
        #expect(loaded.train.classNames[9] == "truck")

        let wrong = try file("wrong.bin", Self.record([1], 0) + Self.record([10], 0))
        #expect(
            problem { _ = try ImageDataset(cifarFiles: [wrong], classNames: names) }
                == "wrong.bin, row 2: the label is 10; labels are whole numbers from 0 to 9")
        let cut = try file("cut.bin", Self.record([1], 0) + Self.record([1], 0).dropLast())
        #expect(
            problem { _ = try ImageDataset(cifarFiles: [cut], classNames: names) }
                .hasPrefix("cut.bin: ends inside record 2 at byte 3073, which takes 3073 bytes where 3072"))
        let empty = try file("empty.bin", [])
        #expect(
            problem { _ = try ImageDataset(cifarFiles: [empty], classNames: names) }
                == "empty.bin: no pictures in it")
        _ = try file("data_batch_2.bin", Self.record([0], 13))
        #expect(
            problem { _ = try loadImages("cifar10", explicit: directory.path) }.contains(
                "remove one of the two"))
    }

    /// Many records, so that reading goes over the borders of its pieces.
    @Test func manyRecords() throws {
        let bytes = (0..<700).flatMap { Self.record([UInt8($0 % 10)], UInt8($0 % 251)) }
        let dataset = try ImageDataset(
            cifarFiles: [file("a.bin", bytes)], classNames: PublicDataset.cifar10.classNames ?? [])
        let isRight = (0..<700).allSatisfy {
            dataset.labels[$0] == $0 % 10 && dataset.images[$0 * 3072] == $0 % 251
        }
        #expect(dataset.count == 700 && isRight)
    }

    @Test func cifar100() throws {
        _ = try file("train.bin", Self.record([3, 99], 1) + Self.record([3, 0], 2))
        _ = try file("fine_label_names.txt", Array((0..<100).map { "name\($0)\n" }.joined().utf8))
        let loaded = try loadImages("cifar100", explicit: directory.path)
        #expect(loaded.train.labels == [99, 0] && loaded.train.classNames[99] == "name99")
    }

    // MARK: PNG folders

    private func picture(_ name: String, _ size: Int, channels: Int = 1, value: UInt8 = 1) throws {
        let path = directory.path + "/" + name
        try makeDirectories(splitPath(path).directory)
        let pixels = [UInt8](repeating: value, count: size * size * channels)
        try RasterImage(width: size, height: size, channels: channels, pixels: pixels).writePNG(path)
    }

    @Test func foldersOfPictures() throws {
        try picture("train/cat/b.png", 3, value: 2)
        try picture("train/cat/a.png", 3, value: 1)
        try picture("train/ant/a.png", 3, channels: 2, value: 255)
        try picture("test/cat/z.png", 3, value: 9)
        _ = try file("train/.hidden", [1])
        let loaded = try loadImages(at: directory.path)
        #expect(loaded.train.classNames == ["ant", "cat"] && loaded.train.labels == [0, 1, 1])
        #expect((0..<3).map { loaded.train.images[$0 * 9] } == [255, 1, 2])
        #expect(loaded.test?.labels == [1] && loaded.test?.images.first == 9)
        let flat = try ImageDataset(pngFolder: directory.path + "/train")
        #expect(flat.count == 3)
    }

    @Test func loosePictures() throws {
        try picture("a/1.png", 3)
        try picture("b/2.png", 3)
        _ = try file("notes.txt", Array("no picture".utf8))
        #expect(try ImageDataset(pngFolder: directory.path).count == 2)
        try picture("3.PNG", 3)
        #expect(
            problem { _ = try ImageDataset(pngFolder: directory.path) }
                .hasPrefix("3.PNG: the picture is in no folder of a class"))
    }

    @Test func otherFormats() throws {
        try picture("a/1.png", 3)
        _ = try file("a/2.jpg", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16])
        #expect(
            problem { _ = try ImageDataset(pngFolder: directory.path) }.hasPrefix("a/2.jpg: a JPEG picture"))
        let one = directory.path + "/a/1.png"
        #expect(try PictureFormat(ofFile: one) == .png)
        #expect(try PictureFormat(ofFile: directory.path + "/a/2.jpg") == .jpeg)
        #expect(try PictureFormat(ofFile: file("i.gz", gzip(idx([1], [2])))) == .idx)
        #expect(try PictureFormat(ofFile: file("t", [])) == .other)
    }

    @Test func wrongPicturesAreNamed() throws {
        try picture("a/1.png", 3)
        try picture("b/2.png", 4)
        #expect(
            problem { _ = try ImageDataset(pngFolder: directory.path) }
                .hasPrefix(
                    "b/2.png: the picture is 1 × 4 × 4 (channels, height, width), but a/1.png is 1 × 3 × 3"))
        try picture("b/2.png", 3, channels: 3)
        #expect(
            problem { _ = try ImageDataset(pngFolder: directory.path) }.hasPrefix(
                "b/2.png: the picture is 3 × 3 × 3"))
        _ = try file("b/2.png", Array("no picture".utf8))
        #expect(
            problem { _ = try ImageDataset(pngFolder: directory.path) }.hasPrefix(
                "b/2.png: something other than a PNG"))
        #expect(
            problem { _ = try ImageDataset(pngFolder: directory.path, classNames: ["b"]) }
                .contains("a: a class that the training pictures do not have"))
        try makeDirectories(directory.path + "/empty/x")
        #expect(
            problem { _ = try ImageDataset(pngFolder: directory.path + "/empty") }.contains("no pictures"))
        #expect(throws: FileError.self) { try loadImages(at: directory.path + "/none") }
    }
}
