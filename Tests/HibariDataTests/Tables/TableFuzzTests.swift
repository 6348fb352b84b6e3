import HibariData
import HibariSupport
import HibariTestSupport
import Testing

/// Damaged tables: errors, or tables whose columns are all as long as they say.
@Suite struct TableFuzzTests {
    private static let words = [
        "\"", "\"\"", "\n", "\r\n", "\r", ",", ";", "\t", "|", "1e999", "-1e-999", "nan", "inf", "1,5",
        "0x10", "\u{0}",
        "\u{FEFF}", "雲", "99999999999999999999", ",,,,,,,,", "\n\n\n", "'", "=1+1",
    ]

    private static let files = [
        "text,label,x\n\"a, \"\"b\"\"\nc\",spam,1.5\nd é,ham,\n\"雲\",ham,-2\n",
        "1;2;3\n4;5;6\n7;8;?\n", "name\tvalue\r\na\t1\r\nb\t2\r\n",
        "4,2,setosa,other\n1.5,2,0\n3,4,1\n5,6,0\n7,8,1\n",
    ]

    @Test(arguments: files) func damaged(file: String) throws {
        let folder = TemporaryDirectory()
        for words in [[], Self.words] {
            _ = try refusals(
                of: Mutations(Array(file.utf8), words: words, seed: 6), count: 2000,
                path: folder.path + "/a.csv"
            ) { path in
                let table = try Table(contentsOf: path)
                for column in table.columns {
                    switch column.values {
                    case .numbers(let numbers): #expect(numbers.count == table.rowCount)
                    case .categories(let codes, let names):
                        let areKnown = codes.allSatisfy { $0 < names.count }
                        #expect(codes.count == table.rowCount && areKnown)
                    }
                }
            }
        }
    }

    @Test func extremes() throws {
        let folder = TemporaryDirectory()
        func read(_ text: String) throws -> Bool {
            try writeQuickly(folder.path + "/a.csv", Array(text.utf8))
            return failsForTheUser { _ = try Table(contentsOf: folder.path + "/a.csv") }
        }
        _ = try read(String(repeating: ",", count: 2_000_000))  // One row, which is a table.
        #expect(try read(String(repeating: "\"", count: 2_000_001)))
        #expect(try read(String(repeating: "\n", count: 2_000_000)))
        #expect(try read(String(repeating: "a,b\n", count: 100_000) + "c\n"))
        #expect(try read("a,b\n\"" + String(repeating: "x\n", count: 500_000)))
    }
}
