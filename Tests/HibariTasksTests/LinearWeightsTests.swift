import HibariData
import HibariTasks
import Testing

@Suite struct LinearWeightsTests {
    /// 3·(x − 10)/2 + 5 in red, 7 more in blue, is 1.5·x − 10 in red.
    @Test func inTableUnits() {
        let encoder = TableEncoder(
            features: [
                .category(name: "color", categories: ["red", "blue"]),
                .number(name: "x", mean: 10, deviation: 2),
            ], target: .number(name: "y"), missing: .refuse)
        #expect(encoder.inTableUnits([0, 7, 3, 5]) == [0, 7, 1.5, -10])
    }
}
