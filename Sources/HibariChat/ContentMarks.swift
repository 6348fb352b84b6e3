import HibariSupport

/// Tells text of messages from text of the template in what a Jinja template renders.
///
/// In the messages, every control token that is spelled out gets a mark behind its first character: one of the code
/// points that are no characters, which the conversation does not have. What is spelled without a mark in the rendered
/// text is the template's; then the marks are taken out again. Control tokens are not told apart from text in any
/// other way, so a template can do with the content what it likes.
struct ContentMarks {
    /// The conversation with marks.
    let conversation: Conversation
    private let mark: Unicode.Scalar?
    private let control: [String]

    /// - Throws: `ChatError.noMark`.
    init(of conversation: Conversation, _ control: [String]) throws(ChatError) {
        // The longest first, as they are looked for.
        let control = control.filter { !$0.isEmpty }.sorted { $0.utf8.count > $1.utf8.count }
        self.control = control
        let texts =
            conversation.messages.flatMap { [$0.content] + strings(in: .object($0.details)) }
            + strings(in: conversation.tools ?? .null)
        guard texts.contains(where: { text in control.contains { text.pythonFind($0) != nil } }) else {
            (self.conversation, mark) = (conversation, nil)
            return
        }
        let used = Set(
            texts.lazy.flatMap(\.unicodeScalars).filter { Self.noncharacters.contains($0.value) }.map(\.value)
        )
        guard let free = Self.noncharacters.first(where: { !used.contains($0) }),
            let mark = Unicode.Scalar(free)
        else { throw .noMark }
        self.mark = mark
        func marked(_ text: String) -> String { HibariChat.marked(text, control, mark) }
        var copy = conversation
        for index in copy.messages.indices {
            copy.messages[index].content = marked(copy.messages[index].content)
            copy.messages[index].details = mapped(.object(copy.messages[index].details), marked).object ?? [:]
        }
        copy.tools = copy.tools.map { mapped($0, marked) }
        self.conversation = copy
    }

    private static let noncharacters: ClosedRange<UInt32> = 0xFDD0...0xFDEF

    /// The rendered text without marks; the trained ranges, of the text with marks, move along.
    func rendered(_ text: String, trained: [Range<Int>]) -> RenderedConversation {
        guard let mark else { return RenderedConversation(text: text, trained: trained) }
        let sign = Array(String(Character(mark)).utf8)
        let bytes = Array(text.utf8)
        var plain: [UInt8] = []
        var written: [Range<Int>] = []
        // For each byte with marks, where it is without them.
        var places: [Int] = []
        places.reserveCapacity(bytes.count + 1)
        var index = 0
        while index < bytes.count {
            if bytes[index] == sign[0], bytes[index...].starts(with: sign) {
                // The first character of what would be a control token.
                let start = plain.lastIndex { $0 & 0xC0 != 0x80 } ?? 0
                if written.last?.lowerBound != start { written.append(start..<plain.count) }
                places += repeatElement(plain.count, count: sign.count)
                index += sign.count
            } else {
                places.append(plain.count)
                plain.append(bytes[index])
                index += 1
            }
        }
        places.append(plain.count)
        return RenderedConversation(
            text: String(decoding: plain, as: UTF8.self),
            trained: trained.map { places[$0.lowerBound]..<places[$0.upperBound] }, written: written)
    }
}

/// The text with a mark behind the first character of every control token in it.
private func marked(_ text: String, _ control: [String], _ mark: Unicode.Scalar) -> String {
    let bytes = Array(text.utf8)
    let tokens = control.map { Array($0.utf8) }
    let sign = Array(String(Character(mark)).utf8)
    var isFirst = [Bool](repeating: false, count: 256)
    for token in tokens { isFirst[Int(token[0])] = true }
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
        let rest = bytes[index...]
        if isFirst[Int(bytes[index])], tokens.contains(where: { rest.starts(with: $0) }) {
            let length = utf8Scalar(in: bytes.span, at: index)?.length ?? 1
            result += bytes[index..<index + length] + sign
            index += length
        } else {
            result.append(bytes[index])
            index += 1
        }
    }
    return String(decoding: result, as: UTF8.self)
}

/// All strings in a JSON value, but for the names of members.
private func strings(in value: JSONValue) -> [String] {
    switch value {
    case .string(let text): [text]
    case .array(let values): values.flatMap(strings)
    case .object(let object): object.values.flatMap(strings)
    default: []
    }
}

private func mapped(_ value: JSONValue, _ change: (String) -> String) -> JSONValue {
    switch value {
    case .string(let text): return .string(change(text))
    case .array(let values): return .array(values.map { mapped($0, change) })
    case .object(var object):
        for key in object.keys { object[key] = object[key].map { mapped($0, change) } }
        return .object(object)
    default: return value
    }
}
