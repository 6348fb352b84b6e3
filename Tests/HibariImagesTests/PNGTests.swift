import HibariCompression
import HibariImages
import HibariSupport
import HibariTestSupport
import Testing

@Suite struct PNGTests {
    /// A kind of picture: PNG's color type and depth.
    struct Kind: Sendable, CustomTestStringConvertible {
        var colorType: UInt8
        var depth: Int
        var testDescription: String { "color type \(colorType), \(depth) bits" }
    }

    static let kinds: [Kind] =
        [1, 2, 4, 8, 16].map { Kind(colorType: 0, depth: $0) }
        + [1, 2, 4, 8].map { Kind(colorType: 3, depth: $0) }
        + [2, 4, 6].flatMap { type in [8, 16].map { Kind(colorType: type, depth: $0) } }

    /// A number that looks random, below 2^`bits`.
    private static func value(_ x: Int, _ y: Int, _ channel: Int, _ bits: Int) -> Int {
        (x * 7919 + y * 104_729 + channel * 1_299_709 + x * y * 31 + 12345) % 65521 & (1 << bits - 1)
    }

    private static func builder(_ kind: Kind, _ width: Int, _ height: Int) -> PNGBuilder {
        var builder = PNGBuilder(width: width, height: height, depth: kind.depth, colorType: kind.colorType) {
            value($0, $1, $2, kind.depth)
        }
        if kind.colorType == 3 {
            builder.palette = (0..<3 << kind.depth).map { UInt8($0 * 37 % 256) }
        }
        return builder
    }

    /// What the samples are in 8 bits, worked out in floating point.
    private static func expected(_ kind: Kind, _ builder: PNGBuilder) -> [UInt8] {
        var pixels: [UInt8] = []
        for y in 0..<builder.height {
            for x in 0..<builder.width {
                for channel in 0..<builder.samples {
                    let value = builder.sample(x, y, channel)
                    if kind.colorType == 3 {
                        pixels += builder.palette[3 * value..<3 * value + 3]
                    } else {
                        let most = Double(1 << kind.depth - 1)
                        pixels.append(UInt8((Double(value) / most * 255).rounded()))
                    }
                }
            }
        }
        return pixels
    }

    private static func decode(_ bytes: [UInt8]) throws -> RasterImage {
        try bytes.withUnsafeBytes { try RasterImage(png: $0, path: "a.png") }
    }

    /// Sizes for which passes of an interlaced picture are empty, one wide, or have padding bits.
    @Test(arguments: kinds, [false, true])
    func everyKind(kind: Kind, isInterlaced: Bool) throws {
        for (width, height) in [(1, 1), (3, 2), (5, 9), (8, 8), (13, 17), (33, 1), (1, 33)] {
            var builder = Self.builder(kind, width, height)
            builder.isInterlaced = isInterlaced
            for filters: [UInt8] in [[0], [1], [2], [3], [4], [4, 3, 0, 2, 1]] {
                builder.filters = filters
                let image = try Self.decode(builder.bytes)
                let isRight =
                    image.width == width && image.height == height
                    && image.pixels == Self.expected(kind, builder)
                #expect(isRight, "\(width) × \(height), filters \(filters)")
            }
        }
    }

    @Test func transparency() throws {
        var palette = Self.builder(Kind(colorType: 3, depth: 2), 4, 1)
        palette.sample = { x, _, _ in x }
        palette.transparency = [10, 20]
        let colors = try Self.decode(palette.bytes)
        #expect(colors.channels == 4 && (0..<4).map { colors.pixels[4 * $0 + 3] } == [10, 20, 255, 255])

        var gray = Self.builder(Kind(colorType: 0, depth: 4), 16, 1)
        gray.sample = { x, _, _ in x }
        gray.transparency = [0, 5]
        let key = try Self.decode(gray.bytes)
        #expect(key.channels == 2 && (0..<16).map { key.pixels[2 * $0 + 1] == 0 } == (0..<16).map { $0 == 5 })

        var rgb = Self.builder(Kind(colorType: 2, depth: 16), 3, 1)
        rgb.sample = { x, _, channel in 256 * x + channel }
        rgb.transparency = [1, 0, 1, 1, 1, 2]
        #expect(try (0..<3).map { try Self.decode(rgb.bytes).pixels[4 * $0 + 3] } == [255, 0, 255])
    }

    /// A color beyond the palette is black, as libpng shows it.
    @Test func shortPalette() throws {
        var builder = Self.builder(Kind(colorType: 3, depth: 8), 2, 1)
        builder.palette = [9, 8, 7]
        builder.sample = { x, _, _ in x * 200 }
        #expect(try Self.decode(builder.bytes).pixels == [9, 8, 7, 0, 0, 0])
    }

    @Test(arguments: 1...4) func whatIsWrittenIsRead(channels: Int) throws {
        for (width, height) in [(1, 1), (28, 28), (7, 31)] {
            let image = RasterImage(
                width: width, height: height, channels: channels,
                pixels: (0..<width * height * channels).map { UInt8(Self.value($0, 3, 1, 8)) })
            let isSame = try Self.decode(image.pngBytes()) == image
            #expect(isSame, "\(width) × \(height)")
        }
    }

    /// Smooth pictures get smaller by filtering: this fails if the choice of filters does nothing.
    @Test func filtersHelp() {
        let pixels = (0..<64 * 64 * 3).map { i -> UInt8 in
            let (x, y, channel) = (i / 3 % 64, i / 192, i % 3)
            return UInt8((3 * x + 2 * y + 11 * channel) % 256)
        }
        let image = RasterImage(width: 64, height: 64, channels: 3, pixels: pixels)
        #expect(image.pngBytes().count < 1000)
    }

    @Test func planes() {
        let image = RasterImage(
            width: 2, height: 1, channels: 4, pixels: [10, 20, 30, 255, 200, 100, 50, 51])
        #expect(image.planes() == [10, 40, 20, 20, 30, 10])
        let gray = RasterImage(width: 2, height: 1, channels: 1, pixels: [1, 2])
        #expect(gray.planes() == [1, 2])
    }

    @Test func everyTruncationIsAnError() {
        let good = Self.builder(Kind(colorType: 2, depth: 8), 5, 4).bytes
        for length in 0..<good.count {
            #expect(throws: BinaryFileError.self, "\(length) bytes") {
                try Self.decode(Array(good.prefix(length)))
            }
        }
    }

    @Test func wrongFilesAreNamed() {
        func problem(_ bytes: [UInt8]) -> String {
            errorMessage { _ = try Self.decode(bytes) }
        }
        func header(_ width: Int, _ height: Int, _ rest: [UInt8]) -> [UInt8] {
            Array(Self.builder(Self.kinds[0], 1, 1).bytes.prefix(8))
                + PNGBuilder.chunk("IHDR", PNGBuilder.number(width) + PNGBuilder.number(height) + rest)
        }
        #expect(problem(Array("GIF89a, not PNG".utf8)).contains("a.png: something other than a PNG"))
        #expect(problem(header(0, 5, [8, 0, 0, 0, 0])).contains("0 × 5 pixels"))
        #expect(problem(header(1 << 30, 1 << 30, [8, 6, 0, 0, 0])).contains("more than"))
        #expect(problem(header(5, 5, [3, 0, 0, 0, 0])).contains("3 bits"))
        #expect(problem(header(5, 5, [8, 5, 0, 0, 0])).contains("color type 5"))
        #expect(problem(header(5, 5, [8, 0, 0, 0, 9])).contains("interlacing 9"))

        var crc = Self.builder(Self.kinds[3], 4, 4).bytes
        crc[20] ^= 1
        #expect(problem(crc).contains("wrong checksum of the chunk IHDR at byte 8"))
        var filter = Self.builder(Self.kinds[3], 4, 4)
        filter.filters = [0, 7]
        #expect(problem(filter.bytes).contains("filter 7 in row 2"))

        func withData(_ data: [UInt8]) -> [UInt8] {
            header(4, 4, [8, 0, 0, 0, 0]) + PNGBuilder.chunk("IDAT", data) + PNGBuilder.chunk("IEND", [])
        }
        #expect(problem(withData(deflate([UInt8](repeating: 0, count: 19)))).contains("19 bytes"))
        #expect(
            problem(withData(deflate([UInt8](repeating: 0, count: 5_000_000)))).contains("more picture data"))
        #expect(problem(withData([1, 2, 3, 4])).contains("damaged picture data"))
        let noPalette =
            header(4, 4, [8, 3, 0, 0, 0])
            + PNGBuilder.chunk("IDAT", deflate([UInt8](repeating: 0, count: 20)))
            + PNGBuilder.chunk("IEND", [])
        #expect(problem(noPalette).contains("no palette"))
        #expect(
            problem(header(4, 4, [8, 0, 0, 0, 0]) + PNGBuilder.chunk("CgBI", [])).contains("a chunk CgBI"))
    }

    /// Damage anywhere, with checksums put right so that it reaches the code behind them.
    @Test func damageNeverTraps() throws {
        var random = RandomStream(seed: 11, purpose: .testing)
        for kind in Self.kinds {
            var builder = Self.builder(kind, 9, 7)
            for round in 0..<60 {
                builder.isInterlaced = round % 2 == 0
                var bytes = builder.bytes
                for _ in 0...random.index(below: 3) {
                    bytes[random.index(below: bytes.count)] = UInt8(truncatingIfNeeded: random.nextWord())
                }
                repairChecksums(&bytes)
                do {
                    _ = try Self.decode(bytes)
                } catch let error as BinaryFileError {
                    #expect("\(error)".contains("a.png"))
                }
            }
        }
    }

    private func repairChecksums(_ bytes: inout [UInt8]) {
        var offset = 8
        while offset + 12 <= bytes.count {
            let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length <= bytes.count - offset - 12 else { return }
            let crc = bytes[offset + 4..<offset + 8 + length].withUnsafeBytes { crc32($0) }
            bytes.replaceSubrange(
                offset + 8 + length..<offset + 12 + length, with: PNGBuilder.number(Int(crc)))
            offset += 12 + length
        }
    }
}
