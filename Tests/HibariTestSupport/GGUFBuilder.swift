/// Makes small GGUF files for tests.
package struct GGUFBuilder {
    package enum Value {
        case uint32(UInt32)
        case string(String)
        case strings([String])
        case floats([Float])
        case int32s([Int32])
        /// A type number and the bytes after it.
        case raw(type: UInt32, [UInt8])
    }

    package var version: UInt32 = 3
    private var entries: [(key: String, value: Value)] = []
    private var tensors: [UInt8] = []
    private var tensorCount = 0
    /// What stands after the descriptions of the tensors, from the next multiple of 32 on.
    package var data: [UInt8] = []

    package init() {}

    package mutating func add(_ key: String, _ value: Value) { entries.append((key, value)) }

    /// Replaces or removes an entry.
    package subscript(key: String) -> Value? {
        get { entries.first { $0.key == key }?.value }
        set {
            let index = entries.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): entries[index].value = value
            case (let index?, nil): entries.remove(at: index)
            case (nil, let value?): entries.append((key, value))
            case (nil, nil): break
            }
        }
    }

    package mutating func addTensor(_ name: String, dimensions: [UInt64], type: UInt32, offset: UInt64) {
        tensors += string(name) + little(UInt32(dimensions.count)) + dimensions.flatMap { little($0) }
        tensors += little(type) + little(offset)
        tensorCount += 1
    }

    package var bytes: [UInt8] {
        var bytes =
            Array("GGUF".utf8) + little(version) + little(UInt64(tensorCount)) + little(UInt64(entries.count))
        for (key, value) in entries { bytes += string(key) + encode(value) }
        bytes += tensors
        if !data.isEmpty { bytes += [UInt8](repeating: 0, count: (32 - bytes.count % 32) % 32) + data }
        return bytes
    }

    /// A byte-level vocabulary with a few merges.
    package static func byteLevel(pre: String) -> [UInt8] {
        var next: UInt32 = 0x100
        var tokens: [String] = []
        for byte in UInt32(0)...255 {
            let shows = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
            tokens.append(String(Character(Unicode.Scalar(shows ? byte : next) ?? "?")))
            if !shows { next += 1 }
        }
        var builder = GGUFBuilder()
        builder.add("tokenizer.ggml.model", .string("gpt2"))
        builder.add("tokenizer.ggml.pre", .string(pre))
        builder.add(
            "tokenizer.ggml.tokens", .strings(tokens + ["Ġd", "on", "Ġdon", "12", "..", "<|endoftext|>"]))
        builder.add("tokenizer.ggml.merges", .strings(["Ġ d", "o n", "Ġd on", "1 2", ". ."]))
        builder.add("tokenizer.ggml.token_type", .int32s([Int32](repeating: 1, count: 261) + [3]))
        builder.add("tokenizer.ggml.eos_token_id", .uint32(261))
        return builder.bytes
    }

    private func encode(_ value: Value) -> [UInt8] {
        switch value {
        case .uint32(let value): little(UInt32(4)) + little(value)
        case .string(let text): little(UInt32(8)) + string(text)
        case .strings(let texts): array(8, texts.count) + texts.flatMap { string($0) }
        case .floats(let values): array(6, values.count) + values.flatMap { little($0.bitPattern) }
        case .int32s(let values): array(5, values.count) + values.flatMap { little($0) }
        case .raw(let type, let bytes): little(type) + bytes
        }
    }

    private func array(_ type: UInt32, _ count: Int) -> [UInt8] {
        little(UInt32(9)) + little(type) + little(UInt64(count))
    }

    private func string(_ text: String) -> [UInt8] { little(UInt64(text.utf8.count)) + Array(text.utf8) }
}

/// The bytes of a number, the lowest first.
package func little(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
