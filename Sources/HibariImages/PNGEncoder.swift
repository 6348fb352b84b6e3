import HibariCompression
import HibariSupport

extension RasterImage {
    /// The picture as a PNG file of 8 bits a sample, not interlaced.
    ///
    /// Each row takes the filter whose result has the smallest sum of absolute values, as the specification
    /// suggests.
    public func pngBytes() -> [UInt8] {
        var header = bigEndian(UInt32(width)) + bigEndian(UInt32(height))
        let colorType: UInt8 = [0, 4, 2, 6][channels - 1]
        header += [8, colorType, 0, 0, 0]
        return PNGFile.signature + chunk("IHDR", header) + chunk("IDAT", deflate(filteredRows(), level: 9))
            + chunk("IEND", [])
    }

    /// Writes the picture as a PNG file that appears whole or not at all.
    public func writePNG(_ path: String) throws { try writeFileAtomically(path, pngBytes()) }

    private func filteredRows() -> [UInt8] {
        let rowBytes = width * channels
        var rows: [UInt8] = []
        rows.reserveCapacity((rowBytes + 1) * height)
        for y in 0..<height {
            var best: (cost: Int, filter: UInt8, row: [UInt8]) = (.max, 0, [])
            for filter in UInt8(0)...4 {
                let row = filtered(y, filter, rowBytes)
                let cost = row.reduce(0) { $0 + min(Int($1), 256 - Int($1)) }
                if cost < best.cost { best = (cost, filter, row) }
            }
            rows.append(best.filter)
            rows += best.row
        }
        return rows
    }

    private func filtered(_ y: Int, _ filter: UInt8, _ rowBytes: Int) -> [UInt8] {
        let row = y * rowBytes
        return (0..<rowBytes).map { i in
            let left = i >= channels ? pixels[row + i - channels] : 0
            let above = y > 0 ? pixels[row - rowBytes + i] : 0
            let corner = i >= channels && y > 0 ? pixels[row - rowBytes + i - channels] : 0
            let prediction: UInt8 =
                switch filter {
                case 0: 0
                case 1: left
                case 2: above
                case 3: UInt8((Int(left) + Int(above)) / 2)
                default: paeth(left, above, corner)
                }
            return pixels[row + i] &- prediction
        }
    }
}

private func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let checked = Array(type.utf8) + data
    return bigEndian(UInt32(data.count)) + checked + bigEndian(checked.withUnsafeBytes { crc32($0) })
}

private func bigEndian(_ value: UInt32) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
}
