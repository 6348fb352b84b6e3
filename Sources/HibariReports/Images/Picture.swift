import HibariImages

/// Pixels, row by row from the top.
public struct Picture: Sendable, Equatable {
    /// The channels of a pixel.
    public enum Format: Int, Sendable {
        case gray = 1
        case rgb = 3
        case rgba = 4

        /// Bytes of a pixel.
        var channels: Int { rawValue }
    }

    public let width, height: Int
    public let format: Format
    public let pixels: [UInt8]

    /// - Precondition: width·height pixels, at least one.
    public init(width: Int, height: Int, _ format: Format, _ pixels: [UInt8]) {
        precondition(
            width > 0 && height > 0 && pixels.count == width * height * format.channels,
            "picture: \(pixels.count) bytes for \(width)×\(height) of \(format.channels)")
        self.width = width
        self.height = height
        self.format = format
        self.pixels = pixels
    }

    /// A picture of one (gray) or three channels that lie one after the other, as in data sets (C, H, W).
    public init(width: Int, height: Int, planes: [UInt8]) {
        let size = width * height
        guard planes.count != size else {
            self.init(width: width, height: height, .gray, planes)
            return
        }
        precondition(
            planes.count == 3 * size, "picture: \(planes.count) bytes in planes of \(width)×\(height)")
        let pixels = (0..<size).flatMap { [planes[$0], planes[size + $0], planes[2 * size + $0]] }
        self.init(width: width, height: height, .rgb, pixels)
    }

    /// Numbers as shades of gray, the smallest black and the largest white; those that are not finite are black.
    public init(width: Int, height: Int, shades: [Double]) {
        let finite = shades.filter(\.isFinite)
        let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
        let span = high > low ? high - low : 1
        self.init(
            width: width, height: height, .gray,
            shades.map { $0.isFinite ? UInt8(255 * ($0 - low) / span) : 0 })
    }

    /// Numbers of either sign, as learned filters have: one color above zero, one below, none at zero.
    ///
    /// - Parameter limit: the size of the strongest color; nil for the largest absolute value.
    public init(width: Int, height: Int, signed values: [Double], limit: Double? = nil) {
        let largest = limit ?? values.filter(\.isFinite).map(abs).max() ?? 0
        var pixels: [UInt8] = []
        for value in values {
            let color = value < 0 ? Palette.inPictures(1) : Palette.inPictures(0)
            let strength = value.isFinite && largest > 0 ? min(1, abs(value) / largest) : 0
            pixels += [color.red, color.green, color.blue, UInt8(255 * strength)]
        }
        self.init(width: width, height: height, .rgba, pixels)
    }

    /// The picture inside an address, as PNG: data:image/png;base64,…
    var dataAddress: String { "data:image/png;base64," + base64(png()) }
}

/// RFC 4648, with padding.
func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let count = min(3, bytes.count - start)
        var group: UInt32 = 0
        for offset in 0..<3 { group = group << 8 | (offset < count ? UInt32(bytes[start + offset]) : 0) }
        for digit in 0..<4 {
            let sextet = Int(group >> UInt32(18 - 6 * digit)) & 63
            result.append(digit <= count ? alphabet[sextet] : UInt8(ascii: "="))
        }
    }
    return String(decoding: result, as: UTF8.self)
}

extension Picture {
    /// The bytes of a PNG file.
    public func png() -> [UInt8] {
        RasterImage(width: width, height: height, channels: format.channels, pixels: pixels).pngBytes()
    }
}
