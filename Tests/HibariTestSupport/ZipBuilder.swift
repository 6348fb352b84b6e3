/// Makes ZIP archives of files that are not compressed.
package struct ZipBuilder {
    private var files: [UInt8] = []
    private var directory: [UInt8] = []
    private var count: UInt16 = 0

    package init() {}

    package mutating func add(_ name: String, _ contents: [UInt8]) {
        let sizes =
            little(crc32(of: contents)) + little(UInt32(contents.count)) + little(UInt32(contents.count))
        let names = little(UInt16(name.utf8.count)) + little(UInt16(0))
        directory += little(UInt32(0x0201_4B50)) + [UInt8](repeating: 0, count: 12) + sizes + names
        directory += [UInt8](repeating: 0, count: 10) + little(UInt32(files.count)) + Array(name.utf8)
        files += little(UInt32(0x0403_4B50)) + [UInt8](repeating: 0, count: 10) + sizes + names
        files += Array(name.utf8) + contents
        count += 1
    }

    package var bytes: [UInt8] {
        files + directory + little(UInt32(0x0605_4B50)) + little(UInt32(0)) + little(count) + little(count)
            + little(UInt32(directory.count)) + little(UInt32(files.count)) + little(UInt16(0))
    }
}

/// CRC-32 bit by bit.
private func crc32(of bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
    }
    return ~crc
}
