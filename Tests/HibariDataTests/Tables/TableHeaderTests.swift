import HibariData
import HibariSupport
import HibariTestSupport
import Testing

/// Whether the first record of a table is a header.
@Suite struct TableHeaderTests {
    let directory = TemporaryDirectory()

    private func table(_ text: String, hasHeader: Bool? = nil) throws -> Table {
        var options = TableOptions()
        options.hasHeader = hasHeader
        return try Table(contentsOf: directory.write("t.csv", text), options: options)
    }

    private func problem(_ text: String) -> String { errorMessage { _ = try table(text) } }

    @Test(arguments: [
        // A name that has only numbers below it, whatever stands beside it.
        ("2023,2024,total\n1,2,3\n4,5,9\n", ["2023", "2024", "total"]),
        ("x,1\n0.5,2\n?,3\n", ["x", "1"]),
        ("id,name\n7,ann\n8,bo\n", ["id", "name"]),
        // The names that pandas gives, with and without its index.
        ("0,1,target\n5.1,3.5,a\n4.9,3.0,b\n4.7,3.2,a\n", ["0", "1", "target"]),
        (",0,1,kind\n0,5.1,3.5,a\n1,4.9,3.0,b\n", ["column 1", "0", "1", "kind"]),
        ("0,1,2\n5.1,3.5,a\n4.9,3.0,b\n", ["0", "1", "2"]),
        // Texts alone, none of which occurs again.
        ("length;width;kind\n3,1 cm;1;a\n2,0 cm;2;b\n", ["length", "width", "kind"]),
        ("outlook,play\nsunny,no\nrain,yes\n", ["outlook", "play"]),
    ])
    func headers(_ text: String, _ names: [String]) throws {
        let table = try table(text)
        #expect(table.columns.map(\.name) == names)
        #expect(table.rowCount == text.split(separator: "\n").count - 1)
    }

    @Test(arguments: [
        // A text that occurs again.
        "red,1\nblue,2\nred,3\n", "0,1,a\n1,0,b\n1,1,a\n",
        // What can be no name.
        "5.1,3.5,setosa\n6.2,2.9,virginica\n", "-1,a\n2,b\n", "?,red\n1,blue\n", "1e39,a\n2,b\n",
        // Numbers alone.
        "1,2\n3,4\n", "0\n1\n2\n", "0,0,0\n0,1,1\n1,0,1\n", "25,31\n",
        // One record of anything but names.
        "25,john\n", "0,1,2\n",
    ])
    func rows(_ text: String) throws {
        let table = try table(text)
        #expect(table.columns.map(\.name) == table.columns.indices.map { "\($0 + 1)" })
        #expect(table.rowCount == text.split(separator: "\n").count)
    }

    @Test(arguments: [
        "25,john\n31,mary\n",  // a row, or a column called 25
        "0,1,2\n3,4,5\n",  // pandas's names, or numbers
        "2023,2024\nlow,high\nhigh,low\n",
        "5.1,3.5,oops\n4.9,3.0,1.4\n",  // a damaged row, or a strange header
        "x,b\n1,a\n2,b\n",  // a class called as its column
    ])
    func whatCannotBeTold(_ text: String) throws {
        let message = problem(text)
        #expect(message.contains("t.csv, line 1: "))
        #expect(message.contains("--header") && message.contains("--no-header"))
        let lines = text.split(separator: "\n").count
        #expect(try table(text, hasHeader: true).rowCount == lines - 1)
        // As rows, with numbers where the columns want some.
        let numbers = text.replacing("oops", with: "1").replacing("x", with: "0")
        #expect(try table(numbers, hasHeader: false).rowCount == lines)
    }

    /// They are an error, not a reason to take the header for a row.
    @Test func duplicateNames() {
        for text in ["a,a,k\n1,2,x\n3,4,y\n", "a,k,a\nu,v,w\nx,y,z\n"] {
            #expect(problem(text).contains("t.csv, line 1: two columns are called \"a\""), "\(text)")
        }
    }
}
