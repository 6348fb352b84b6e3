import ArgumentParser
import HibariCommandLine
import HibariData
import HibariSupport
import HibariTokenizers

struct TokenizerCompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Set tokenizers side by side on a text.",
        discussion: """
            Bytes per token, also script by script (a token counts to the script of its first character that is no space), whether \
            decoding gives back the text, and the speed of encoding on one thread.

            Example: hibari tokenizer compare book-tokenizer checkpoints/other --text book.txt
            """)

    @Argument(help: "Tokenizers: bytes, folders, tokenizer.json, .tiktoken, .model, .bin or .gguf files.")
    var tokenizers: [String]
    @OptionGroup var texts: TokenizerTexts
    @Flag(help: "Print a JSON object for each tokenizer.") var json = false

    func run() throws {
        let documents = try texts.documents()
        let reports = try zip(tokenizers, try texts.load(tokenizers)).map {
            try TokenizerReport($0, $1, documents)
        }
        if json {
            for report in reports { printResult(report.json.text()) }
        } else {
            printResult(table(reports))
        }
    }

    private func table(_ reports: [TokenizerReport]) -> String {
        let scripts = Script.allCases.filter { script in reports.contains { $0.counts[script] != nil } }
        let width = max(24, reports.map { $0.name.count + 2 }.max() ?? 0)
        let header = ["vocabulary", "bytes/token"] + scripts.map(\.rawValue) + ["same text", "MB/s"]
        let rows = reports.map { report in
            [String(report.vocabularySize), fixed(report.bytesPerToken, 3)]
                + scripts.map { report.counts[$0].map { fixed($0.bytesPerToken, 2) } ?? "–" }
                + [report.isReversible ? "yes" : "no", fixed(report.megabytesPerSecond, 1)]
        }
        let widths = header.map { max(10, $0.count + 2) }
        return zip(["tokenizer"] + reports.map(\.name), [header] + rows).map { name, cells in
            padded(name, width) + zip(cells, widths).map { aligned($0, $1) }.joined()
        }.joined(separator: "\n")
    }
}

/// What one tokenizer makes of a text.
private struct TokenizerReport {
    struct Count {
        var bytes = 0
        var tokens = 0
        var bytesPerToken: Double { Double(bytes) / Double(max(1, tokens)) }
    }

    let name: String
    let vocabularySize: Int
    private(set) var total = Count()
    /// Empty if the tokens have no places in the text.
    private(set) var counts: [Script: Count] = [:]
    private(set) var isReversible = true
    private var seconds = 0.0

    init(_ name: String, _ tokenizer: any Tokenizer, _ documents: [Document]) throws {
        self.name = name
        vocabularySize = tokenizer.vocabularySize
        for document in documents {
            let started = monotonicSeconds()
            let ids = try tokenizer.encode(document.bytes)
            seconds += monotonicSeconds() - started
            total.bytes += document.bytes.count
            total.tokens += ids.count
            do throws(TokenizerError) {
                count(try TokenizedText(document.bytes, tokenizer: tokenizer))
            } catch .notReversible {
                isReversible = false
            }
        }
        if !isReversible { counts = [:] }
    }

    private mutating func count(_ text: TokenizedText) {
        var scripts: [Script] = []
        scripts.reserveCapacity(text.bytes.count)
        text.forEachCharacter { scripts += repeatElement(Script($1), count: $0.count) }
        for token in text.ids.indices {
            let range = text.range(of: token)
            let script = scripts[range].first { $0 != .space } ?? .space
            counts[script, default: Count()].bytes += range.count
            counts[script, default: Count()].tokens += 1
        }
    }

    var bytesPerToken: Double { total.bytesPerToken }
    var megabytesPerSecond: Double { Double(total.bytes) / 1e6 / max(seconds, 1e-9) }

    var json: JSONValue {
        var scripts = JSONObject()
        for script in Script.allCases {
            if let count = counts[script] { scripts[script.rawValue] = .number(count.bytesPerToken) }
        }
        return [
            "tokenizer": .string(name), "vocabulary_size": .integer(vocabularySize),
            "bytes": .integer(total.bytes), "tokens": .integer(total.tokens),
            "bytes_per_token": .number(bytesPerToken), "scripts": .object(scripts),
            "reversible": .bool(isReversible), "megabytes_per_second": .number(megabytesPerSecond),
        ]
    }
}

/// Writing systems, as far as they matter to a tokenizer's table.
private enum Script: String, CaseIterable {
    case latin = "Latin", kana, kanji, hangul = "Hangul", cyrillic = "Cyrillic", letters = "other letters"
    case digits, space, other

    init(_ scalar: Unicode.Scalar) {
        let properties = scalar.properties
        if properties.isWhitespace {
            self = .space
        } else if properties.numericType != nil, !properties.isIdeographic {
            self = .digits
        } else if properties.isIdeographic {
            self = .kanji
        } else if properties.isAlphabetic {
            switch scalar.value {
            case 0x41...0x24F, 0x1E00...0x1EFF, 0xFF21...0xFF5A: self = .latin
            case 0x3041...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F: self = .kana
            case 0xAC00...0xD7A3, 0x1100...0x11FF, 0x3130...0x318F: self = .hangul
            case 0x400...0x52F: self = .cyrillic
            default: self = .letters
            }
        } else {
            self = scalar.value == 0x30FC ? .kana : .other
        }
    }
}
