import HibariTensor
import Testing

@Suite struct ReductionTests {
    private let x = Tensor((0..<12).map { Float($0) }, shape: [2, 3, 2])

    @Test func sums() {
        expect(x.sum(), [], [66])
        expect(x.sum(axes: [0]), [3, 2], [6, 8, 10, 12, 14, 16])
        expect(x.sum(axes: [1]), [2, 2], [6, 9, 24, 27])
        expect(x.sum(axes: [-1]), [2, 3], [1, 5, 9, 13, 17, 21])
        expect(x.sum(axes: [2, 0]), [3], [14, 22, 30])
        expect(x.sum(axes: []), [2, 3, 2], (0..<12).map(Double.init))
    }

    @Test func means() {
        expect(x.mean(), [], [5.5])
        expect(x.mean(axes: [0, 1]), [2], [5, 6])
        expect(
            gradients([x]) { $0[0].mean(axes: [0, 1]) }[0], [2, 3, 2], [Double](repeating: 1.0 / 6, count: 12)
        )
    }

    @Test func maxima() {
        let x = matrix([3, 9, 2], [7, 1, 7])
        expect(x.max(axis: 0), [3], [7, 9, 7])
        expect(x.max(axis: 1), [2], [9, 7])
        expect(x.max(axis: -1), [2], [9, 7])
        // The gradient goes to the first of equals.
        expect(gradients([x]) { $0[0].max(axis: 1) }[0], [2, 3], [0, 1, 0, 1, 0, 0])
    }

    /// A NaN must not vanish behind a larger number.
    @Test func maximumShowsNaN() {
        for place in 0..<3 {
            var elements: [Float] = [1, 2, 3]
            elements[place] = .nan
            #expect(Tensor(elements, shape: [3]).max(axis: 0).item.isNaN, "at \(place)")
        }
    }

    @Test func badAxesTrap() async {
        await #expect(processExitsWith: .failure) { _ = vector(1, 2).sum(axes: [1]) }
        await #expect(processExitsWith: .failure) { _ = vector(1, 2).mean(axes: [-2]) }
        await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [2, 2, 2]).sum(axes: [-5]) }
        await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [2, 2, 2]).sum(axes: [0, -3]) }
        await #expect(processExitsWith: .failure) { _ = vector(1, 2).max(axis: 2) }
        await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [2, 0]).max(axis: 1) }
    }
}
