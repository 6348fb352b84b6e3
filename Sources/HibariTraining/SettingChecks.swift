import HibariModels

/// Throws unless the value of the option `name` is valid and finite.
func require(
    _ name: String, _ value: Double, _ isValid: Bool, _ expected: String
) throws(ConfigurationError) {
    if !isValid || !value.isFinite {
        throw .invalidValue(name: name, value: "\(value)", expected: expected)
    }
}

func requireShare(_ name: String, _ value: Double) throws(ConfigurationError) {
    try require(name, value, (0..<1).contains(value), "from 0 up to but not including 1")
}

func requirePositive(_ name: String, _ value: Int) throws(ConfigurationError) {
    if value <= 0 { throw .invalidValue(name: name, value: "\(value)", expected: "a positive number") }
}

func requireNotNegative(_ name: String, _ value: Int) throws(ConfigurationError) {
    if value < 0 { throw .invalidValue(name: name, value: "\(value)", expected: "0 or more") }
}
