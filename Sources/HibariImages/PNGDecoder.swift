import HibariCompression
import HibariSupport

extension RasterImage {
    /// The most samples a picture may have; above that a few bytes of file could ask for all memory.
    public static let sampleLimit = 1 << 28

    /// Reads a PNG file.
    ///
    /// All color types and depths, interlaced or not. Samples of 16 bits are rounded to 8, fewer are scaled up;
    /// colors of a palette become RGB, and a transparent color becomes an alpha channel. Every chunk's checksum
    /// is checked; chunks that do not change the samples, gamma among them, are passed over.
    ///
    /// - Throws: `FileError`, or `BinaryFileError` with the byte where the file is wrong.
    /// Source: W3C, Portable Network Graphics (PNG) Specification, third edition.
    public init(pngFile path: String) throws {
        let file = try MappedFile(path: path)
        self = try withExtendedLifetime(file) { try RasterImage(png: file.bytes, path: path) }
    }

    /// Reads a PNG file that is in memory; errors call it `path`.
    public init(png bytes: UnsafeRawBufferPointer, path: String) throws(BinaryFileError) {
        let file = try PNGFile(bytes, path: path)
        let data = try file.inflatedData()
        var output = PNGOutput(file)
        var offset = 0
        for pass in file.header.passes {
            let rows = try unfilteredRows(pass, data, from: &offset, file)
            output.place(rows, of: pass)
        }
        self.init(
            width: file.header.width, height: file.header.height, channels: output.channels,
            pixels: output.pixels)
    }
}

/// One of the seven pictures of an interlaced file, or the only one: the pixels at
/// (`left` + i · `stepX`, `top` + j · `stepY`).
struct PNGPass {
    var left = 0
    var top = 0
    var stepX = 1
    var stepY = 1
    /// In pixels.
    let width: Int
    let height: Int
    /// Bytes of a row without its filter byte.
    let rowBytes: Int
}

extension PNGHeader {
    /// The passes that have pixels, in the order of the file.
    var passes: [PNGPass] {
        let grids: [(left: Int, top: Int, stepX: Int, stepY: Int)] =
            isInterlaced
            ? [
                (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
                (0, 1, 1, 2),
            ]
            : [(0, 0, 1, 1)]
        return grids.compactMap { grid in
            guard grid.left < width, grid.top < height else { return nil }
            let columns = (width - grid.left + grid.stepX - 1) / grid.stepX
            return PNGPass(
                left: grid.left, top: grid.top, stepX: grid.stepX, stepY: grid.stepY, width: columns,
                height: (height - grid.top + grid.stepY - 1) / grid.stepY, rowBytes: rowBytes(width: columns))
        }
    }
}

/// Undoes the filters of a pass.
///
/// - Returns: the rows one after the other, without filter bytes.
private func unfilteredRows(
    _ pass: PNGPass, _ data: [UInt8], from offset: inout Int, _ file: PNGFile
) throws(BinaryFileError) -> [UInt8] {
    let rowBytes = pass.rowBytes
    // How far back the byte at the same place of the pixel before lies.
    let step = max(1, file.header.bitsPerPixel / 8)
    var rows = [UInt8](repeating: 0, count: rowBytes * pass.height)
    for y in 0..<pass.height {
        let filter = data[offset]
        let source = offset + 1
        let row = y * rowBytes
        for i in 0..<rowBytes {
            let left = i >= step ? rows[row + i - step] : 0
            let above = y > 0 ? rows[row - rowBytes + i] : 0
            let prediction: UInt8
            switch filter {
            case 0: prediction = 0
            case 1: prediction = left
            case 2: prediction = above
            case 3: prediction = UInt8((Int(left) + Int(above)) / 2)
            case 4:
                let corner = i >= step && y > 0 ? rows[row - rowBytes + i - step] : 0
                prediction = paeth(left, above, corner)
            default: throw file.invalid("filter \(filter) in row \(y + 1) of the picture")
            }
            rows[row + i] = data[source + i] &+ prediction
        }
        offset = source + rowBytes
    }
    return rows
}

/// Whichever of the three is nearest to left + above − corner.
func paeth(_ left: UInt8, _ above: UInt8, _ corner: UInt8) -> UInt8 {
    let (a, b, c) = (Int(left), Int(above), Int(corner))
    let (fromLeft, fromAbove, fromCorner) = (abs(b - c), abs(a - c), abs(a + b - 2 * c))
    if fromLeft <= fromAbove, fromLeft <= fromCorner { return left }
    return fromAbove <= fromCorner ? above : corner
}
