import HibariSupport
import HibariTokenizers

/// Which template writes the conversations of a model, why it does, and what speaks against it.
public struct ChatTemplateChoice: Sendable {
    public let template: ChatTemplate
    /// E.g. "chatml, whose tokens the vocabulary has".
    public let reason: String
    /// What will not work as it should, for the user; a line each.
    public let warnings: [String]

    /// Takes the template that was asked for. If none was: the model's own; else the one whose tokens are in the
    /// vocabulary; else alpaca, which needs no tokens.
    ///
    /// - Parameters:
    ///   - name: a built-in template's name, `model` for the model's own, or the path of a Jinja file; nil to decide.
    ///   - own: the model's own template, in Jinja; nil if it has none.
    ///   - model: where the model is from, for messages.
    ///   - beginning: the token before a text, if the model has one.
    /// - Throws: `ChatError.unknownTemplate`, `noOwnTemplate`, `file`; `JinjaError` if a template cannot be read.
    public init(
        _ name: String?, own: String?, model: String, tokenizer: any Tokenizer, beginning: Int32? = nil
    ) throws {
        let special = tokenizer.specialTokens
        let spelling = beginning.flatMap { id in special.first { $0.id == Int(id) }?.content }
        let tokens = ChatTokens(of: tokenizer, beginning: spelling ?? "")
        let known = Set(special.map(\.content))
        let source: ChatTemplate.Source
        switch name {
        case nil:
            if let own {
                source = .jinja(try JinjaTemplate(own, name: "the chat template of \(model)"))
                reason = "the model's own template"
            } else if let fitting = BuiltInTemplate.allCases.first(where: {
                !$0.marks.isEmpty && known.isSuperset(of: $0.marks)
            }) {
                source = .builtIn(fitting)
                reason = "\(fitting.rawValue), whose tokens the vocabulary has"
            } else {
                source = .builtIn(.alpaca)
                reason = "alpaca, since the model has neither a template of its own nor the tokens of one"
            }
        case "model":
            guard let own else { throw ChatError.noOwnTemplate(model: model) }
            source = .jinja(try JinjaTemplate(own, name: "the chat template of \(model)"))
            reason = "the model's own template"
        case let name? where name.hasSuffix(".jinja") || name.contains("/"):
            source = .jinja(try JinjaTemplate(try Self.text(of: name), name: name))
            reason = "the template in \(name)"
        case let name?:
            source = .builtIn(try BuiltInTemplate(named: name))
            reason = "\(name), as asked for"
        }
        template = ChatTemplate(source, tokens: tokens)
        warnings = template.warnings(known: known)
    }

    private static func text(of path: String) throws -> String {
        do {
            return String(decoding: try readFile(path), as: UTF8.self)
        } catch {
            throw ChatError.file(error)
        }
    }
}

extension BuiltInTemplate {
    /// The control tokens by which this template tells turns apart; none if it does so by words.
    var marks: [String] {
        switch self {
        case .chatml: ["<|im_start|>", "<|im_end|>"]
        case .llama3: ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
        case .gemma: ["<start_of_turn>", "<end_of_turn>"]
        case .llama2, .alpaca, .plain: []
        }
    }
}

extension ChatTemplate {
    fileprivate func warnings(known: Set<String>) -> [String] {
        // A template that takes no such conversation says so when it is given the examples.
        let probe = Conversation([ChatMessage(.user, "Hi"), ChatMessage(.assistant, "Hello")])
        guard let text = try? rendered(probe).text else { return [] }
        var warnings: [String] = []
        let missing = marks(in: text).filter { !known.contains($0) }
        if !missing.isEmpty {
            warnings.append(
                """
                the vocabulary has no \(missing.joined(separator: ", ")): \(name) writes it as ordinary text of \
                several tokens; a template without such marks is alpaca
                """)
        }
        if case .builtIn(let builtIn) = source, builtIn.endOfTurn(tokens).isEmpty {
            warnings.append(
                "the tokenizer has no end-of-text token, with which \(name) ends an answer: none will end")
        }
        return warnings
    }
}

/// What looks like a control token, `<|name|>` or `<a_name>`, each once.
private func marks(in text: String) -> [String] {
    var (found, start): ([String], String.Index?) = ([], nil)
    for index in text.indices {
        switch text[index] {
        case "<": start = index
        case ">":
            guard let first = start else { continue }
            start = nil
            let mark = String(text[first...index])
            let name = mark.dropFirst().dropLast()
            let isMark =
                name.count > 2 && name.hasPrefix("|") && name.hasSuffix("|")
                || name.contains("_")
            if isMark, !found.contains(mark) { found.append(mark) }
        case "|", "_": continue
        case let character where character.isLetter || character.isNumber: continue
        default: start = nil
        }
    }
    return found
}
