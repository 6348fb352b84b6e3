/// A field of dots drawn with characters: Braille patterns of two by four dots, or one sign a dot in ASCII.
struct DotCanvas {
    let style: TerminalStyle
    /// Characters.
    let columns, rows: Int
    private var dots: [UInt8]
    private var owners: [Int]
    /// Characters in the place of dots.
    private var letters: [Int: Character] = [:]

    init(columns: Int, rows: Int, _ style: TerminalStyle) {
        self.style = style
        (self.columns, self.rows) = (max(1, columns), max(1, rows))
        dots = Array(repeating: 0, count: self.columns * self.rows)
        owners = Array(repeating: 0, count: self.columns * self.rows)
    }

    /// Dots.
    var width: Int { style.usesUnicode ? columns * 2 : columns }
    var height: Int { style.usesUnicode ? rows * 4 : rows }

    /// Sets the dot of series `owner` nearest to a place from 0 to 1 in both directions, upwards.
    mutating func set(_ place: (x: Double, y: Double), owner: Int) {
        let (x, y) = dot(place)
        set(x, y, owner)
    }

    /// Sets the character of series `owner` at a place.
    mutating func set(_ place: (x: Double, y: Double), letter: Character, owner: Int) {
        let column = Int((place.x * Double(columns - 1)).rounded())
        let row = Int(((1 - place.y) * Double(rows - 1)).rounded())
        guard (0..<columns).contains(column), (0..<rows).contains(row) else { return }
        letters[row * columns + column] = letter
        owners[row * columns + column] = owner
    }

    /// Draws a straight line between two places.
    mutating func line(from start: (x: Double, y: Double), to end: (x: Double, y: Double), owner: Int) {
        let (from, to) = (dot(start), dot(end))
        let steps = max(abs(to.0 - from.0), abs(to.1 - from.1), 1)
        func between(_ from: Int, _ to: Int, _ step: Int) -> Int {
            from + Int((Double(step * (to - from)) / Double(steps)).rounded())
        }
        for step in 0...steps { set(between(from.0, to.0, step), between(from.1, to.1, step), owner) }
    }

    private func dot(_ place: (x: Double, y: Double)) -> (Int, Int) {
        (Int((place.x * Double(width - 1)).rounded()), Int(((1 - place.y) * Double(height - 1)).rounded()))
    }

    private mutating func set(_ x: Int, _ y: Int, _ owner: Int) {
        guard (0..<width).contains(x), (0..<height).contains(y) else { return }
        let (cell, bit) =
            style.usesUnicode
            ? (y / 4 * columns + x / 2, Self.brailleBits[y % 4][x % 2]) : (y * columns + x, 1)
        dots[cell] |= bit
        owners[cell] = owner
    }

    /// The dots of a pattern, U+2800 and the sum of these.
    private static let brailleBits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]

    /// The characters of one row.
    func line(_ row: Int) -> String {
        (0..<columns).map { column -> String in
            let cell = row * columns + column
            if let letter = letters[cell] { return style.colored(String(letter), owners[cell]) }
            if dots[cell] == 0 { return " " }
            let character: Character =
                style.usesUnicode
                ? Character(UnicodeScalar(0x2800 + UInt32(dots[cell])) ?? " ") : style.sign(owners[cell])
            return style.colored(String(character), owners[cell])
        }.joined()
    }
}

/// A canvas inside axes with labels.
struct TerminalFrame {
    let x, y: Axis
    let xLabel, yLabel: String
    var canvas: DotCanvas
    private let margin: Int

    init(x: Axis, y: Axis, xLabel: String, yLabel: String, _ style: TerminalStyle) {
        (self.x, self.y, self.xLabel, self.yLabel) = (x, y, xLabel, yLabel)
        margin = min(12, y.ticks.map { displayWidth($0.label) }.max() ?? 0)
        canvas = DotCanvas(columns: style.width - margin - 2, rows: style.height, style)
    }

    /// The rows from the top to the labels of the horizontal axis.
    ///
    /// - Parameter row: the characters of a row of the canvas, if they are not its dots.
    func lines(row: ((Int) -> String)? = nil) -> [String] {
        let (bar, corner, dash) = canvas.style.usesUnicode ? ("┤", "└", "─") : ("|", "+", "-")
        let plain = canvas.style.usesUnicode ? "│" : "|"
        var labels = [Int: String]()
        for tick in y.ticks {
            guard let place = y.position(tick.value) else { continue }
            labels[Int(((1 - place) * Double(canvas.rows - 1)).rounded())] = tick.label
        }
        var lines = yLabel.isEmpty ? [] : [yLabel]
        for index in 0..<canvas.rows {
            let label = clipped(labels[index] ?? "", margin)
            let content = (row ?? canvas.line)(index)
            lines.append(
                filled(label, margin, fromRight: true) + " " + (labels[index] == nil ? plain : bar) + content)
            while lines[lines.count - 1].hasSuffix(" ") { lines[lines.count - 1].removeLast() }
        }
        lines.append(
            String(repeating: " ", count: margin + 1) + corner
                + String(repeating: dash, count: canvas.columns))
        lines.append(String(repeating: " ", count: margin + 2) + horizontalLabels)
        return lines
    }

    /// The labels that have room, each centered under its place, and the name of the axis at the end.
    private var horizontalLabels: String {
        var text = ""
        let name = xLabel.isEmpty ? "" : "  " + xLabel
        for tick in x.ticks {
            guard let place = x.position(tick.value) else { continue }
            let middle = Int((place * Double(canvas.columns - 1)).rounded())
            let width = displayWidth(tick.label)
            let start = min(max(0, middle - width / 2), canvas.columns - width)
            let isFirst = text.isEmpty
            guard isFirst || start > displayWidth(text), start + width + displayWidth(name) <= canvas.columns
            else {
                continue
            }
            text = filled(text, start) + tick.label
        }
        return name.isEmpty ? text : filled(text, canvas.columns - displayWidth(name)) + name
    }
}
