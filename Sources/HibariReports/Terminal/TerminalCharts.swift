extension LineChart {
    public func plot(_ style: TerminalStyle) -> [String] {
        let (x, y) = axes
        var frame = TerminalFrame(x: x, y: y, xLabel: xLabel, yLabel: yLabel, style)
        for (index, series) in series.enumerated() {
            let shown = (series.smoothing > 1 ? series.smoothed() : series).decimated(
                buckets: frame.canvas.width)
            var last: (x: Double, y: Double)?
            for (xValue, yValue) in zip(shown.x, shown.y) {
                guard let across = x.clampedPosition(xValue), let up = y.clampedPosition(yValue) else {
                    last = nil
                    continue
                }
                let place = (x: across, y: up)
                frame.canvas.line(from: last ?? place, to: place, owner: index)
                last = place
            }
            // Where nothing else tells the lines apart, a number stands at the end of each.
            if let last, self.series.count > 1, style.usesUnicode, !style.usesColor {
                frame.canvas.set(last, letter: Character("\((index + 1) % 10)"), owner: index)
            }
        }
        return frame.lines()
            + terminalLegend(
                series.enumerated().map {
                    (style.lineSign($0), $1.name, ($1.smoothing > 1 ? $1.smoothed() : $1).lastValue)
                }, style)
    }
}

/// One line with the sign, the name and the last value of each series.
private func terminalLegend(
    _ items: [(sign: String, name: String, value: Double?)], _ style: TerminalStyle
) -> [String] {
    guard items.count > 1 else { return [] }
    let parts = items.enumerated().map { index, item in
        style.colored(item.sign, index) + " " + item.name + (item.value.map { " " + readable($0) } ?? "")
    }
    return ["  " + parts.joined(separator: "   ")]
}

extension ScatterPlot {
    public func plot(_ style: TerminalStyle) -> [String] {
        let (x, y) = axes
        var frame = TerminalFrame(x: x, y: y, xLabel: xLabel, yLabel: yLabel, style)
        for (index, curve) in curves.enumerated() {
            for (xValue, yValue) in zip(curve.x, curve.y) {
                guard let across = x.position(xValue), let up = y.position(yValue) else { continue }
                frame.canvas.set((across, up), owner: groups.count + index)
            }
        }
        // Dots of several classes can only be told apart by color.
        let usesSigns = groups.count > 1 && !style.usesColor
        for (index, group) in groups.enumerated() {
            for (xValue, yValue) in zip(group.x, group.y) {
                guard let across = x.position(xValue), let up = y.position(yValue) else { continue }
                if usesSigns {
                    frame.canvas.set((across, up), letter: style.sign(index), owner: index)
                } else {
                    frame.canvas.set((across, up), owner: index)
                }
            }
        }
        let names = groups.map(\.name) + curves.map(\.name)
        let signs = names.indices.map { index in
            index < groups.count && usesSigns ? String(style.sign(index)) : style.lineSign(index)
        }
        return frame.lines() + terminalLegend(zip(signs, names).map { ($0, $1, nil) }, style)
    }
}

extension BarChart {
    public func plot(_ style: TerminalStyle) -> [String] {
        let shown = bars.prefix(Self.limit)
        let nameWidth = min(24, shown.map { displayWidth($0.name) }.max() ?? 0)
        let valueWidth = shown.map { displayWidth(format($0.value)) }.max() ?? 0
        let room = max(4, style.width - nameWidth - valueWidth - 3)
        let largest = shown.map { abs($0.value) }.filter(\.isFinite).max() ?? 0
        return shown.map { bar in
            let share = bar.value.isFinite && largest > 0 ? abs(bar.value) / largest : 0
            return filled(clipped(bar.name, nameWidth), nameWidth) + " "
                + style.colored(terminalBar(share, room, style), bar.series) + " " + format(bar.value)
        }
    }
}

extension Histogram {
    public func plot(_ style: TerminalStyle) -> [String] {
        // Neighbors are joined until the ranges fit into the height.
        let joined = max(1, (counts.count + 2 * style.height - 1) / (2 * style.height))
        let starts = Array(stride(from: 0, to: counts.count, by: joined))
        let sums = starts.map { counts[$0..<min($0 + joined, counts.count)].reduce(0, +) }
        let bars = zip(starts, sums).map { BarChart.Bar(readable(edges[$0], digits: 3), Double($1)) }
        let chart = BarChart(title: "", bars: bars) { grouped(Int($0)) }
        return chart.plot(style) + (xLabel.isEmpty ? [] : ["from " + xLabel])
    }
}

/// A bar of up to `width` columns.
private func terminalBar(_ share: Double, _ width: Int, _ style: TerminalStyle) -> String {
    guard style.usesUnicode else {
        return String(repeating: "#", count: Int((share * Double(width)).rounded()))
    }
    let eighths = Int((share * Double(width) * 8).rounded())
    let rest = eighths % 8 == 0 ? "" : String(Array("▏▎▍▌▋▊▉")[eighths % 8 - 1])
    return String(repeating: "█", count: eighths / 8) + rest
}

extension DecisionBoundary {
    /// The winning class of each place as a shade, the examples as signs.
    public func plot(_ style: TerminalStyle) -> [String] {
        guard columns > 0, rows > 0 else { return [] }
        let frame = TerminalFrame(x: Axis(xRange), y: Axis(yRange), xLabel: xLabel, yLabel: yLabel, style)
        let canvas = frame.canvas
        let shades = Array(style.usesUnicode ? " ░▒▓" : " .:;")
        var cells = (0..<canvas.rows).map { row in
            (0..<canvas.columns).map { column -> String in
                let place = (
                    min(columns - 1, column * columns / canvas.columns),
                    min(rows - 1, (canvas.rows - 1 - row) * rows / canvas.rows)
                )
                guard let winner = decision(column: place.0, row: place.1)?.winner else { return " " }
                return style.usesColor
                    ? style.colored(style.usesUnicode ? "░" : ".", winner)
                    : String(shades[winner % shades.count])
            }
        }
        for (index, group) in groups.enumerated() {
            for (xValue, yValue) in zip(group.x, group.y) {
                guard let across = frame.x.position(xValue), let up = frame.y.position(yValue),
                    (0...1).contains(across), (0...1).contains(up)
                else { continue }
                let row = Int(((1 - up) * Double(canvas.rows - 1)).rounded())
                let column = Int((across * Double(canvas.columns - 1)).rounded())
                cells[row][column] = style.colored(String(style.sign(index)), index)
            }
        }
        let legend = groups.enumerated().map { style.colored(String(style.sign($0)), $0) + " " + $1.name }
        return frame.lines { cells[$0].joined() } + ["  " + legend.joined(separator: "   ")]
    }
}

extension Heatmap {
    /// The numbers in a grid, as far as they fit.
    public func plot(_ style: TerminalStyle) -> [String] {
        guard values.count <= 900, !values.isEmpty else { return [] }
        let texts = values.map { (format ?? { readable($0, digits: 3) })($0) }
        return terminalMatrix(rowNames, columnNames, texts, style)
    }
}

extension ConfusionMatrix {
    public func plot(_ style: TerminalStyle) -> [String] {
        guard classNames.count <= 30 else { return [] }
        let texts = counts.map { $0 == 0 ? (style.usesUnicode ? "·" : ".") : "\($0)" }
        return ["true class down, predicted class across"]
            + terminalMatrix(classNames, classNames, texts, style)
    }
}

/// Cells under the names of columns, behind the names of rows; cut at the right edge.
private func terminalMatrix(
    _ rowNames: [String], _ columnNames: [String], _ texts: [String], _ style: TerminalStyle
) -> [String] {
    let nameWidth = min(14, rowNames.map(displayWidth).max() ?? 0)
    let cellWidth =
        max(texts.map(displayWidth).max() ?? 0, min(6, columnNames.map(displayWidth).max() ?? 0)) + 1
    func line(_ name: String, _ cells: [String]) -> String {
        clipped(
            filled(clipped(name, nameWidth), nameWidth)
                + cells.map { filled(clipped($0, cellWidth - 1), cellWidth, fromRight: true) }.joined(),
            style.width)
    }
    return [line("", columnNames)]
        + rowNames.enumerated().map { row, name in
            line(name, Array(texts[row * columnNames.count..<(row + 1) * columnNames.count]))
        }
}

extension ContourPlot {
    /// The paths alone: a surface is too fine for characters.
    public func plot(_ style: TerminalStyle) -> [String] {
        guard !paths.isEmpty else { return [] }
        var frame = TerminalFrame(x: Axis(xRange), y: Axis(yRange), xLabel: xLabel, yLabel: yLabel, style)
        for (index, path) in paths.enumerated() {
            var last: (x: Double, y: Double)?
            for (xValue, yValue) in zip(path.x, path.y) {
                guard let across = frame.x.position(xValue), let up = frame.y.position(yValue),
                    (0...1).contains(across), (0...1).contains(up)
                else {
                    last = nil
                    continue
                }
                let place = (x: across, y: up)
                frame.canvas.line(from: last ?? place, to: place, owner: index)
                last = place
            }
            if let last, style.usesUnicode, !style.usesColor {
                frame.canvas.set(last, letter: Character("\((index + 1) % 10)"), owner: index)
            }
        }
        return frame.lines()
            + terminalLegend(paths.enumerated().map { (style.lineSign($0), $1.name, nil) }, style)
    }
}
