import HibariSupport
import HibariTokenizers

extension TextConventions {
    static let templateName = "chat_template.jinja"
    static let tokenizerConfigurationName = "tokenizer_config.json"
    static let generationName = "generation_config.json"

    /// What the files of a Hugging Face folder say of its text.
    ///
    /// The template is chat_template.jinja or else the default one of tokenizer_config.json. Texts get a beginning if
    /// `add_bos_token` says so or, where it is missing, if the tokenizer's template puts the token there. What is
    /// written ends at the `eos_token_id` of generation_config.json or else config.json, and at the tokenizer's end.
    init(huggingFace folder: String, _ tokenizer: any Tokenizer) throws {
        func read(_ name: String) throws -> JSONValue {
            let path = joinPath(folder, name)
            return fileExists(path) ? try JSONValue(contentsOf: path) : .null
        }
        let settings = try read(Self.tokenizerConfigurationName)
        func id(_ key: String) -> Int32? {
            let content = settings[key]?.string ?? settings[key]?["content"]?.string
            return content.flatMap { content in
                tokenizer.specialTokens.first { $0.content.utf8.elementsEqual(content.utf8) }
            }.map { Int32($0.id) }
        }
        let beginning = id("bos_token")
        let generation = try read(Self.generationName)
        let ends = try Self.endTokens(generation, path: joinPath(folder, Self.generationName))
        let fallback =
            ends.isEmpty
            ? try Self.endTokens(
                try read(ModelFolder.configurationName), path: joinPath(folder, ModelFolder.configurationName)
            )
            : []
        let ofTokenizer = [id("eos_token"), tokenizer.endOfText.map { Int32($0) }].compactMap { $0 }
        self.init(
            chatTemplate: try Self.template(settings, folder), beginningToken: beginning,
            addsBeginning: settings["add_bos_token"]?.bool
                ?? (beginning != nil && tokenizer.templatePrefix.first == beginning),
            endTokens: distinct(ends + fallback + ofTokenizer))
    }

    private static func template(_ settings: JSONValue, _ folder: String) throws -> String? {
        let path = joinPath(folder, templateName)
        if fileExists(path) {
            let bytes = try readFile(path)
            if let offset = firstInvalidUTF8(in: bytes) {
                throw ConfigurationError.invalidFile(
                    path: path, problem: "no valid UTF-8 at byte \(offset); convert it")
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        switch settings["chat_template"] {
        case nil, .null?: return nil
        case .string(let text)?: return text
        case .array(let templates)?:
            let chosen =
                templates.first { $0["name"] == "default" } ?? (templates.count == 1 ? templates[0] : nil)
            return chosen?["template"]?.string
        case let value?:
            throw ConfigurationError.unsupportedKey(
                path: joinPath(folder, tokenizerConfigurationName), key: "chat_template", value: value.kind,
                supported: "a string, or a list of objects with name and template")
        }
    }

    /// `eos_token_id`: an id, a list of ids, or none.
    private static func endTokens(_ json: JSONValue, path: String) throws(ConfigurationError) -> [Int32] {
        let value = json["eos_token_id"] ?? .null
        if value.isNull { return [] }
        let ids = (value.array ?? [value]).map { $0.int.flatMap { Int32(exactly: $0) } }
        let known = ids.compactMap { $0 }
        guard known.count == ids.count else {
            throw .unsupportedKey(
                path: path, key: "eos_token_id", value: value.text(), supported: "an id or a list of ids")
        }
        return known
    }
}

extension Tokenizer {
    /// The tokens that the tokenizer's own template puts before a text.
    fileprivate var templatePrefix: [Int32] {
        switch self {
        case let tokenizer as BPETokenizer: tokenizer.vocabulary.prefix.map { Int32($0) }
        case let tokenizer as PipelineTokenizer: (try? tokenizer.encodeWithTemplate([])) ?? []
        default: []
        }
    }
}
