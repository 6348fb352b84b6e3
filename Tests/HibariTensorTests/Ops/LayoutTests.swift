import HibariTensor
import Testing

@Suite struct LayoutTests {
    private let x = Tensor((0..<12).map { Float($0) }, shape: [2, 3, 2])

    @Test func reshapeSharesStorage() {
        let y = x.reshape([3, 4])
        expect(y, [3, 4], (0..<12).map(Double.init))
        #expect(y.storage === x.storage)
    }

    @Test func slices() {
        let first = x.slice(1..<2)
        expect(first, [1, 3, 2], [6, 7, 8, 9, 10, 11])
        #expect(first.storage === x.storage)
        expect(x.slice(axis: 1, 1..<3), [2, 2, 2], [2, 3, 4, 5, 8, 9, 10, 11])
        expect(x.slice(axis: -1, 1..<2), [2, 3, 1], [1, 3, 5, 7, 9, 11])
        expect(x.slice(axis: 1, 1..<1), [2, 0, 2], [])
        let ids = Tensor([1, 2, 3, 4] as [Int32], shape: [2, 2])
        #expect(ids.slice(axis: 1, 1..<2).array(of: Int32.self) == [2, 4])
        expect(
            gradients([x]) { $0[0].slice(axis: 1, 1..<2) }[0], [2, 3, 2],
            [0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0])
    }

    @Test func concatenation() {
        let (a, b) = (matrix([1, 2], [3, 4]), matrix([5], [6]))
        expect(concatenate([a, b], axis: 1), [2, 3], [1, 2, 5, 3, 4, 6])
        expect(concatenate([a, a.slice(1..<2)]), [3, 2], [1, 2, 3, 4, 3, 4])
        let parts = [x.slice(axis: 1, 0..<1), x.slice(axis: 1, 1..<3)]
        expect(concatenate(parts, axis: 1), [2, 3, 2], (0..<12).map(Double.init))
    }

    @Test func badShapesTrap() async {
        await #expect(processExitsWith: .failure) { _ = vector(1, 2, 3).reshape([2]) }
        await #expect(processExitsWith: .failure) { _ = vector(1, 2, 3).slice(2..<4) }
        await #expect(processExitsWith: .failure) { _ = vector(1, 2, 3).slice(axis: 1, 0..<1) }
        await #expect(processExitsWith: .failure) { _ = concatenate([]) }
        await #expect(processExitsWith: .failure) { _ = concatenate([matrix([1, 2]), matrix([1, 2, 3])]) }
        await #expect(processExitsWith: .failure) { _ = concatenate([vector(1), Tensor([1.0], shape: [1])]) }
        await #expect(processExitsWith: .failure) { _ = Tensor([1, 2] as [Float], shape: [3]) }
        await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [1, 1, 1, 1, 1, 1, 1]) }
        await #expect(processExitsWith: .failure) { _ = vector(1).array(of: Double.self) }
        await #expect(processExitsWith: .failure) { _ = vector(1).array(of: Int32.self) }
        await #expect(processExitsWith: .failure) { _ = vector(1, 2).item }
    }
}
