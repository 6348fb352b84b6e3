import Hibari
import Testing

/// Every piece of Swift in the documents stands, word for word, in a file that is compiled and run here.
@Suite struct DocumentTests {
    private let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    private func lines(_ path: String) throws -> [Substring] {
        String(decoding: try readFile(path), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// Without the indentation that all lines share, and without empty lines at the ends.
    private func normalized(_ lines: [Substring]) -> String {
        let used = lines.filter { !$0.allSatisfy(\.isWhitespace) }
        let indent = used.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        var trimmed = lines.map { $0.allSatisfy(\.isWhitespace) ? "" : String($0.dropFirst(indent)) }
        while trimmed.first == "" { trimmed.removeFirst() }
        while trimmed.last == "" { trimmed.removeLast() }
        return trimmed.joined(separator: "\n")
    }

    /// The pieces between `// example: NAME` and `// end`.
    private func compiled() throws -> [String: String] {
        let folder = root + "/Tests/HibariTests/Examples"
        var pieces: [String: String] = [:]
        for file in try listDirectory(folder) {
            var open: (name: String, lines: [Substring])?
            for line in try lines(folder + "/" + file) {
                let text = line.drop { $0 == " " }
                if text.hasPrefix("// example: ") {
                    open = (String(text.dropFirst(12)), [])
                } else if text == "// end", let piece = open {
                    pieces[piece.name] = normalized(piece.lines)
                    open = nil
                } else {
                    open?.lines.append(line)
                }
            }
        }
        return pieces
    }

    /// The blocks of Swift, each after a line `<!-- example: NAME -->`.
    private func shown(_ document: String) throws -> [(name: String, text: String)] {
        var blocks: [(name: String, text: String)] = []
        var (name, open) = ("", [Substring]?.none)
        for line in try lines(root + "/" + document) {
            if line.hasPrefix("<!-- example: ") {
                name = String(line.dropFirst(14).prefix { $0 != " " })
            } else if line == "```swift" {
                open = []
            } else if line == "```", let block = open {
                blocks.append((name, normalized(block)))
                (name, open) = ("", nil)
            } else {
                open?.append(line)
            }
        }
        return blocks
    }

    /// The table shown after the example "points" is what that model prints.
    @Test func theSummaryIsTheModels() throws {
        let model = try Sequential {
            Dense(32, activation: .tanh)
            Dropout(0.1)
            Dense(32, activation: .tanh)
            Dense(2)
        }.build(input: [2])
        let document = try lines(root + "/Docs/library.md").joined(separator: "\n")
        let table = model.summary.description.split(separator: "\n").map { "    " + $0 }.joined(
            separator: "\n")
        let isShown = document.contains(table)
        #expect(isShown, "\(model.summary)")
    }

    @Test func examplesAreCompiled() throws {
        let compiled = try compiled()
        let shown = try ["Docs/library.md", "README.md", "README.ja.md"].flatMap(shown)
        #expect(Set(shown.map(\.name)) == Set(compiled.keys))
        // README.ja.md shows what README.md does.
        #expect(shown.count == compiled.count + 1)
        for block in shown { #expect(compiled[block.name] == block.text, "\(block.name)") }
    }
}
