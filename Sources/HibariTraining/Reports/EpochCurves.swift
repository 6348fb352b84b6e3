import HibariReports

/// A chart for each thing that was measured epoch by epoch, with lines for training and held-out data of each network.
///
/// - Parameter networks: their names, which stand in the legend if there are several, and epochs.
package func epochCurves(_ networks: [(name: String, epochs: [EpochReport])]) -> [any ReportBlock] {
    let networks = networks.filter { $0.epochs.count > 1 }
    var metrics: [String] = []
    for value in networks.flatMap({ $0.epochs[0].values })
    where !metrics.contains(value.name.withoutValidation) {
        metrics.append(value.name.withoutValidation)
    }
    return metrics.compactMap { metric in
        var series: [Series] = []
        for (name, epochs) in networks {
            for (key, kind) in [(metric, "training"), ("val_" + metric, "held out")] {
                let values = epochs.map { $0[key] ?? .nan }
                guard values.contains(where: \.isFinite) else { continue }
                series.append(
                    Series(
                        networks.count == 1 ? kind : "\(name), \(kind)", x: epochs.map { Double($0.epoch) },
                        y: values))
            }
        }
        return series.isEmpty
            ? nil : LineChart(title: metricTitle(metric), series: series, xLabel: "epoch")
    }
}

/// "val_mean_squared_error" → "Held-out mean squared error", "r2" → "R²".
func metricTitle(_ name: String) -> String {
    let words = name.withoutValidation.split(separator: "_").joined(separator: " ")
    let plain = words == "r2" ? "R²" : words
    if name != name.withoutValidation { return "Held-out " + plain }
    return plain.prefix(1).uppercased() + plain.dropFirst()
}
