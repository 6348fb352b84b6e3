import ArgumentParser
import HibariCommandLine
import HibariData
import HibariSupport
import HibariTokenizers

struct BenchTokenizerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer", abstract: "Time a tokenizer on a text: loading, encoding, decoding.",
        discussion: """
            On one thread, in memory. Every pass loads the tokenizer anew, so encoding begins with an empty cache of \
            words. MB are millions of bytes of text.

            Example: hibari bench tokenizer checkpoints/book --text book.txt
            """)

    @Argument(help: "bytes, or a folder, tokenizer.json, .tiktoken, .model, .bin or .gguf file.")
    var tokenizer: String
    @OptionGroup var texts: TokenizerTexts
    @Option(name: .customLong("repeat"), help: "Passes; medians are printed.") var passes = 3
    @Flag(help: "Print a JSON object.") var json = false

    func validate() throws {
        if passes < 1 {
            throw UsageError.invalidOption(name: "repeat", value: "\(passes)", expected: "1 or more")
        }
    }

    func run() throws {
        let documents = try texts.documents().map(\.bytes)
        var (load, encode, decode) = ([Double](), [Double](), [Double]())
        var tokens = 0
        for _ in 0..<passes {
            let (loadSeconds, loaded) = try timed { try texts.load([tokenizer])[0] }
            let (encodeSeconds, ids) = try timed { try documents.map { try loaded.encode($0) } }
            let (decodeSeconds, decoded) = timed { ids.map { loaded.decode($0) } }
            withExtendedLifetime(decoded) {}
            tokens = ids.reduce(0) { $0 + $1.count }
            load.append(loadSeconds)
            encode.append(encodeSeconds)
            decode.append(decodeSeconds)
        }
        let bytes = documents.reduce(0) { $0 + $1.count }
        func speed(_ seconds: [Double]) -> Double { Double(bytes) / 1e6 / max(1e-9, median(seconds)) }
        if json {
            let result: JSONValue = [
                "bytes": .integer(bytes), "tokens": .integer(tokens), "load_seconds": .number(median(load)),
                "encode_megabytes_per_second": .number(speed(encode)),
                "decode_megabytes_per_second": .number(speed(decode)),
            ]
            printResult(result.text())
        } else {
            printResult(
                """
                load    \(fixed(median(load) * 1e3, 1)) ms
                encode  \(fixed(speed(encode), 1)) MB/s, \(tokens) tokens of \(bytes) bytes
                decode  \(fixed(speed(decode), 1)) MB/s
                """)
        }
    }

    private func timed<Value>(_ body: () throws -> Value) rethrows -> (seconds: Double, value: Value) {
        let start = monotonicSeconds()
        let value = try body()
        return (monotonicSeconds() - start, value)
    }

}
