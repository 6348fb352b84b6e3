import HibariData
import HibariSupport
import HibariTestSupport
import Testing

@Suite struct TableTests {
    let directory = TemporaryDirectory()

    private func table(_ text: String, _ options: TableOptions = TableOptions()) throws -> Table {
        try Table(contentsOf: directory.write("t.csv", text), options: options)
    }

    private func problem(_ text: String, _ options: TableOptions = TableOptions()) -> String {
        errorMessage { _ = try table(text, options) }.replacingOccurrences(of: directory.path + "/")
    }

    private func numbers(_ column: TableColumn) -> [Double] {
        if case .numbers(let numbers) = column.values { numbers } else { [] }
    }

    private func texts(_ column: TableColumn) -> [String] {
        guard case .categories(let codes, let names) = column.values else { return [] }
        return codes.map { $0 < 0 ? "-" : names[Int($0)] }
    }

    @Test func typedColumns() throws {
        let table = try table("size,color,price\n1,red,2.5\n-2,blue,1e3\n3,red,?\n")
        #expect(table.columns.map(\.name) == ["size", "color", "price"] && table.rowCount == 3)
        #expect(
            numbers(table.columns[0]) == [1, -2, 3] && texts(table.columns[1]) == ["red", "blue", "red"])
        #expect(numbers(table.columns[2]).prefix(2) == [2.5, 1000] && table.columns[2].isMissing(2))
        #expect(table.completeRows == [0, 1] && table.lines == [2, 3, 4])
        #expect(try table.column("2").name == "color")
    }

    @Test func quotesAndLineEnds() throws {
        let text = "\u{FEFF}a,\"b \"\"x\"\", c\",d\r\n \"two\r\nlines\" , 1 ,\"\"\r\n\r\n\"p,q\",2, r \r"
        let table = try table(text)
        #expect(table.columns.map(\.name) == ["a", "b \"x\", c", "d"])
        #expect(texts(table.columns[0]) == ["two\r\nlines", "p,q"] && numbers(table.columns[1]) == [1, 2])
        #expect(texts(table.columns[2]) == ["-", "r"] && table.lines == [2, 5])
    }

    @Test(arguments: [",", ";", "\t", "|"]) func delimiters(delimiter: String) throws {
        let text = [["name", "value"], ["a b", "1"], ["c", "2"]].map {
            $0.joined(separator: delimiter) + "\n"
        }
        let table = try table(text.joined())
        #expect(table.columns.map(\.name) == ["name", "value"] && numbers(table.columns[1]) == [1, 2])
    }

    /// Commas in quoted text must not win over the semicolons that cut the records.
    @Test func delimitersInQuotes() throws {
        let table = try table("n;t\n1;\"a, b, c\"\n2;\"d, e, f\"\n")
        #expect(numbers(table.columns[0]) == [1, 2] && texts(table.columns[1]) == ["a, b, c", "d, e, f"])
    }

    @Test func quotesInFilesWithTabs() throws {
        let table = try table("ham\t\"Hi\" she said\nham\t\"open\nspam\t\"a\tb\"\n")
        #expect(table.columns.map(\.name) == ["1", "2"])
        #expect(texts(table.columns[1]) == ["\"Hi\" she said", "\"open", "a\tb"])
    }

    @Test func headersAreFound() throws {
        #expect(try table("1,2\n3,4\n").columns.map(\.name) == ["1", "2"])
        #expect(try table("red,1\nblue,2\nred,3\n").rowCount == 3)
        #expect(try table("outlook,play\nsunny,no\nrain,yes\n").columns.map(\.name) == ["outlook", "play"])
        #expect(try table(",x\n0,5\n1,6\n").columns.map(\.name) == ["1", "x"])
        var options = TableOptions()
        options.hasHeader = true
        #expect(try table("1,2\n3,4\n", options).columns.map(\.name) == ["1", "2"])
        #expect(try table("1,2\n3,4\n", options).rowCount == 1)
        options.hasHeader = false
        #expect(try table("a,b\nc,d\n", options).rowCount == 2)
    }

    /// iris.csv and wine_data.csv of scikit-learn begin so.
    @Test func scikitLearn() throws {
        let table = try table("3,2,cat,dog\n0.5,1,0\n1.5,2,1\n2.5,3,0\n")
        #expect(table.columns.map(\.name) == ["x1", "x2", "target"])
        #expect(texts(table.columns[2]) == ["cat", "dog", "cat"] && table.rowCount == 3)
    }

    @Test func columnsCanBeNamed() throws {
        var options = TableOptions()
        options.categorical = ["code"]
        options.ignored = ["note"]
        let table = try table("code,note,x\n1,a,5\n2,7,6\n1,8,7\n", options)
        #expect(texts(table.columns[0]) == ["1", "2", "1"] && table.columns.map(\.name) == ["code", "x"])
        options.ignored = ["nota"]
        #expect(
            problem("code,note,x\n1,a,5\n2,7,6\n", options).contains("no column nota; it has code, note, x"))
    }

    @Test func wrongCellsAreNamed() {
        #expect(
            problem("a,b\n1,2\n3,x\n5,6\n").hasPrefix(
                "t.csv, row 2 (line 3), column b: \"x\" is not a number"))
        #expect(
            problem("a,b\n1,2\n3,4,5\n").hasPrefix(
                "t.csv, line 3: row 2 has 3 columns where the header has 2"))
        #expect(problem("1,2\n3\n").hasPrefix("t.csv, line 2: row 2 has 1 column where the first row has 2"))
        #expect(
            problem("a,b\n1,\"x\n2,3\n").hasPrefix("t.csv, line 2: a quote opens here and is never closed"))
        #expect(
            problem("a,b\n1,\"x\"y\n").hasPrefix("t.csv, line 2: a field goes on after its closing quote"))
        var options = TableOptions()
        options.hasHeader = true
        #expect(problem("a,b,a\n1,2,3\n", options).hasPrefix("t.csv, line 1: two columns are called \"a\""))
        #expect(problem("").hasPrefix("t.csv: no rows"))
        #expect(problem("a,b\n").hasPrefix("t.csv: a header and no rows"))
        #expect(problem("a,b\u{0}\n").hasPrefix("t.csv, line 1: a zero byte"))
        #expect(
            problem("a,b\n1,inf\n2,3\n3,4\n").contains("row 1 (line 2), column b: \"inf\" is not a number"))
    }

    @Test func decimalCommas() {
        let german = problem("länge;breite;art\n3,1;1,4;a\n2,9;1,5;b\n")
        #expect(german.hasPrefix("t.csv, row 1 (line 2), column länge: \"3,1\" has a comma in a number"))
        #expect(german.contains("with a point"))
        // Whole numbers among them, and no header.
        #expect(
            problem("a;3,1\na;-2\nb;4\na;2,9\n").contains("row 1 (line 1), column 2: \"3,1\" has a comma"))
        #expect(problem("x\n\"1,250\"\n\"3,000\"\n").contains("column x: \"1,250\" has a comma"))
    }

    /// Texts with commas between digits among others are texts.
    @Test func fewCommasAreTexts() throws {
        let table = try table("place;n\n1,2;1\nnorth;2\nsouth;3\n")
        #expect(texts(table.columns[0]) == ["1,2", "north", "south"])
    }

    @Test func cellsAreLimited() throws {
        func text(_ limit: Int) throws -> DelimitedText {
            let bytes = Array("a,b\nc,d\n".utf8)
            return try DelimitedText(path: "t.csv", bytes: bytes[...], delimiter: 0x2C, cellLimit: limit)
        }
        #expect(try text(4).recordCount == 2)
        #expect(errorMessage { _ = try text(3) }.hasPrefix("t.csv, line 2: more than 3 cells"))
    }

    @Test func otherEncodings() throws {
        let latin = try directory.write("l.csv", Array("a,b\n1,".utf8) + [0xE9, 0x0A])
        let error = #expect(throws: DatasetError.self) { try Table(contentsOf: latin) }
        #expect(error.map { "\($0)" }?.contains("l.csv, line 2: byte 6 is not valid UTF-8") == true)
        let wide = try directory.write("w.csv", [0xFF, 0xFE, 0x61, 0x00])
        #expect(throws: DatasetError.self) { try Table(contentsOf: wide) }
    }

    /// Against the C library, digits beyond what one float64 division rounds rightly included.
    @Test func numbersAreRounded() throws {
        let texts = [
            "0.1", "123456789012345", "1234567890123456789", "0.000001", "-.5", "5.", "+3e-7", "1E22",
            "9007199254740993", "2.2250738585072014e-308", "3.141592653589793238462643",
            "0.30000000000000004",
        ]
        let column = try table(texts.joined(separator: "\n") + "\n").columns[0]
        #expect(numbers(column) == texts.map { Double($0) ?? .nan })
        for text in ["1e", "e5", "-", ".", "1.2.3", "0x10", "1e999", "1_000", "１"] {
            #expect(problem("1\n2\n3\n\(text)\n").contains("row 4 (line 4)"), "\(text)")
        }
    }

    @Test func damageNeverTraps() throws {
        var random = RandomStream(seed: 5, purpose: .testing)
        let alphabet = Array("ab1.,;\t\"\n\r| -e?".utf8) + [0xC3, 0xA9]
        for _ in 0..<3000 {
            let bytes = (0..<random.index(below: 60)).map { _ in alphabet[random.index(below: alphabet.count)]
            }
            let path = try directory.write("f.csv", bytes)
            do {
                let table = try Table(contentsOf: path)
                #expect(table.rowCount > 0)
                for column in table.columns { _ = column.isMissing(table.rowCount - 1) }
            } catch let error as any UserError {
                #expect("\(error)".hasPrefix(path))
            }
        }
    }
}

extension String {
    func replacingOccurrences(of text: String) -> String {
        split(separator: text, omittingEmptySubsequences: false).joined()
    }
}
