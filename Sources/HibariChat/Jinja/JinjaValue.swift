import HibariSupport

/// A value of a template, as Python's.
///
/// Values never change and hold no references to each other, so there are no cycles; the two things of Jinja that
/// do change, namespaces and iterators, are numbers of entries in the evaluator.
enum JinjaValue: Sendable {
    /// What a name or member that is not there gives; `what` says so in messages.
    case undefined(what: String)
    case none
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case list(JinjaSequence)
    case tuple(JinjaSequence)
    case dictionary(JinjaDictionary)
    /// What filters such as `map` give: a sequence that can be gone through once.
    case iterator(Int)
    case namespace(Int)
    case macro(Int)
    case function(JinjaFunction)
    /// The attributes of a loop.
    case loop(JinjaLoop)
    /// A method of a value: `"text".upper`.
    indirect case method(JinjaValue, String)

    /// "a string", "a list": for messages.
    var kind: String {
        switch self {
        case .undefined: "undefined"
        case .none: "none"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a float"
        case .string: "a string"
        case .list: "a list"
        case .tuple: "a tuple"
        case .dictionary: "a dict"
        case .iterator: "an iterator"
        case .namespace: "a namespace"
        case .macro: "a macro"
        case .function: "a function"
        case .loop: "the loop variable"
        case .method: "a method"
        }
    }

    /// What Python's `bool()` gives.
    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let value): value
        case .integer(let value): value != 0
        case .number(let value): value != 0
        case .string(let value): !value.isEmpty
        case .list(let items), .tuple(let items): !items.isEmpty
        case .dictionary(let value): value.count > 0
        case .iterator, .namespace, .macro, .function, .loop, .method: true
        }
    }

    var isUndefined: Bool {
        if case .undefined = self { true } else { false }
    }

    var isNone: Bool {
        if case .none = self { true } else { false }
    }

    /// The value if it counts as a whole number in Python: booleans do.
    var int: Int? {
        switch self {
        case .integer(let value): value
        case .bool(let value): value ? 1 : 0
        default: nil
        }
    }

    /// The value if it is a number of any kind.
    var double: Double? {
        if case .number(let value) = self { return value }
        return int.map { Double($0) }
    }

    var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// How deep values are nested in this one: 0 for a number.
    var depth: Int {
        switch self {
        case .list(let items), .tuple(let items): items.depth
        case .dictionary(let value): value.depth
        default: 0
        }
    }

    /// About how much work it is to go through all of the value; text scalar by scalar.
    var weight: Int {
        switch self {
        case .string(let value): 1 + value.utf8.count / 4
        case .list(let items), .tuple(let items): items.weight
        case .dictionary(let value): value.weight
        default: 1
        }
    }
}

/// The elements of a list or tuple.
final class JinjaSequence: Sendable {
    let items: [JinjaValue]
    let depth: Int
    let weight: Int

    init(_ items: [JinjaValue]) {
        self.items = items
        depth = 1 + (items.lazy.map(\.depth).max() ?? 0)
        weight = items.reduce(1) { saturatingSum($0, $1.weight) }
    }

    var count: Int { items.count }
    var isEmpty: Bool { items.isEmpty }
}

/// A dict: entries in the order they were made.
final class JinjaDictionary: Sendable {
    let keys: [JinjaValue]
    let values: [JinjaValue]
    let depth: Int
    let weight: Int
    private let positions: [JinjaKey: Int]

    /// A later entry replaces the value of an earlier one with the same key, as in Python.
    init(_ entries: [(key: JinjaKey, value: JinjaValue)]) {
        var (keys, values, positions) = ([JinjaValue](), [JinjaValue](), [JinjaKey: Int]())
        for (key, value) in entries {
            if let position = positions[key] {
                values[position] = value
            } else {
                positions[key] = keys.count
                keys.append(key.value)
                values.append(value)
            }
        }
        (self.keys, self.values, self.positions) = (keys, values, positions)
        depth = 1 + (values.lazy.map(\.depth).max() ?? 0)
        weight = zip(keys, values).reduce(1) { saturatingSum($0, saturatingSum($1.0.weight, $1.1.weight)) }
    }

    var count: Int { keys.count }

    subscript(key: JinjaKey) -> JinjaValue? { positions[key].map { values[$0] } }

    subscript(name: String) -> JinjaValue? { self[JinjaKey(name)] }

    /// The entries as tuples.
    var items: [JinjaValue] { zip(keys, values).map { .tuple(JinjaSequence([$0, $1])) } }
}

/// What can be the key of a dict: strings, told apart by their bytes, numbers, booleans and none.
struct JinjaKey: Hashable, Sendable {
    let value: JinjaValue

    init(_ name: String) { value = .string(name) }

    /// Nil if values of this kind are no keys here.
    init?(_ value: JinjaValue) {
        switch value {
        case .string, .integer, .bool, .none, .number: self.value = value
        default: return nil
        }
    }

    static func == (left: JinjaKey, right: JinjaKey) -> Bool { areEqual(left.value, right.value) }

    func hash(into hasher: inout Hasher) {
        switch value {
        case .string(var text): text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        default: hasher.combine(value.double)  // 1, 1.0 and true are the same key.
        }
    }
}

/// What a template knows about the loop it is in.
struct JinjaLoop: Sendable {
    let index: Int
    let items: JinjaSequence
}

/// Functions that every template can call.
enum JinjaFunction: String, Sendable, CaseIterable {
    case raiseException = "raise_exception"
    case strftimeNow = "strftime_now"
    case range, namespace, dict
}

func saturatingSum(_ a: Int, _ b: Int) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? Int.max : sum
}
