extension JSONValue {
    /// The value as a tree of JSON; an enum with raw values is its raw value, nil members are left out.
    public init(encoding value: some Encodable) throws {
        let place = Place()
        try place.set(value, [])
        self = place.json
    }
}

/// A node of the tree while it is being built. An object may be opened twice; its members then stand together.
private final class Place {
    private enum Content {
        case value(JSONValue)
        case object([(key: String, place: Place)])
        case array([Place])
    }

    private var content = Content.value(.null)

    var json: JSONValue {
        switch content {
        case .value(let value): value
        case .object(let members):
            .object(JSONObject(members.map { (key: $0.key, value: $0.place.json) }))
        case .array(let places): .array(places.map(\.json))
        }
    }

    func set(_ value: some Encodable, _ path: [any CodingKey]) throws {
        switch value {
        case let bool as Bool: content = .value(.bool(bool))
        case let text as String: content = .value(.string(text))
        case let number as Double: content = .value(.number(number))
        case let number as Float: content = .value(.number(Double(number)))
        case let integer as any FixedWidthInteger:
            guard let number = Int(exactly: integer) else {
                throw EncodingError.invalidValue(
                    value, .init(codingPath: path, debugDescription: "\(integer) does not fit 64 bits"))
            }
            content = .value(.integer(number))
        default: try value.encode(to: TreeEncoder(place: self, codingPath: path))
        }
    }

    func setNull() { content = .value(.null) }

    func becomeObject() {
        if case .object = content { return }
        content = .object([])
    }

    func becomeArray() {
        if case .array = content { return }
        content = .array([])
    }

    var count: Int {
        if case .array(let places) = content { places.count } else { 0 }
    }

    func member(_ key: String) -> Place {
        guard case .object(var members) = content else { preconditionFailure("not an object") }
        let place = Place()
        members.removeAll { hasSameBytes($0.key, key) }
        members.append((key, place))
        content = .object(members)
        return place
    }

    func element() -> Place {
        guard case .array(var places) = content else { preconditionFailure("not an array") }
        let place = Place()
        places.append(place)
        content = .array(places)
        return place
    }
}

private struct TreeEncoder: Encoder {
    let place: Place
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        place.becomeObject()
        return KeyedEncodingContainer(KeyedTree(place: place, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        place.becomeArray()
        return UnkeyedTree(place: place, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleTree(place: place, codingPath: codingPath)
    }
}

private struct KeyedTree<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let place: Place
    let codingPath: [any CodingKey]

    func encodeNil(forKey key: Key) { place.member(key.stringValue).setNull() }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try place.member(key.stringValue).set(value, codingPath + [key])
    }

    private func encoder(_ key: any CodingKey) -> TreeEncoder {
        TreeEncoder(place: place.member(key.stringValue), codingPath: codingPath + [key])
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        encoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder(key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { encoder(IndexKey(name: "super")) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }
}

private struct UnkeyedTree: UnkeyedEncodingContainer {
    let place: Place
    let codingPath: [any CodingKey]
    var count: Int { place.count }

    func encodeNil() { place.element().setNull() }

    func encode<T: Encodable>(_ value: T) throws {
        let path = codingPath + [IndexKey(index: count)]
        try place.element().set(value, path)
    }

    private func encoder() -> TreeEncoder {
        let path = codingPath + [IndexKey(index: count)]
        return TreeEncoder(place: place.element(), codingPath: path)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder() }
}

private struct SingleTree: SingleValueEncodingContainer {
    let place: Place
    let codingPath: [any CodingKey]

    func encodeNil() { place.setNull() }
    func encode<T: Encodable>(_ value: T) throws { try place.set(value, codingPath) }
}

/// A place in an array, or a name that no type declares.
struct IndexKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(index: Int) {
        stringValue = "\(index)"
        intValue = index
    }

    init(name: String) {
        stringValue = name
        intValue = nil
    }

    init?(stringValue: String) { self.init(name: stringValue) }
    init?(intValue: Int) { self.init(index: intValue) }
}
