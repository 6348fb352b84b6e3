import HibariReports
import HibariTraining

/// A chart for each thing that was measured, with a line for each network, on training and on held-out data.
func trainingCurves(_ histories: [(part: String, history: History)]) -> [any ReportBlock] {
    var names: [String] = []
    for (_, history) in histories {
        for value in history.epochs.first?.values ?? [] where !names.contains(value.name.withoutValidation) {
            names.append(value.name.withoutValidation)
        }
    }
    return names.compactMap { name in
        var series: [Series] = []
        for (part, history) in histories where history.epochs.count > 1 {
            for (key, kind) in [(name, "training"), ("val_" + name, "held out")] {
                let values = history[key]
                guard values.contains(where: \.isFinite) else { continue }
                series.append(
                    Series(
                        histories.count == 1 ? kind : "\(part), \(kind)",
                        x: history.epochs.map { Double($0.epoch) }, y: values))
            }
        }
        guard !series.isEmpty else { return nil }
        return LineChart(title: metricTitle(name), series: series, xLabel: "epoch")
    }
}

/// "mean_squared_error" → "Mean squared error".
func metricTitle(_ name: String) -> String {
    let words = name.split(separator: "_").joined(separator: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
}
