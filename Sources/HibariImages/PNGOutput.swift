/// Turns the rows of a PNG file into 8-bit samples at their places.
struct PNGOutput {
    let channels: Int
    private(set) var pixels: [UInt8]
    private let file: PNGFile

    init(_ file: PNGFile) {
        self.file = file
        let header = file.header
        let colors = header.color == .palette ? 3 : header.samples
        channels = file.transparency == nil ? colors : colors + 1
        pixels = [UInt8](repeating: 0, count: header.width * header.height * channels)
    }

    /// - Parameter rows: without filter bytes.
    mutating func place(_ rows: [UInt8], of pass: PNGPass) {
        let header = file.header
        for y in 0..<pass.height {
            let row = y * pass.rowBytes
            let target = (pass.top + y * pass.stepY) * header.width
            for x in 0..<pass.width {
                place(rows, row, x, at: (target + pass.left + x * pass.stepX) * channels)
            }
        }
    }

    @inline(__always)
    private mutating func place(_ rows: [UInt8], _ row: Int, _ x: Int, at target: Int) {
        let header = file.header
        if header.color == .palette {
            // An index beyond the palette is black and opaque, as other programs show it.
            let index = Int(sample(rows, row, x))
            for color in 0..<3 where 3 * index + color < file.palette.count {
                pixels[target + color] = file.palette[3 * index + color]
            }
            if let alpha = file.transparency { pixels[target + 3] = index < alpha.count ? alpha[index] : 255 }
            return
        }
        var isTransparent = true
        for color in 0..<header.samples {
            let value = sample(rows, row, x * header.samples + color)
            pixels[target + color] = scaled(value)
            if let key = file.transparency {
                isTransparent =
                    isTransparent && value == UInt16(key[2 * color]) << 8 | UInt16(key[2 * color + 1])
            }
        }
        if file.transparency != nil { pixels[target + header.samples] = isTransparent ? 0 : 255 }
    }

    /// The `number`-th sample of a row as it stands in the file.
    @inline(__always)
    private func sample(_ rows: [UInt8], _ row: Int, _ number: Int) -> UInt16 {
        switch file.header.bitDepth {
        case 8: return UInt16(rows[row + number])
        case 16: return UInt16(rows[row + 2 * number]) << 8 | UInt16(rows[row + 2 * number + 1])
        case let depth:
            let bit = number * depth
            let byte = rows[row + bit / 8]
            return UInt16(byte >> UInt8(8 - depth - bit % 8)) & (1 << UInt16(depth) - 1)
        }
    }

    /// To 0...255, rounded.
    @inline(__always)
    private func scaled(_ value: UInt16) -> UInt8 {
        switch file.header.bitDepth {
        case 8: UInt8(truncatingIfNeeded: value)
        case 16: UInt8((Int(value) * 255 + 32767) / 65535)
        case let depth: UInt8(Int(value) * 255 / (1 << depth - 1))
        }
    }
}
