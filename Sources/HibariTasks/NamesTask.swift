import ArgumentParser
import Glibc
import HibariCommandLine
import HibariData
import HibariNN
import HibariReports
import HibariSupport
import HibariTensor
import HibariTraining

/// Names, a character at a time: six kinds of networks on the task of makemore.
///
/// Source: Karpathy 2022, github.com/karpathy/makemore.
struct NamesTask: TaskCommand {
    static let name = "names"
    static let summary =
        "Character by character: learn names and make up new ones, with six kinds of networks."
    static let discussion = """
        Learns which character follows in a list of names, from the bigram to the transformer, and draws new names. \
        Without --data it takes the names of makemore: from $HIBARI_DATA/text/en, or from hibari data fetch names.

        Example: hibari run names
                 hibari run names --model lstm
                 hibari run names --compare
                 hibari run names --data towns.txt
        """

    @OptionGroup var options: RunOptions
    @OptionGroup var training: TrainingOptions
    @Option(
        help: ArgumentHelp(
            "\(NameModel.allCases.map(\.rawValue).joined(separator: ", ")) (default: transformer).",
            valueName: "kind"))
    var model: NameModel?
    @Option(help: ArgumentHelp("Names to learn, one on each line.", valueName: "file")) var data: String?
    @Option(help: "New names to draw from each model.") var samples = 1000
    @Flag(help: "Train every kind of network and compare them.") var compare = false

    /// A network that was trained, and what came of it.
    private struct Trained {
        let kind: NameModel
        let parameters: Int
        let loss: Double
        let lossesByPlace: [Double]
        let samples: [String]
        let seconds: Double
    }

    func perform(in run: TaskRun) throws -> TaskResult {
        if compare, model != nil { throw UsageError.notWith(name: "model", other: "compare") }
        try require(samples, in: 1...10_000, option: "samples")
        let file = try PublicText.names.locate(explicit: data).path
        let list = try NameList(contentsOf: file)
        let parts = list.split(seed: options.seed)
        let main = model ?? .transformer
        // The main network first, in the folder of the run.
        let kinds = compare ? [main] + NameModel.allCases.filter { $0 != main } : [main]
        let trained = try kinds.map { try train($0, list, parts, main: main, in: run) }
            .sorted {
                NameModel.allCases.firstIndex(of: $0.kind)! < NameModel.allCases.firstIndex(of: $1.kind)!
            }
        let known = Set(parts.train + parts.validation)
        let best = trained.first { $0.kind == main }!
        func newShare(_ names: [String]) -> Double {
            Double(names.count { !$0.isEmpty && !known.contains($0) }) / Double(max(1, names.count))
        }
        var values: JSONObject = [
            "test_loss": .number(best.loss), "model": .string(main.rawValue),
            "parameters": .integer(best.parameters), "new_share": .number(newShare(best.samples)),
            "samples": .array(fresh(best.samples, known).map { .string($0) }),
        ]
        if compare {
            values["models"] = .array(
                trained.map {
                    [
                        "model": .string($0.kind.rawValue), "test_loss": .number($0.loss),
                        "parameters": .integer($0.parameters), "new_share": .number(newShare($0.samples)),
                        "seconds": .number($0.seconds),
                    ]
                })
        }
        let guess = log(Double(list.vocabularySize))
        return TaskResult(
            subtitle:
                "What character comes next? \(compare ? "Six kinds of networks" : "The \(main.title)") on "
                + "\(grouped(list.names.count)) names",
            values: values,
            figures: [
                SummaryFigure(
                    "test loss", readable(best.loss),
                    note: "nats per character; guessing blindly has \(readable(guess))"),
                SummaryFigure(
                    "choices left", readable(exp(best.loss), digits: 3),
                    note: "as unsure as between so many characters, of \(list.vocabularySize)"),
                SummaryFigure(
                    "new names", percent(newShare(best.samples)),
                    note: "of \(grouped(samples)) drawn are not among those it learned"),
            ],
            sections: sections(trained, known, guess: guess),
            data: [
                .init("file", file, isCode: true),
                .init(
                    "names",
                    "\(grouped(parts.train.count)) to train on, \(grouped(parts.validation.count)) to choose the weights, "
                        + "\(grouped(parts.test.count)) to test on"),
                .init(
                    "of the test names",
                    "\(percent(1 - newShare(parts.test))) stand in the list more than once and are among those learned"
                ),
                .init("characters", "\(list.characters.count), and a mark at both ends"),
                .init("SHA-256", try fileHash(file), isCode: true),
            ])
    }

    private func train(
        _ kind: NameModel, _ list: NameList,
        _ parts: (train: [String], validation: [String], test: [String]), main: NameModel, in run: TaskRun
    ) throws -> Trained {
        let model = try kind.build(vocabulary: list.vocabularySize, length: list.length, seed: options.seed)
        model.notes["characters"] = .string(String(list.characters))
        let history = try run.fit(
            model, list.examples(parts.train), validation: list.examples(parts.validation),
            try training.applied(to: kind.recipe(seed: options.seed)),
            part: kind == main ? nil : kind.rawValue)
        let test = list.examples(parts.test)
        return Trained(
            kind: kind, parameters: model.parameterCount,
            loss: try model.evaluate(test, loss: .crossEntropy).loss,
            lossesByPlace: try lossesByPlace(model, test, list),
            samples: try NameSampler(model, list).names(samples, seed: options.seed),
            seconds: history.seconds)
    }

    /// The mean loss of the first character, of the second, …; as far as a hundredth of the names reach.
    private func lossesByPlace(_ model: Model, _ test: Examples, _ list: NameList) throws -> [Double] {
        let logits = try model.predict(test)
        let (_, targets) = test.batch(indices: Array(0..<test.count), random: nil)
        let all = targets.array(of: Int32.self)
        var losses: [Double] = []
        for place in 0..<list.length {
            let column = stride(from: place, to: all.count, by: list.length).map { all[$0] }
            guard column.count(where: { $0 != ignoredTarget }) * 100 >= test.count else { break }
            losses.append(
                try Loss.crossEntropy(
                    logits.slice(axis: 1, place..<place + 1), Tensor(column, shape: [test.count, 1])
                ).item)
        }
        return losses
    }

    /// The first of the new names, each once.
    private func fresh(_ names: [String], _ known: Set<String>) -> [String] {
        var seen = known
        return Array(names.filter { !$0.isEmpty && seen.insert($0).inserted }.prefix(20))
    }

    private func sections(_ trained: [Trained], _ known: Set<String>, guess: Double) -> [ReportSection] {
        var blocks: [any ReportBlock] = []
        if trained.count > 1 {
            blocks.append(
                BarChart(
                    title: "Test loss", bars: trained.map { .init($0.kind.title, $0.loss) },
                    caption:
                        "Nats per character on held-out names; lower is better. What a network can look back on decides."
                ))
            blocks.append(
                DataTable(
                    title: "The networks",
                    columns: ["network", "looks at", "parameters", "test loss", "choices left", "seconds"],
                    rows: trained.map {
                        [
                            $0.kind.title, $0.kind.memory, grouped($0.parameters), readable($0.loss),
                            readable(exp($0.loss), digits: 3), readable($0.seconds, digits: 3),
                        ]
                    }, isWide: true))
        }
        blocks.append(
            LineChart(
                title: "Loss along a name",
                series: trained.map {
                    Series(
                        $0.kind.title, x: (1...max(1, $0.lossesByPlace.count)).map(Double.init),
                        y: $0.lossesByPlace)
                },
                xLabel: "place of the character", yLabel: "nats",
                references: [("blind guess", guess)],
                caption:
                    "The first letter is anyone's guess; what is known of a name makes the next character surer."
            ))
        blocks.append(
            DataTable(
                title: "Names that were made up",
                columns: trained.map(\.kind.title),
                rows: (0..<20).compactMap { row in
                    let cells = trained.map { model in
                        let names = fresh(model.samples, known)
                        return row < names.count ? names[row] : ""
                    }
                    return cells.allSatisfy(\.isEmpty) ? nil : cells
                }, isWide: trained.count > 1))
        return [
            ReportSection(
                "Names",
                introduction:
                    "Each network reads a name from the left and gives a probability to every character that "
                    + "may come next, or to the end. New names are drawn from these probabilities; names it learned are "
                    + "left out of the table.", blocks)
        ]
    }
}
