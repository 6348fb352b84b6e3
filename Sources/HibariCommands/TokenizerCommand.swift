import ArgumentParser

struct TokenizerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer", abstract: "Learn a vocabulary from a text.",
        subcommands: [TokenizerTrainCommand.self])
}
