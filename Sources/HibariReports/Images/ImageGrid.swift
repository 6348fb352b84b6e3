/// Small pictures beside each other, each with a line of text: mistakes, samples, learned filters.
public struct ImageGrid: ReportBlock {
    public var title, caption: String
    public var tiles: [Tile]
    /// The smallest width of a tile in pixels; as many stand in a row as fit.
    public var tileWidth: Int
    /// Whether pixels are blended when enlarged.
    public var isSmooth: Bool
    public var isWide: Bool

    /// A picture and the words under it.
    public struct Tile: Sendable {
        public var picture: Picture
        /// Shown under the picture, and said in its place.
        public var label: String

        public init(_ picture: Picture, label: String) {
            self.picture = picture
            self.label = label
        }
    }

    public init(
        title: String, tiles: [Tile], tileWidth: Int = 72, isSmooth: Bool = false, isWide: Bool = true,
        caption: String = ""
    ) {
        self.title = title
        self.tiles = tiles
        self.tileWidth = tileWidth
        self.isSmooth = isSmooth
        self.isWide = isWide
        self.caption = caption
    }

    public func write(to markup: inout Markup) {
        markup.element("figure") { markup in
            markup.element("figcaption", text: title)
            if tiles.isEmpty { markup.element("p", ["class": "caption"], text: "None.") }
            let columns = "grid-template-columns:repeat(auto-fill,minmax(\(tileWidth)px,1fr))"
            markup.element("ul", ["class": "images", "style": columns]) { markup in
                for tile in tiles {
                    markup.element("li") { markup in
                        markup.leaf(
                            "img",
                            [
                                "src": tile.picture.dataAddress, "width": "\(tile.picture.width)",
                                "height": "\(tile.picture.height)",
                                "style": "height:auto;max-width:\(2 * tileWidth)px;margin-inline:auto",
                                "class": isSmooth ? "smooth" : "sharp",
                                "alt": tile.label.isEmpty ? "picture of \(title)" : tile.label,
                            ])
                        markup.text(tile.label)
                    }
                }
            }
            if !caption.isEmpty { markup.element("p", ["class": "caption"], text: caption) }
        }
    }

    /// Pictures are too fine for characters.
    public func lines(_ style: TerminalStyle) -> [String] { [] }
}
