import HibariSupport

/// Typed access to the metadata of a llama.cpp model; keys are named without the architecture in front.
struct GGUFMetadataReader {
    let file: GGUFFile
    let architecture: String

    init(_ file: GGUFFile) throws(ConfigurationError) {
        self.file = file
        guard let name = file["general.architecture"]?.string else {
            throw .missingKey(path: file.path, key: "general.architecture")
        }
        architecture = name
    }

    /// The key in the file.
    func fullKey(_ key: String) -> String { "\(architecture).\(key)" }

    func value(_ key: String) -> GGUFValue? { file[fullKey(key)] }

    /// The keys of this architecture, without it.
    var keys: [String] {
        let prefix = architecture + "."
        return file.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    func integer(_ key: String, default fallback: Int? = nil) throws(ConfigurationError) -> Int {
        guard let number = try optionalInteger(key) ?? fallback else {
            throw .missingKey(path: file.path, key: fullKey(key))
        }
        return number
    }

    /// Lists, which llama.cpp takes for sizes that differ between layers, are of the wrong kind.
    func optionalInteger(_ key: String) throws(ConfigurationError) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.int else {
            throw unsupported(key, "one whole number for all layers")
        }
        return number
    }

    /// A number above 0, with the decimal that a float32 stands for: 1e-5, not 9.999999747378752e-06.
    func positive(_ key: String, default fallback: Double? = nil) throws(ConfigurationError) -> Double {
        guard let value = value(key) else {
            guard let fallback else { throw .missingKey(path: file.path, key: fullKey(key)) }
            return fallback
        }
        guard let number = value.decimal, number > 0, number.isFinite else {
            throw unsupported(key, "a positive number")
        }
        return number
    }

    func unsupported(_ key: String, _ supported: String) -> ConfigurationError {
        .unsupportedKey(
            path: file.path, key: fullKey(key), value: value(key)?.summary ?? "missing", supported: supported)
    }
}

extension GGUFValue {
    /// The number with the fewest decimals that its type cannot tell from the stored one.
    var decimal: Double? {
        if case .float32(let value) = self { Double("\(value)") } else { double }
    }

    /// For messages.
    var summary: String {
        switch self {
        case .string(let text): quoted(text)
        case .bool(let value): "\(value)"
        case .array(let array): "a list of \(array.count)"
        case .float32(let value): "\(value)"
        default: int.map { "\($0)" } ?? double.map { "\($0)" } ?? "a number"
        }
    }
}
