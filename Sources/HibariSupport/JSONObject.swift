/// The members of a JSON object in the order they were written, found by name in constant time.
///
/// Names are told apart by their UTF-8 bytes; a `Dictionary` with `String` keys would merge names that are
/// canonically equivalent in Unicode, which vocabularies do contain.
public struct JSONObject: Sendable {
    public private(set) var keys: [String] = []
    public private(set) var values: [JSONValue] = []

    /// Open addressing: positions in `keys` plus one, 0 for free; empty while a linear search is as fast.
    private var table: [Int32] = []

    private static let linearLimit = 8

    public init() {}

    /// - Precondition: no key occurs twice.
    public init(_ members: some Sequence<(key: String, value: JSONValue)>) {
        for (key, value) in members {
            let isNew = append(key, value)
            precondition(isNew, "JSONObject: key \"\(key)\" occurs twice; expected each key once")
        }
    }

    /// The member `key`. Assigning to a present key keeps its place, to a new one appends, assigning nil
    /// removes.
    public subscript(key: String) -> JSONValue? {
        get { position(of: key).map { values[$0] } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?):
                values[position] = value
            case (let position?, nil):
                keys.remove(at: position)
                values.remove(at: position)
                rebuildTable()
            case (nil, let value?):
                append(key, value)
            case (nil, nil):
                break
            }
        }
    }

    /// Adds a member at the end; returns false and changes nothing if the key is present.
    @discardableResult
    mutating func append(_ key: String, _ value: JSONValue) -> Bool {
        if table.isEmpty {
            if position(of: key) != nil { return false }
        } else {
            let slot = slot(for: key)
            if table[slot] != 0 { return false }
            table[slot] = Int32(keys.count + 1)
        }
        keys.append(key)
        values.append(value)
        let isFull = table.isEmpty ? keys.count > Self.linearLimit : keys.count * 2 > table.count
        if isFull { rebuildTable() }
        return true
    }

    private func position(of key: String) -> Int? {
        if table.isEmpty {
            return keys.firstIndex { hasSameBytes($0, key) }
        }
        let entry = table[slot(for: key)]
        return entry == 0 ? nil : Int(entry) - 1
    }

    /// The slot that holds `key`, or the free one where it belongs. The table is never more than half full.
    private func slot(for key: String) -> Int {
        let mask = table.count - 1
        var slot = Self.hash(key) & mask
        while table[slot] != 0, !hasSameBytes(keys[Int(table[slot]) - 1], key) {
            slot = (slot + 1) & mask
        }
        return slot
    }

    private mutating func rebuildTable() {
        table = []
        if keys.count <= Self.linearLimit { return }
        var size = 64
        while size < keys.count * 4 { size *= 2 }
        table = [Int32](repeating: 0, count: size)
        for (position, key) in keys.enumerated() {
            table[slot(for: key)] = Int32(position + 1)
        }
    }

    /// Seeded by the process, so that no file can be made to collide.
    private static func hash(_ key: String) -> Int {
        var key = key
        var hasher = Hasher()
        key.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        return hasher.finalize()
    }
}

extension JSONObject: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { keys.count }
    public subscript(position: Int) -> (key: String, value: JSONValue) { (keys[position], values[position]) }
}

extension JSONObject: Equatable {
    /// Same members in the same order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && zip(left.keys, right.keys).allSatisfy(hasSameBytes)
            && left.values == right.values
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements.map { (key: $0.0, value: $0.1) })
    }
}
