import ArgumentParser
import HibariCommandLine
import HibariData
import HibariReports

/// Arms that wind around each other, and a network that follows them.
struct SpiralTask: TaskCommand {
    static let name = "spiral"
    static let summary = "A network follows the arms of a spiral, or parts the classes of a table."
    static let discussion = """
        Example: hibari run spiral
                 hibari run spiral --arms 2 --turns 1.5 --width 64
                 hibari run spiral --sweep
        """

    @OptionGroup var options: RunOptions
    @OptionGroup var classifier: PointClassifierOptions
    @Option(help: "Points to make up (default: 900).") var points: Int?
    @Option(help: "Standard deviation of their noise (default: 0.03).") var noise: Double?
    @Option(help: "Arms of the spiral, each a class (default: 3).") var arms: Int?
    @Option(help: "How often an arm goes round (default: 0.75).") var turns: Double?

    func perform(in run: TaskRun) throws -> TaskResult {
        try classifier.classifier(of: load(), width: 32, depth: 2, epochs: 100, seed: options.seed).perform(
            in: run)
    }

    private func load() throws -> ClassData {
        try classifier.table.refuse([
            ("points", points != nil), ("noise", noise != nil), ("arms", arms != nil),
            ("turns", turns != nil),
        ])
        if let data = try classifier.table.load(.classes, seed: options.seed) { return ClassData(data) }
        let (count, noise, arms, turns) = (points ?? 900, noise ?? 0.03, arms ?? 3, turns ?? 0.75)
        try require(arms, in: 2...20, option: "arms")
        try require(turns, in: 0...10, option: "turns")
        try require(count, in: 10 * arms...1_000_000, option: "points")
        try require(noise, in: 0...10, option: "noise")
        return ClassData(
            ToyPoints.spiral(
                count: count, arms: arms, turns: Float(turns), noise: Float(noise), seed: options.seed),
            holdOut: classifier.table.holdOut, seed: options.seed,
            description:
                "\(arms) arms that go round \(readable(turns)) times, with noise of \(readable(noise))")
    }
}
