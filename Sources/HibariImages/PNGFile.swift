import HibariCompression
import HibariSupport

/// The sizes and the kind of samples of a PNG picture.
struct PNGHeader {
    enum ColorType: UInt8 {
        case gray = 0
        case rgb = 2
        case palette = 3
        case grayAlpha = 4
        case rgba = 6
    }

    let width: Int
    let height: Int
    /// Bits of a sample, or of an index into the palette.
    let bitDepth: Int
    let color: ColorType
    let isInterlaced: Bool

    /// Samples of a pixel in the file.
    var samples: Int {
        switch color {
        case .gray, .palette: 1
        case .grayAlpha: 2
        case .rgb: 3
        case .rgba: 4
        }
    }

    var bitsPerPixel: Int { samples * bitDepth }

    func rowBytes(width: Int) -> Int { (width * bitsPerPixel + 7) / 8 }

    /// The bytes of all rows of all passes, filter bytes included.
    var dataSize: Int { passes.reduce(0) { $0 + $1.height * ($1.rowBytes + 1) } }
}

/// The chunks of a PNG file that decide its samples, checked.
struct PNGFile {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    let path: String
    let header: PNGHeader
    /// Three bytes a color.
    private(set) var palette: [UInt8] = []
    /// Alpha of the first colors of the palette, or the one transparent color in 16-bit samples.
    private(set) var transparency: [UInt8]?
    private var compressed: [UInt8] = []

    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(BinaryFileError) {
        self.path = path
        var reader = ByteReader(path: path, bytes: bytes)
        guard bytes.count >= 8, bytes[0..<8].elementsEqual(Self.signature) else {
            let isJPEG = bytes.starts(with: [0xFF, 0xD8, 0xFF])
            throw reader.unsupported(
                isJPEG ? "a JPEG picture, not a PNG," : "something other than a PNG picture")
        }
        _ = try reader.bytes(8, "the signature")
        let first = try Self.chunk(&reader)
        guard first.type == "IHDR" else { throw reader.invalid("no IHDR chunk", at: 8) }
        header = try Self.header(first.data, reader)
        var dataHasEnded = false
        while true {
            let offset = reader.offset
            let chunk = try Self.chunk(&reader)
            if chunk.type != "IDAT", !compressed.isEmpty { dataHasEnded = true }
            switch chunk.type {
            case "IDAT":
                if dataHasEnded { throw reader.invalid("an IDAT chunk apart from the others", at: offset) }
                guard compressed.count + chunk.data.count <= UInt32.max else {
                    throw reader.unsupported("4 GiB of picture data", at: offset)
                }
                compressed += chunk.data
            case "PLTE":
                guard chunk.data.count % 3 == 0, (3...768).contains(chunk.data.count) else {
                    throw reader.invalid("a palette of \(chunk.data.count) bytes", at: offset)
                }
                palette = Array(chunk.data)
            case "tRNS": transparency = try transparency(chunk.data, reader, offset)
            case "IEND":
                if header.color == .palette, palette.isEmpty {
                    throw reader.invalid("no palette up to the end", at: offset)
                }
                return
            default:
                // A capital first letter: the picture cannot be shown without it.
                if chunk.isCritical { throw reader.unsupported("a chunk \(chunk.type)", at: offset) }
            }
        }
    }

    /// The rows of all passes with their filter bytes.
    func inflatedData() throws(BinaryFileError) -> [UInt8] {
        let expected = header.dataSize
        let data: [UInt8]
        do throws(InflateError) {
            data = try compressed.withUnsafeBufferPointer { (bytes) throws(InflateError) in
                try inflate(UnsafeRawBufferPointer(bytes), .zlib, limit: expected)
            }
        } catch {
            switch error {
            case .damaged(let reason): throw invalid("damaged picture data (\(reason))")
            case .truncated: throw invalid("picture data that is cut off")
            case .tooLong: throw invalid("more picture data than \(header.width) × \(header.height) pixels")
            }
        }
        guard data.count == expected else {
            throw invalid("\(data.count) bytes of picture data where \(expected) belong")
        }
        return data
    }

    func invalid(_ problem: String) -> BinaryFileError {
        .invalid(path: path, offset: 0, problem: problem + " in the picture that begins")
    }

    private struct Chunk {
        let type: String
        let data: UnsafeRawBufferPointer
        let isCritical: Bool
    }

    private static func chunk(_ reader: inout ByteReader) throws(BinaryFileError) -> Chunk {
        let offset = reader.offset
        let length = UInt32(bigEndian: try reader.integer("a chunk", as: UInt32.self))
        let whole = try reader.bytes(UInt64(length) + 4, "a chunk")
        let crc = UInt32(bigEndian: try reader.integer("a chunk's checksum", as: UInt32.self))
        let name = whole[0..<4]
        guard name.allSatisfy({ (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }) else {
            throw reader.invalid("a chunk whose name is no name", at: offset + 4)
        }
        let type = String(decoding: name, as: UTF8.self)
        guard crc32(whole) == crc else {
            throw reader.invalid("wrong checksum of the chunk \(type)", at: offset)
        }
        return Chunk(
            type: type, data: UnsafeRawBufferPointer(rebasing: whole[4...]), isCritical: name[0] < 0x60)
    }

    private static func header(
        _ data: UnsafeRawBufferPointer, _ reader: ByteReader
    ) throws(BinaryFileError) -> PNGHeader {
        guard data.count == 13 else { throw reader.invalid("an IHDR of \(data.count) bytes", at: 8) }
        let width = Int(UInt32(bigEndian: data.loadUnaligned(fromByteOffset: 0, as: UInt32.self)))
        let height = Int(UInt32(bigEndian: data.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        let depth = Int(data[8])
        guard let color = PNGHeader.ColorType(rawValue: data[9]) else {
            throw reader.invalid("color type \(data[9])", at: 25)
        }
        let depths: [Int] =
            switch color {
            case .gray: [1, 2, 4, 8, 16]
            case .palette: [1, 2, 4, 8]
            case .rgb, .grayAlpha, .rgba: [8, 16]
            }
        guard depths.contains(depth) else {
            throw reader.invalid("\(depth) bits with color type \(color.rawValue)", at: 24)
        }
        guard data[10] == 0, data[11] == 0, data[12] < 2 else {
            throw reader.invalid(
                "compression \(data[10]), filters \(data[11]), interlacing \(data[12])", at: 26)
        }
        guard width > 0, height > 0, width <= Int32.max, height <= Int32.max else {
            throw reader.invalid("a picture of \(width) × \(height) pixels", at: 16)
        }
        guard width * height <= RasterImage.sampleLimit / 4 else {
            throw reader.unsupported(
                "a picture of \(width) × \(height), more than \(RasterImage.sampleLimit / 4) pixels,", at: 16)
        }
        return PNGHeader(
            width: width, height: height, bitDepth: depth, color: color, isInterlaced: data[12] == 1)
    }

    private func transparency(
        _ data: UnsafeRawBufferPointer, _ reader: ByteReader, _ offset: Int
    ) throws(BinaryFileError) -> [UInt8]? {
        let isRight =
            switch header.color {
            case .gray: data.count == 2
            case .rgb: data.count == 6
            case .palette: data.count <= palette.count / 3
            case .grayAlpha, .rgba: false
            }
        guard isRight else { throw reader.invalid("a transparency chunk that does not fit", at: offset) }
        return Array(data)
    }
}
