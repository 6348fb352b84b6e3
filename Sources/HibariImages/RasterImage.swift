/// A picture of 8 bits a sample.
public struct RasterImage: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// 1: gray; 2: gray, alpha; 3: red, green, blue; 4: red, green, blue, alpha.
    public let channels: Int
    /// `[height, width, channels]`, the upper left corner first. Alpha is not multiplied in.
    public var pixels: [UInt8]

    /// - Precondition: sizes are positive, `channels` is in 1...4 and `pixels` has width · height · channels.
    public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
        precondition(
            width > 0 && height > 0 && (1...4).contains(channels)
                && pixels.count == width * height * channels,
            "RasterImage: \(pixels.count) samples for \(width) × \(height) with \(channels) channels")
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    public var hasAlpha: Bool { channels % 2 == 0 }

    /// The samples as `[channels, height, width]`, without alpha: what is transparent fades to black.
    public func planes() -> [UInt8] {
        let colors = hasAlpha ? channels - 1 : channels
        let area = width * height
        return [UInt8](unsafeUninitializedCapacity: colors * area) { output, count in
            for pixel in 0..<area {
                let first = pixel * channels
                for color in 0..<colors {
                    let value = Int(pixels[first + color])
                    let seen = hasAlpha ? (value * Int(pixels[first + colors]) + 127) / 255 : value
                    output[color * area + pixel] = UInt8(seen)
                }
            }
            count = colors * area
        }
    }
}
