import HibariModels
import HibariTraining
import Testing

/// The recipe is a function of time, speed and text alone.
@Suite struct DefaultRecipeTests {
    private func recipe(
        minutes: Double, speed: Double = 128e9, tokens: Int = 1_000_000,
        given: Set<String> = [], _ change: (inout PretrainConfiguration) -> Void = { _ in }
    ) throws -> DefaultRecipe {
        var configuration = PretrainConfiguration()
        change(&configuration)
        return try DefaultRecipe(
            DefaultRecipe.Situation(
                seconds: minutes * 60, speed: speed, trainingTokens: tokens, vocabularySize: 257),
            configuration, given: given)
    }

    /// Ten minutes at 128 GFLOP/s and 22.8 MFLOPs a token: 3.4 million tokens, 4096 for each of 820 steps.
    @Test func tenMinutesOnTwoCores() throws {
        let ten = try recipe(minutes: 10)
        #expect([ten.layers, ten.dim, ten.heads, ten.context, ten.batch] == [4, 256, 4, 256, 16])
        #expect(ten.dropout == 0)
        #expect(abs(ten.tokens - 3.37e6) < 0.05e6)
    }

    @Test func moreTimeOrSpeedBuysALargerModel() throws {
        var last = 0
        for minutes in [0.1, 1, 5, 10, 30, 120, 600, 6000] as [Double] {
            let chosen = try recipe(minutes: minutes, tokens: 1 << 40)
            #expect(chosen.parameters >= last, "\(minutes) minutes")
            #expect(try recipe(minutes: minutes / 2, speed: 256e9, tokens: 1 << 40).dim == chosen.dim)
            last = chosen.parameters
        }
        #expect(last > 50_000_000)
    }

    @Test func aTextSeenOftenGetsDropout() throws {
        #expect(try recipe(minutes: 10, tokens: 1_000_000).dropout == 0)
        #expect(try recipe(minutes: 10, tokens: 400_000).dropout == 0.1)
        #expect(try recipe(minutes: 10, tokens: 100_000).dropout == 0.2)
    }

    @Test func sizesThatAreGivenStay() throws {
        let chosen = try recipe(minutes: 10, given: ["dim", "context"]) { ($0.dim, $0.context) = (96, 64) }
        #expect(chosen.dim == 96 && chosen.context == 64 && 96 % chosen.heads == 0)
        #expect(throws: ConfigurationError.self) {
            try recipe(minutes: 10, given: ["dim", "heads"]) { ($0.dim, $0.heads) = (100, 3) }
        }
    }

    /// Whatever is given, the sizes that are chosen go together with it.
    @Test(arguments: [0.1, 1, 3, 10, 40, 200])
    func chosenSizesFitGivenOnes(minutes: Double) throws {
        for heads in [1, 2, 3, 5, 6, 7, 12] {
            let chosen = try recipe(minutes: minutes, given: ["heads"]) { $0.heads = heads }
            #expect(chosen.heads == heads && chosen.dim % heads == 0)
        }
        let shared = try recipe(minutes: minutes, given: ["kv-heads"]) { $0.keyValueHeads = 2 }
        #expect(shared.heads % 2 == 0 && shared.dim % shared.heads == 0)
        let parted = try recipe(minutes: minutes, given: ["micro-batch"]) { $0.microBatch = 3 }
        #expect(parted.batch % 3 == 0)
    }

    @Test func theRateFallsToThreePercentOfTheGivenOne() throws {
        let chosen = try recipe(minutes: 10, given: ["lr"]) { $0.learningRate = 5e-5 }
        let settings = Dictionary(uniqueKeysWithValues: chosen.settings.map { ($0.key, $0.value) })
        #expect(settings["optimizer"] == "muon" && settings["lr"] == "5e-05")
        #expect(abs(Double(settings["min-lr"]!)! - 1.5e-6) < 1e-12)
    }
}
