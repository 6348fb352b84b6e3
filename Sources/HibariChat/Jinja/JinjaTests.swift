/// The tests after `is`.
enum JinjaTest {
    case defined, undefined, none, string, mapping, iterable, sequence, number, integer, float, boolean
    case isTrue, isFalse, even, odd, divisible, callable, same, lower, upper
    case relation(JinjaRelation)

    init?(_ name: String) {
        switch name {
        case "defined": self = .defined
        case "undefined": self = .undefined
        case "none": self = .none
        case "string": self = .string
        case "mapping": self = .mapping
        case "iterable": self = .iterable
        case "sequence": self = .sequence
        case "number": self = .number
        case "integer": self = .integer
        case "float": self = .float
        case "boolean": self = .boolean
        case "true": self = .isTrue
        case "false": self = .isFalse
        case "even": self = .even
        case "odd": self = .odd
        case "divisibleby": self = .divisible
        case "callable": self = .callable
        case "sameas": self = .same
        case "lower": self = .lower
        case "upper": self = .upper
        case "eq", "equalto", "==": self = .relation(.equal)
        case "ne", "!=": self = .relation(.notEqual)
        case "lt", "lessthan", "<": self = .relation(.less)
        case "le", "<=": self = .relation(.lessOrEqual)
        case "gt", "greaterthan", ">": self = .relation(.greater)
        case "ge", ">=": self = .relation(.greaterOrEqual)
        case "in": self = .relation(.contained)
        default: return nil
        }
    }

    /// How many arguments the test has besides the value.
    var argumentCount: Int {
        switch self {
        case .relation, .divisible, .same: 1
        default: 0
        }
    }
}

extension JinjaEvaluator {
    func test(_ name: String, _ value: JinjaValue, _ call: JinjaCall) throws(JinjaProblem) -> Bool {
        guard let test = JinjaTest(name) else { throw .unsupported("the test '\(name)'") }
        guard call.named.isEmpty, call.positional.count == test.argumentCount else {
            throw .failed("the test '\(name)' takes \(test.argumentCount) arguments without names")
        }
        switch test {
        case .defined: return !value.isUndefined
        case .undefined: return value.isUndefined
        case .none: return value.isNone
        case .string: return value.string != nil
        case .mapping: return if case .dictionary = value { true } else { false }
        case .iterable:
            switch value {
            case .undefined, .string, .list, .tuple, .dictionary, .iterator: return true
            default: return false
            }
        case .sequence:
            switch value {
            case .undefined, .string, .list, .tuple, .dictionary: return true
            default: return false
            }
        case .number: return value.double != nil
        case .integer: return if case .integer = value { true } else { false }
        case .float: return if case .number = value { true } else { false }
        case .boolean: return if case .bool = value { true } else { false }
        case .isTrue: return if case .bool(true) = value { true } else { false }
        case .isFalse: return if case .bool(false) = value { true } else { false }
        case .even: return try remainder(of: value, 2, name) == 0
        case .odd: return try remainder(of: value, 2, name) == 1
        case .divisible:
            guard let divisor = call.positional[0].int else {
                throw .failed("the test 'divisibleby' needs a whole number")
            }
            return try remainder(of: value, divisor, name) == 0
        case .callable:
            switch value {
            // An undefined value can be called as far as Python sees.
            case .macro, .function, .method, .undefined, .loop: return true
            default: return false
            }
        case .same: return try isSame(value, call.positional[0])
        case .lower, .upper:
            let text = try self.text(of: value)
            let converted = name == "lower" ? text.lowercased() : text.uppercased()
            return text.unicodeScalars.contains { $0.properties.isCased }
                && text.utf8.elementsEqual(converted.utf8)
        case .relation(let relation): return try holds(relation, value, call.positional[0])
        }
    }

    private func remainder(of value: JinjaValue, _ divisor: Int, _ test: String) throws(JinjaProblem)
        -> Double
    {
        guard value.double != nil else {
            throw .failed("the test '\(test)' needs a number, not \(described(value))")
        }
        return try arithmetic(.remainder, value, .integer(divisor)).double ?? .nan
    }

    /// Identity, which only means something for values that there is one of.
    private func isSame(_ left: JinjaValue, _ right: JinjaValue) throws(JinjaProblem) -> Bool {
        switch (left, right) {
        case (.none, _), (_, .none): return left.isNone && right.isNone
        case (.bool(let a), .bool(let b)): return a == b
        case (.bool, _), (_, .bool): return false
        default: throw .unsupported("the test 'sameas' of \(left.kind) and \(right.kind)")
        }
    }
}
