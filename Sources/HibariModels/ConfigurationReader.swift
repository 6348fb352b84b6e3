import HibariSupport

/// Typed access to the keys of a config.json.
struct ConfigurationReader {
    let json: JSONValue
    let path: String

    init(_ json: JSONValue, path: String) {
        self.json = json
        self.path = path
    }

    /// The value of a key; nil if it is missing or null.
    func value(_ key: String) -> JSONValue? {
        guard let value = json[key], !value.isNull else { return nil }
        return value
    }

    func integer(_ key: String, default fallback: Int? = nil) throws(ConfigurationError) -> Int {
        guard let number = try optionalInteger(key) ?? fallback else {
            throw .missingKey(path: path, key: key)
        }
        return number
    }

    /// As `integer(_:default:)`, of a key that `transformers` also knows by a second name.
    func integer(_ key: String, or alias: String, default fallback: Int) throws(ConfigurationError) -> Int {
        let number = try optionalInteger(key)
        guard let other = try optionalInteger(alias) else { return number ?? fallback }
        guard number == nil || number == other else { throw unsupported(alias, "\(key) says otherwise") }
        return other
    }

    /// - Parameter missing: what a key that is not there stands for; null stands for nil.
    func optionalInteger(_ key: String, missing: Int? = nil) throws(ConfigurationError) -> Int? {
        guard json[key] != nil else { return missing }
        guard let value = value(key) else { return nil }
        guard let number = value.int else { throw .missingKey(path: path, key: key) }
        return number
    }

    func number(_ key: String, default fallback: Double? = nil) throws(ConfigurationError) -> Double {
        guard let number = try optionalNumber(key) ?? fallback else {
            throw .missingKey(path: path, key: key)
        }
        return number
    }

    func optionalNumber(_ key: String) throws(ConfigurationError) -> Double? {
        guard let value = value(key) else { return nil }
        guard let number = value.double else { throw .missingKey(path: path, key: key) }
        return number
    }

    func bool(_ key: String, default fallback: Bool) throws(ConfigurationError) -> Bool {
        guard let value = value(key) else { return fallback }
        guard let flag = value.bool else { throw .missingKey(path: path, key: key) }
        return flag
    }

    func string(_ key: String, default fallback: String) throws(ConfigurationError) -> String {
        guard let value = value(key) else { return fallback }
        guard let text = value.string else { throw .missingKey(path: path, key: key) }
        return text
    }

    /// Refuses any value but `supported`; a missing key is fine.
    func require(_ key: String, _ supported: JSONValue) throws(ConfigurationError) {
        guard let value = value(key), value != supported else { return }
        throw unsupported(key, "only \(supported.text())")
    }

    func unsupported(_ key: String, _ supported: String) -> ConfigurationError {
        .unsupportedKey(path: path, key: key, value: value(key)?.text() ?? "null", supported: supported)
    }

    /// Refuses a list with any element but `supported`.
    func requireAll(_ key: String, _ supported: JSONValue) throws(ConfigurationError) {
        guard let value = value(key) else { return }
        guard let elements = value.array, elements.allSatisfy({ $0 == supported }) else {
            throw unsupported(key, "only \(supported.text())")
        }
    }

    /// A number above 0.
    func positive(_ key: String, default fallback: Double? = nil) throws(ConfigurationError) -> Double {
        try checkPositive(try number(key, default: fallback), key)
    }

    func optionalPositive(_ key: String) throws(ConfigurationError) -> Double? {
        guard let number = try optionalNumber(key) else { return nil }
        return try checkPositive(number, key)
    }

    /// A list of numbers above 0.
    func positives(_ key: String) throws(ConfigurationError) -> [Double] {
        guard let elements = value(key)?.array else { throw .missingKey(path: path, key: key) }
        var numbers: [Double] = []
        for element in elements {
            guard let number = element.double else { throw .missingKey(path: path, key: key) }
            numbers.append(try checkPositive(number, key))
        }
        return numbers
    }

    private func checkPositive(_ number: Double, _ key: String) throws(ConfigurationError) -> Double {
        guard number > 0, number.isFinite else {
            throw .invalidFile(path: path, problem: "\(key) is \(number), expected a positive number")
        }
        return number
    }
}
