import Foundation
import FoundationXML
import Testing

/// An element of a parsed page.
final class XMLTree {
    let name: String
    let attributes: [String: String]
    fileprivate(set) var children: [XMLTree] = []
    /// The text of the element and of those in it.
    fileprivate(set) var text = ""

    fileprivate init(_ name: String, _ attributes: [String: String]) {
        self.name = name
        self.attributes = attributes
    }

    /// The element and all below it.
    var everything: [XMLTree] { [self] + children.flatMap(\.everything) }

    func all(_ name: String) -> [XMLTree] { everything.filter { $0.name == name } }
}

/// Reads a page as XML; throws what the parser objects to.
func parse(_ source: String) throws -> XMLTree {
    let builder = TreeBuilder()
    let parser = XMLParser(data: Data(source.utf8))
    parser.delegate = builder
    guard parser.parse(), let root = builder.root else {
        throw parser.parserError ?? CocoaError(.fileReadCorruptFile)
    }
    return root
}

func expectWellFormed(_ source: String, _ location: SourceLocation = #_sourceLocation) throws {
    #expect(throws: Never.self, sourceLocation: location) { try parse(source) }
}

private final class TreeBuilder: NSObject, XMLParserDelegate {
    var root: XMLTree?
    private var open: [XMLTree] = []

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        let element = XMLTree(name, attributes)
        open.last?.children.append(element)
        if root == nil { root = element }
        open.append(element)
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        for element in open { element.text += string }
    }
}
