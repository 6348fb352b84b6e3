import HibariCompression

/// Writes PNG files of every kind, by the letter of the specification and without any code of the reader.
struct PNGBuilder {
    var width: Int
    var height: Int
    var depth: Int
    var colorType: UInt8
    var isInterlaced = false
    /// The filter of row y is `filters[y % filters.count]`.
    var filters: [UInt8] = [0]
    var palette: [UInt8] = []
    var transparency: [UInt8] = []
    /// The `samples`-th sample of pixel (x, y).
    var sample: (_ x: Int, _ y: Int, _ samples: Int) -> Int

    var samples: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colorType] ?? 0 }

    var bytes: [UInt8] {
        var file: [UInt8] = [137, 80, 78, 71, 13, 10, 26, 10]
        file += Self.chunk(
            "IHDR",
            Self.number(width) + Self.number(height) + [UInt8(depth), colorType, 0, 0, isInterlaced ? 1 : 0])
        if !palette.isEmpty { file += Self.chunk("PLTE", palette) }
        if !transparency.isEmpty { file += Self.chunk("tRNS", transparency) }
        file += Self.chunk("tEXt", Array("Comment\0a test".utf8))
        let data = deflate(rows)
        // Two chunks, cut anywhere.
        file += Self.chunk("IDAT", Array(data.prefix(data.count / 3)))
        file += Self.chunk("IDAT", Array(data.dropFirst(data.count / 3)))
        return file + Self.chunk("IEND", [])
    }

    /// All rows of all passes with their filter bytes.
    var rows: [UInt8] {
        if !isInterlaced { return pass(Array(0..<width), Array(0..<height)) }
        var data: [UInt8] = []
        // The pattern of the specification: in which pass each pixel of an 8 × 8 square is.
        let pattern = [
            [1, 6, 4, 6, 2, 6, 4, 6], [7, 7, 7, 7, 7, 7, 7, 7], [5, 6, 5, 6, 5, 6, 5, 6],
            [7, 7, 7, 7, 7, 7, 7, 7], [3, 6, 4, 6, 3, 6, 4, 6], [7, 7, 7, 7, 7, 7, 7, 7],
            [5, 6, 5, 6, 5, 6, 5, 6], [7, 7, 7, 7, 7, 7, 7, 7],
        ]
        for number in 1...7 {
            let ys = (0..<height).filter { pattern[$0 % 8].contains(number) }
            let row = pattern.first { $0.contains(number) } ?? []
            let xs = (0..<width).filter { row[$0 % 8] == number }
            if !xs.isEmpty { data += pass(xs, ys) }
        }
        return data
    }

    private func pass(_ xs: [Int], _ ys: [Int]) -> [UInt8] {
        let step = max(1, samples * depth / 8)
        var above: [UInt8] = []
        var data: [UInt8] = []
        for (number, y) in ys.enumerated() {
            var bits: [Bool] = []
            for x in xs {
                for channel in 0..<samples {
                    let value = sample(x, y, channel)
                    for bit in (0..<depth).reversed() { bits.append(value >> bit & 1 == 1) }
                }
            }
            while bits.count % 8 != 0 { bits.append(false) }
            let row = stride(from: 0, to: bits.count, by: 8).map { start in
                bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
            }
            if above.isEmpty { above = [UInt8](repeating: 0, count: row.count) }
            let filter = filters[number % filters.count]
            data.append(filter)
            for i in row.indices {
                let a = i >= step ? Int(row[i - step]) : 0
                let b = Int(above[i])
                let c = i >= step ? Int(above[i - step]) : 0
                let p = a + b - c
                let nearest = [a, b, c].min { abs(p - $0) < abs(p - $1) } ?? 0
                let predictions = [0, a, b, (a + b) / 2, nearest]
                data.append(row[i] &- UInt8(filter < 5 ? predictions[Int(filter)] : 0))
            }
            above = row
        }
        return data
    }

    static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        return number(data.count) + body + number(Int(body.withUnsafeBytes { crc32($0) }))
    }

    static func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 0xFF) } }
}
