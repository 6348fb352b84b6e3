import HibariOptimizers
import Testing

/// Learning rates at the corners of each shape.
@Suite struct ScheduleTests {
    private func schedule(_ shape: LearningRateSchedule.Shape, warmup: Int = 4, total: Int = 24)
        -> LearningRateSchedule
    {
        LearningRateSchedule(shape: shape, peak: 1, minimum: 0.1, warmupSteps: warmup, totalSteps: total)
    }

    private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-12 }

    @Test(arguments: LearningRateSchedule.Shape.allCases) func warmUp(_ shape: LearningRateSchedule.Shape) {
        let schedule = schedule(shape)
        #expect((0..<5).allSatisfy { isClose(schedule.rate(at: $0), Double($0 + 1) / 5) })
        #expect(isClose(self.schedule(shape, warmup: 0).rate(at: 0), 1))
    }

    @Test func middleAndEnd() {
        for (shape, middle, end) in [
            (LearningRateSchedule.Shape.cosine, 0.55, 0.1), (.linear, 0.55, 0.1), (.constant, 1, 1),
            (.wsd, 1, 0.1),
        ] {
            #expect(isClose(schedule(shape).rate(at: 14), middle), "\(shape)")
            #expect(isClose(schedule(shape).rate(at: 24), end), "\(shape)")
            #expect(isClose(schedule(shape).rate(at: 1000), end), "\(shape)")
        }
        #expect(isClose(schedule(.cosine).rate(at: 9), 0.1 + 0.9 * 0.5 * (1 + 0.5.squareRoot())))
    }

    @Test func warmupStableDecay() {
        let schedule = schedule(.wsd)
        #expect(schedule.rate(at: 19) == 1)
        #expect(isClose(schedule.rate(at: 20), 1))
        #expect(isClose(schedule.rate(at: 22), 0.55))
        var long = schedule
        long.decayShare = 0.5
        #expect(long.rate(at: 13) == 1 && isClose(long.rate(at: 19), 0.55) && isClose(long.rate(at: 24), 0.1))
        long.decayShare = 1
        #expect(isClose(long.rate(at: 4), 1) && isClose(long.rate(at: 14), 0.55))
    }

    @Test(arguments: LearningRateSchedule.Shape.allCases) func neverOutsideItsLimits(
        _ shape: LearningRateSchedule.Shape
    ) {
        for (warmup, total) in [(0, 1), (1, 1), (5, 3), (0, 100), (100, 100)] {
            let schedule = schedule(shape, warmup: warmup, total: total)
            #expect((0..<total).allSatisfy { schedule.rate(at: $0) > 0 && schedule.rate(at: $0) <= 1 })
        }
    }
}
