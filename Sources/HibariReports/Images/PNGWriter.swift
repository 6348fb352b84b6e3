import CZlib

extension Picture {
    /// The bytes of a PNG file: eight bits a channel, one compressed block, no filter but "up".
    ///
    /// Source: PNG specification, third edition (W3C 2025).
    public func png() -> [UInt8] {
        let colorType: UInt8 =
            switch format {
            case .gray: 0
            case .rgb: 2
            case .rgba: 6
            }
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        appendChunk(
            "IHDR", bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, colorType, 0, 0, 0], to: &file)
        appendChunk("IDAT", compressed(filteredRows), to: &file)
        appendChunk("IEND", [], to: &file)
        return file
    }

    /// Each row as its difference from the row above, after the number of that filter.
    private var filteredRows: [UInt8] {
        let rowBytes = width * format.channels
        var rows: [UInt8] = []
        rows.reserveCapacity(height * (rowBytes + 1))
        for row in 0..<height {
            rows.append(2)
            for index in row * rowBytes..<(row + 1) * rowBytes {
                rows.append(row == 0 ? pixels[index] : pixels[index] &- pixels[index - rowBytes])
            }
        }
        return rows
    }
}

private func bigEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
}

/// Length, type, data, CRC of type and data.
private func appendChunk(_ type: String, _ data: [UInt8], to file: inout [UInt8]) {
    let body = Array(type.utf8) + data
    file += bigEndian(UInt32(data.count)) + body
    file += bigEndian(UInt32(truncatingIfNeeded: crc32(0, body, UInt32(body.count))))
}

/// A zlib stream.
private func compressed(_ bytes: [UInt8]) -> [UInt8] {
    var length = compressBound(UInt(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(length))
    let status = compress2(&result, &length, bytes, UInt(bytes.count), 9)
    // The buffer is as large as the worst case, so only a lack of memory is left.
    precondition(status == Z_OK, "zlib: compress2 failed with \(status)")
    return Array(result.prefix(Int(length)))
}
