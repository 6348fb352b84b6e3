import ArgumentParser
import HibariCommandLine
import HibariNN
import HibariReports
import HibariSupport
import HibariTensor
import HibariTraining

/// A small transformer that learns to add from examples of sums.
struct AdderTask: TaskCommand {
    static let name = "adder"
    static let summary = "A small GPT learns to add, digit by digit, from examples."
    static let discussion = """
        Reads two numbers as digits and writes their sum from the last digit to the first, so that it can carry. It is \
        told no rule, and tested on sums it has never seen.

        Example: hibari run adder
                 hibari run adder --digits 3
        """

    @OptionGroup var options: RunOptions
    @OptionGroup var training: TrainingOptions
    @Option(help: "Digits of each number: from 2 to 4.") var digits = 2

    /// Sums with more digits are learned from a part of all there are.
    private static let trainingLimit = 100_000

    func perform(in run: TaskRun) throws -> TaskResult {
        try require(digits, in: 2...4, option: "digits")
        let (train, validation, test) = DigitSums.split(
            digits: digits, limit: Self.trainingLimit, seed: options.seed)
        let model = try Sequential {
            Embedding(10, Self.width, deviation: 0.08)
            PositionEmbedding(deviation: 0.08)
            for _ in 0..<Self.depth { TransformerBlock(Self.width, heads: 3, depth: Self.depth) }
            LayerNormalization()
            Dense(10, bias: false)
        }.build(input: [train.length], seed: options.seed)
        model.notes["digits"] = .integer(digits)
        let recipe = FitOptions(
            epochs: max(1, Self.steps * Self.batch / train.count), batch: Self.batch,
            optimizer: .adamW(learningRate: 3e-3, beta2: 0.98, weightDecay: 0.1), loss: .crossEntropy,
            metrics: [.wholeSequences], schedule: .cosine, minimumRate: 3e-5, warmup: 0.5, clip: 1,
            seed: options.seed)
        try run.fit(model, train, validation: validation, try training.applied(to: recipe))
        let measured = try model.evaluate(test, loss: .crossEntropy, metrics: [.wholeSequences])
        let answers = try Self.answers(model, test)
        let rows = answers.indices.map { index -> Sum in
            let (a, b) = test.numbers(index)
            return Sum(a: a, b: b, answer: answers[index])
        }
        let wrong = rows.filter { !$0.isRight }
        let accuracy = Double(rows.count - wrong.count) / Double(rows.count)
        return TaskResult(
            subtitle:
                "A transformer with \(grouped(model.parameterCount)) parameters adds numbers of \(digits) digits",
            values: [
                "test_accuracy": .number(accuracy), "test_loss": .number(measured.loss),
                "digits": .integer(digits), "test_sums": .integer(rows.count), "wrong": .integer(wrong.count),
                "parameters": .integer(model.parameterCount),
            ],
            figures: [
                SummaryFigure(
                    "right sums", percent(accuracy),
                    note:
                        "\(grouped(rows.count - wrong.count)) of \(grouped(rows.count)) that it has never seen, every digit"
                ),
                SummaryFigure(
                    "learned from", grouped(train.count), note: "of \(grouped(power(10, 2 * digits))) sums"),
            ],
            sections: [ReportSection("Sums", introduction: Self.introduction, pictures(rows, wrong))],
            data: [
                .init(
                    "made up",
                    "\(grouped(train.count)) sums to train on, \(grouped(validation.count)) to choose the weights, "
                        + "\(grouped(test.count)) to test on; no two the same; seed \(options.seed)"),
                .init("SHA-256 of the test sums", test.sha256, isCode: true),
            ])
    }

    private static let width = 48
    private static let depth = 3
    private static let batch = 64
    /// About as many for two digits as for more, where there are more sums to read.
    private static let steps = 4000

    private struct Sum {
        let a, b, answer: Int
        var isRight: Bool { a + b == answer }

        /// How often a 1 goes to the next place.
        var carries: Int {
            var (a, b, carry, count) = (a, b, 0, 0)
            while a + b + carry > 0 {
                carry = (a % 10 + b % 10 + carry) / 10
                count += carry
                (a, b) = (a / 10, b / 10)
            }
            return count
        }
    }

    /// The digits the network writes by itself, each the most likely one after those before it, read as numbers.
    private static func answers(_ model: Model, _ sums: DigitSums) throws -> [Int] {
        let (given, length) = (2 * sums.digits, sums.length)
        var sequences = (0..<sums.count).map { Array(sums.sequence($0).prefix(given)) }
        for place in given - 1..<length {
            let padded = sequences.flatMap { $0 + [Int32](repeating: 0, count: length - $0.count) }
            let logits = try model.predict(Tensor(padded, shape: [sums.count, length]))
            let next = largest(logits.slice(axis: 1, place..<place + 1))
            for (index, digit) in next.enumerated() { sequences[index].append(digit) }
        }
        return sequences.map { sequence in
            sequence[given...].reversed().reduce(0) { 10 * $0 + Int($1) }
        }
    }

    private static let introduction =
        "85 + 50 is read as 8 5 5 0 and answered 5 3 1: the last digit first, as people add on paper. Nobody tells the "
        + "network what a digit is worth or what a carry is; it finds out from the examples."

    private func pictures(_ sums: [Sum], _ wrong: [Sum]) -> [any ReportBlock] {
        func table(_ title: String, _ sums: some Sequence<Sum>) -> DataTable {
            DataTable(
                title: title, columns: ["sum", "answer", "true", ""],
                rows: sums.map {
                    ["\($0.a) + \($0.b)", "\($0.answer)", "\($0.a + $0.b)", $0.isRight ? "right" : "wrong"]
                })
        }
        let carries = Dictionary(grouping: sums, by: \.carries).sorted { $0.key < $1.key }
        var blocks: [any ReportBlock] = [
            table("Sums it has never seen", sums.prefix(12)),
            DataTable(
                title: "By the number of carries", columns: ["carries", "sums", "right"],
                rows: carries.map { count, sums in
                    [
                        "\(count)", "\(sums.count)",
                        percent(Double(sums.count(where: \.isRight)) / Double(sums.count)),
                    ]
                }),
        ]
        if !wrong.isEmpty { blocks.append(table("Wrong answers", wrong.prefix(20))) }
        return blocks
    }
}

extension Metric {
    /// The share of sequences in which every class that counts is predicted. As each prediction is made after the true
    /// classes before it, this is also the share that greedy generation gets right.
    static let wholeSequences = Metric("whole_sums", isHigherBetter: true) { WholeSequences() }
}

private struct WholeSequences: MetricAccumulator {
    private var right = 0
    private var count = 0

    var value: Double { count == 0 ? .nan : Double(right) / Double(count) }

    /// - Parameters:
    ///   - prediction: logits `[n, T, V]`.
    ///   - target: `[n, T]`, with `ignoredTarget` where nothing is to be predicted.
    mutating func add(_ prediction: Tensor, _ target: Tensor) {
        let (rows, length) = (target.shape[0], target.shape[1])
        let (classes, targets) = (largest(prediction), target.array(of: Int32.self))
        count += rows
        right += (0..<rows).count { row in
            (row * length..<(row + 1) * length).allSatisfy {
                targets[$0] == ignoredTarget || targets[$0] == classes[$0]
            }
        }
    }
}

/// The place of the largest number in each row along the last axis.
private func largest(_ logits: Tensor) -> [Int32] {
    let (values, width) = (logits.array(of: Float.self), logits.shape[-1])
    return stride(from: 0, to: values.count, by: width).map { start in
        Int32(values[start..<start + width].placeOfLargest)
    }
}
