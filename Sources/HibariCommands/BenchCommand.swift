import ArgumentParser

/// The measurements; one file per subcommand.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure the speed of this machine with Hibari's kernels.",
        subcommands: [
            BenchTrainCommand.self, BenchClassicCommand.self, BenchGemmCommand.self, BenchOpsCommand.self,
            BenchTokenizerCommand.self,
        ])
}
