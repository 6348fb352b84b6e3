import HibariSupport

/// How the records of a multiple choice file name their parts.
public struct ChoiceShape: Sendable, Equatable, CustomStringConvertible {
    let contextKey: String
    /// The key of the list of endings; nil where they are `choice0`, `choice1`, …, as in JCommonsenseQA.
    let endingsKey: String?
    let labelKey: String

    private static let contextKeys = ["context", "ctx", "question"]
    private static let endingsKeys = ["endings", "choices"]
    private static let labelKeys = ["label", "answer"]

    /// For messages.
    static let known = "context, ctx or question; endings, choices or choice0, choice1, …; label or answer"

    /// nil if a part has no key, or the context two, of which one would be left out.
    init?(of record: JSONObject) {
        let contexts = Self.contextKeys.filter { record[$0] != nil }
        let endings = Self.endingsKeys.first { record[$0] != nil }
        guard contexts.count == 1, endings != nil || record["choice0"] != nil,
            let label = Self.labelKeys.first(where: { record[$0] != nil })
        else { return nil }
        (contextKey, endingsKey, labelKey) = (contexts[0], endings, label)
    }

    /// The keys of the endings of a record, for messages.
    func endingKeys(_ record: JSONObject) -> [String] {
        if let endingsKey { return (record[endingsKey]?.array ?? []).indices.map { "\(endingsKey)[\($0)]" } }
        return (0..<record.count).map { "choice\($0)" }.prefix { record[$0] != nil }
    }

    /// What is not read of a record.
    func ignoredKeys(_ record: JSONObject) -> [String] {
        let read = [contextKey, endingsKey, labelKey] + (endingsKey == nil ? endingKeys(record) : [])
        return record.keys.filter { !read.contains($0) }
    }

    public var description: String { "\(contextKey)/\(endingsKey ?? "choice0, choice1, …")/\(labelKey)" }
}
