import HibariModels
import HibariSupport
import HibariTraining
import Testing

/// The length of a run in steps, and how the schedule fits it.
@Suite struct HorizonTests {
    private let tiny: TinyRun

    init() throws { tiny = try TinyRun() }

    private func steps(_ horizon: Horizon) throws -> (steps: Int, pretraining: Pretraining) {
        let pretraining = try Pretraining(tiny.configuration { $0.horizon = horizon }, run: nil)
        return (pretraining.totalSteps, pretraining)
    }

    @Test func stepsTokensAndEpochs() throws {
        #expect(try steps(.steps(7)).steps == 7)
        // A step takes 4 sequences of 16 tokens.
        #expect(try steps(.tokens(64)).steps == 1)
        #expect(try steps(.tokens(65)).steps == 2)
        #expect(try steps(.tokens(640)).steps == 10)
        let epoch = try steps(.epochs(1))
        let windows = (epoch.pretraining.trainingTokens - 16) / 16
        #expect(epoch.steps == (windows + 3) / 4)
        #expect(try steps(.epochs(2.5)).steps == Int((2.5 * Double(windows) / 4).rounded(.up)))
        #expect(try steps(.epochs(1e-9)).steps == 1)
    }

    @Test func minutesLeaveTheModelAsItWas() throws {
        let timed = try steps(.minutes(0.05)).pretraining
        let plain = try steps(.steps(1)).pretraining
        #expect(timed.totalSteps >= 1)
        for (a, b) in zip(timed.model.parameters, plain.model.parameters) {
            #expect(a.value.array(of: Float.self) == b.value.array(of: Float.self))
        }
    }

    @Test func aPlanLeavesNothing() throws {
        _ = try steps(.steps(3)).pretraining.start(command: [], version: "") { _ in }
        #expect(try listDirectory(tiny.folder) == ["corpus.txt"])
    }

    @Test func theScheduleEndsWithTheRun() throws {
        let schedule = try steps(.steps(50)).pretraining.schedule
        #expect(schedule.totalSteps == 50 && schedule.warmupSteps == 5)
        #expect(abs(schedule.rate(at: 50) - 1e-3) < 1e-15)
    }

    @Test func warmUpMayOutlastTheRun() throws {
        let schedule = try Pretraining(tiny.configuration { $0.warmup = Int.max }, run: nil).schedule
        #expect(schedule.rate(at: 0) > 0 && schedule.rate(at: 0) < 1e-15)
    }

    @Test(
        arguments: [
            { $0.horizon = .epochs(1e300) }, { $0.horizon = .minutes(1e300) },
            { $0.horizon = .steps(Int.max) },
            { $0.horizon = .tokens(Int.max) }, { $0.batch = Int.max }, { $0.context = Int.max },
            { $0.dim = 1 << 20 },
            {
                $0.layers = 1 << 12
                $0.dim = 1 << 14
            }, { $0.horizon = .epochs(.nan) },
            {
                $0.batch = 1 << 24
                $0.context = 1 << 20
            },
        ] as [@Sendable (inout PretrainConfiguration) -> Void])
    func absurdNumbersAreErrorsAndNotTraps(_ change: @Sendable (inout PretrainConfiguration) -> Void) throws {
        let error = #expect(throws: (any Error).self) {
            try Pretraining(tiny.configuration(change), run: nil)
        }
        #expect(error is any UserError, "\(String(describing: error))")
    }
}
