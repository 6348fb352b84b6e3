import ArgumentParser
import HibariCommandLine
import HibariData
import HibariReports

/// Two half circles that no line can part, and a small network that bends its border around them.
struct MoonsTask: TaskCommand {
    static let name = "moons"
    static let summary = "A small network parts two half moons, or the classes of a table."
    static let discussion = """
        Example: hibari run moons
                 hibari run moons --width 4 --depth 1 --activation relu
                 hibari run moons --data iris.csv --target species --sweep
        """

    @OptionGroup var options: RunOptions
    @OptionGroup var classifier: PointClassifierOptions
    @Option(help: "Points to make up (default: 600).") var points: Int?
    @Option(help: "Standard deviation of their noise (default: 0.15).") var noise: Double?

    func perform(in run: TaskRun) throws -> TaskResult {
        try classifier.classifier(of: load(), width: 16, depth: 2, epochs: 60, seed: options.seed).perform(
            in: run)
    }

    private func load() throws -> ClassData {
        try classifier.table.refuse([("points", points != nil), ("noise", noise != nil)])
        if let data = try classifier.table.load(.classes, seed: options.seed) { return ClassData(data) }
        let (count, noise) = (points ?? 600, noise ?? 0.15)
        try require(count, in: 20...1_000_000, option: "points")
        try require(noise, in: 0...10, option: "noise")
        return ClassData(
            ToyPoints.moons(count: count, noise: Float(noise), seed: options.seed),
            holdOut: classifier.table.holdOut,
            seed: options.seed, description: "two half circles with noise of \(readable(noise))")
    }
}
