import HibariSupport
import HibariTestSupport
import HibariTraining
import Testing

/// Files of questions and passages: their shapes, and what is said of bad ones.
@Suite struct ChoiceFileTests {
    private let directory = TemporaryDirectory()

    private func write(_ text: String, _ name: String = "q.jsonl") throws -> String {
        let path = directory.path + "/" + name
        try writeFileAtomically(path, text)
        return path
    }

    @Test func shapes() throws {
        let lines = [
            #"{"context": "c", "endings": ["x", "y"], "label": 1}"#,
            #"{"ctx": "c", "endings": ["x", "y"], "label": "1", "ind": 4}"#,
            #"{"question": "c", "choices": ["x", "y"], "answer": "B"}"#,
            #"{"question": "c", "choices": ["x", "y"], "answer": "y"}"#,
            #"{"q_id": 7, "question": "c", "choice0": "x", "choice1": "y", "label": 1}"#,
            #"[{"context": "c", "endings": ["x", "y"], "label": 1.0}]"#,
        ]
        let names = [
            "context/endings/label", "ctx/endings/label", "question/choices/answer",
            "question/choices/answer",
            "question/choice0, choice1, …/label", "context/endings/label",
        ]
        for (line, name) in zip(lines, names) {
            let file = try ChoiceFile(path: write(line))
            #expect(file.items.count == 1 && file.shape.description == name)
            #expect(file.items[0].context == "c" && file.items[0].endings == ["x", "y"])
            #expect(file.items[0].label == 1, "\(line)")
            #expect(ChoiceFile.isChoiceFile(file.path))
        }
        #expect(try ChoiceFile(path: write(lines[1])).ignoredKeys == ["ind"])
        #expect(try ChoiceFile(path: write(lines[4])).ignoredKeys == ["q_id"])
        #expect(try ChoiceFile(path: write(lines[5])).items[0].place == .element(1))
        #expect(try !ChoiceFile.isChoiceFile(write(#"{"text": "a"}"#)))
        #expect(try !ChoiceFile.isChoiceFile(write("The lark sings.")))
    }

    @Test func endingsThatAreNumbers() throws {
        // A string is an ending first, an integer always counts from 0.
        let file = try ChoiceFile(
            path: write(
                """
                {"context": "1 + 1 =", "endings": ["1", "2", "3"], "label": "2"}

                {"context": "1 + 1 =", "endings": ["1", "2", "3"], "label": 2}
                """))
        #expect(file.items.map(\.label) == [1, 2])
        #expect(file.items.map(\.place) == [.line(1), .line(3)])
        #expect(try ChoiceFile(path: file.path, limit: 1).items.count == 1)
    }

    @Test(arguments: [
        ("", "no records"), ("[1]", "element 1: the record is an integer"), ("{", "line 1"),
        (#"{"text": "a"}"#, "the keys text are no known shape"),
        (#"{"context": "c", "question": "q", "endings": ["x", "y"], "label": 1}"#, "no known shape"),
        (#"{"context": 3, "endings": ["x", "y"], "label": 1}"#, "context is an integer"),
        (#"{"context": "c", "endings": "xy", "label": 1}"#, "endings is a string; expected an array"),
        (#"{"context": "c", "endings": ["x"], "label": 0}"#, "fewer than two"),
        (#"{"context": "c", "endings": ["x", 2], "label": 0}"#, "endings[1] is an integer"),
        (#"{"context": "c", "endings": ["x", ""], "label": 0}"#, "endings[1] is empty"),
        (#"{"context": "c", "endings": ["x", "y"], "label": 2}"#, "label is 2, none of the 2 endings"),
        (#"{"context": "c", "endings": ["x", "y"], "label": -1}"#, "label is -1"),
        (#"{"context": "c", "endings": ["x", "y"], "answer": "C"}"#, "answer is \"C\""),
        (#"{"context": "c", "endings": ["x", "y"], "label": null}"#, "label is null"),
        (#"{"question": "c", "choice0": "x", "label": 0}"#, "choice1 leaves fewer than two"),
        (
            """
            {"context": "c", "endings": ["x", "y"], "label": 1}
            {"ctx": "c", "endings": ["x", "y"], "label": 1}
            """, "line 2: a record of the shape ctx/endings/label"
        ),
    ])
    func badRecords(_ text: String, _ message: String) throws {
        let path = try write(text)
        let error = #expect(throws: EvaluationError.self) { try ChoiceFile(path: path) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "no error")")
        #expect(error?.exitStatus == .badData && error?.description.hasPrefix(path) == true)
    }

    @Test func noFile() {
        let error = #expect(throws: EvaluationError.self) { try ChoiceFile(path: directory.path + "/none") }
        #expect(error?.exitStatus == .inputMissing)
    }

    @Test func passages() throws {
        let lines = try ClozeFile(path: write("One two  three \n\n 雲 雀\r\n", "p.txt"))
        #expect(lines.items.map(\.context) == ["One two  ", " 雲 "])
        #expect(
            lines.items.map(\.word) == ["three", "雀"] && lines.items.map(\.place) == [.line(1), .line(3)])
        #expect(try ClozeFile(path: lines.path, limit: 1).items.count == 1)
        let records = try ClozeFile(
            path: write(
                """
                {"text": "One two."}
                {"context": "空を飛ぶのは", "word": "鳥"}
                """))
        #expect(records.items.map(\.context) == ["One ", "空を飛ぶのは"])
        #expect(records.items.map(\.word) == ["two.", "鳥"])
    }

    @Test(arguments: [
        ("p.txt", "word", "line 1: the line has no word before the last"),
        ("p.txt", "a b\n  word", "line 2: the line has no word"), ("p.txt", "\n \n", "no records"),
        ("p.jsonl", #"{"text": "雲雀"}"#, "line 1: text has no word"),
        ("p.jsonl", #"{"text": 5}"#, "text is an integer"), ("p.jsonl", #"{"body": "a b"}"#, "the keys body"),
        ("p.jsonl", #"{"context": "a", "word": ""}"#, "word is empty"),
    ])
    func badPassages(_ name: String, _ text: String, _ message: String) throws {
        let path = try write(text, name)
        let error = #expect(throws: EvaluationError.self) { try ClozeFile(path: path) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "no error")")
    }
}
