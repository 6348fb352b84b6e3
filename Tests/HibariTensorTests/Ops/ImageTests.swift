import HibariTensor
import Testing

/// Values worked out by hand, properties and traps of the ops on images.
@Suite struct ImageTests {
    /// 0, 1, 2, … in row-major order.
    private func counting(_ shape: Shape) -> Tensor {
        Tensor((0..<shape.count).map(Float.init), shape: shape)
    }

    @Test func convolutionByHand() {
        let x = counting([1, 1, 3, 3])
        let weight = Tensor([1, 2, 3, 4] as [Float], shape: [1, 1, 2, 2])
        // 1·0 + 2·1 + 3·3 + 4·4 = 27, and 10 more for each place further.
        expect(convolution(x, weight: weight), [1, 1, 2, 2], [27, 37, 57, 67])
        expect(
            convolution(x, weight: weight, bias: vector(-60), appliesReLU: true), [1, 1, 2, 2], [0, 0, 0, 7])
        expect(
            convolution(x, weight: weight, .init(stride: 2, padding: 1)), [1, 1, 2, 2], [0, 11, 30, 67])
        expect(convolution(x, weight: weight, .init(dilation: [2])), [1, 1, 1, 1], [2 * 2 + 3 * 6 + 4 * 8])
    }

    @Test func transposedConvolutionByHand() {
        let x = matrix([1, 2], [3, 4]).reshape([1, 1, 2, 2])
        let weight = Tensor([1, 10, 100, 1000] as [Float], shape: [1, 1, 2, 2])
        expect(
            transposedConvolution(x, weight: weight), [1, 1, 3, 3],
            [1, 12, 20, 103, 1234, 2040, 300, 3400, 4000])
        expect(
            transposedConvolution(x, weight: weight, .init(stride: [2]), outputPadding: [0, 1]),
            [1, 1, 4, 5],
            [1, 10, 2, 20, 0, 100, 1000, 200, 2000, 0, 3, 30, 4, 40, 0, 300, 3000, 400, 4000, 0])
    }

    /// ⟨conv(x), y⟩ = ⟨x, transposed(y)⟩.
    @Test func transposedIsTheTranspose() {
        let geometry = ConvolutionGeometry(stride: [2, 3], padding: [1, 2], dilation: [2, 1])
        let item = OpCase(
            .convolution, "", [OpInput([2, 3, 8, 9]), OpInput([4, 3, 3, 2]), OpInput([2, 4, 3, 4])]
        ) { $0[0] }
        let values = item.parameters(.float64).map(\.value)
        let (x, weight, y) = (values[0], values[1], values[2])
        let left = (convolution(x, weight: weight, geometry) * y).sum().item
        let right = transposedConvolution(y, weight: weight, geometry, outputPadding: [1, 2])
        #expect(right.shape == x.shape)
        #expect(abs(left - (right * x).sum().item) < 1e-10)
    }

    @Test func poolingByHand() {
        let x = counting([1, 1, 3, 4])
        expect(maxPooling(x, .init(kernel: [2])), [1, 1, 1, 2], [5, 7])
        expect(
            maxPooling(x, .init(kernel: [2], stride: [1, 2], padding: [1])), [1, 1, 4, 3],
            [0, 2, 3, 4, 6, 7, 8, 10, 11, 8, 10, 11])
        expect(averagePooling(x, .init(kernel: [3, 2])), [1, 1, 1, 2], [4.5, 6.5])
        expect(
            averagePooling(x, .init(kernel: [2], padding: [1])), [1, 1, 2, 3], [0, 0.75, 0.75, 3, 7.5, 4.5])
        expect(
            averagePooling(x, .init(kernel: [2], padding: [1], countsPadding: false)), [1, 1, 2, 3],
            [0, 1.5, 3, 6, 7.5, 9])
        expect(averagePooling(x, .global), [1, 1, 1, 1], [5.5])
        expect(averagePooling(x, .adaptive([2, 1])), [1, 1, 2, 1], [3.5, 7.5])
        // The first of equals has the gradient.
        let same = Tensor(repeating: 1, shape: [1, 1, 2, 4])
        expect(
            gradients([same]) { maxPooling($0[0], .init(kernel: [2])) }[0], [1, 1, 2, 4],
            [1, 0, 1, 0, 0, 0, 0, 0])
        let withNaN = Tensor([1, .nan, 2, 3, 4, 5] as [Float], shape: [1, 1, 6])
        let pooled = maxPooling(withNaN, .init(kernel: [2])).array(of: Float.self)
        #expect(pooled[0].isNaN && pooled[1] == 3 && pooled[2] == 5)
    }

    @Test func normsByHand() {
        // Channel 0: mean 3, variance 5. Channel 1: mean 5, variance 9.
        let x = Tensor([0, 2, 2, 8, 4, 6, 2, 8] as [Float], shape: [2, 2, 2])
        let (y, statistics) = batchNorm(x, weight: vector(1, 2), bias: vector(0, 1), epsilon: 0)
        expect(statistics.mean, [2], [3, 5])
        expect(statistics.variance, [2], [5, 9])
        let unit = 1 / 5.0.squareRoot()
        expect(y, [2, 2, 2], [-3 * unit, -unit, -1, 3, unit, 3 * unit, -1, 3])
        let grouped = groupNorm(x, groups: 1, weight: vector(1, 1), bias: vector(0, 0), epsilon: 0)
        // First image: mean 3, variance 9.
        expect(grouped.slice(0..<1), [1, 2, 2], [-1, -1.0 / 3, -1.0 / 3, 5.0 / 3])
    }

    @Test func upsamplingByHand() {
        let x = matrix([0, 4]).reshape([1, 1, 2])
        expect(upsample(x, to: [4]), [1, 1, 4], [0, 0, 4, 4])
        expect(upsample(x, to: [4], .linear), [1, 1, 4], [0, 1, 3, 4])
        expect(upsample(x, to: [3]), [1, 1, 3], [0, 0, 4])
    }

    /// Statistics of numbers far from zero must not lose the variance.
    @Test func batchNormFarFromZero() {
        let x = Tensor((0..<4096).map { 1000 + Float($0 % 2) }, shape: [4, 1, 32, 32])
        let (_, statistics) = batchNorm(x, weight: vector(1), bias: vector(0), epsilon: 1e-5)
        expect(statistics.variance, [1], [0.25], tolerance: 1e-5)
    }

    @Test func shapesThatDoNotFitTrap() async {
        await #expect(processExitsWith: .failure) {
            _ = convolution(Tensor(zeros: [1, 3, 4, 4]), weight: Tensor(zeros: [2, 2, 3, 3]))
        }
        await #expect(processExitsWith: .failure) {
            _ = convolution(Tensor(zeros: [1, 2, 2, 4]), weight: Tensor(zeros: [2, 2, 3, 3]))
        }
        await #expect(processExitsWith: .failure) {
            _ = transposedConvolution(
                Tensor(zeros: [1, 2, 2, 4]), weight: Tensor(zeros: [2, 2, 3, 3]), .init(stride: [2]),
                outputPadding: [2])
        }
        await #expect(processExitsWith: .failure) {
            _ = maxPooling(Tensor(zeros: [1, 2, 2, 4]), .init(kernel: [2], padding: [2]))
        }
        // A window of nothing but padding has no largest number.
        await #expect(processExitsWith: .failure) {
            _ = maxPooling(Tensor(zeros: [1, 2, 0, 4]), .init(kernel: [2], padding: [1]))
        }
        await #expect(processExitsWith: .failure) { _ = maxPooling(Tensor(zeros: [1, 2, 0]), .global) }
        await #expect(processExitsWith: .failure) {
            _ = groupNorm(
                Tensor(zeros: [1, 4, 2]), groups: 3, weight: vector(1, 1, 1, 1), bias: vector(0, 0, 0, 0),
                epsilon: 0)
        }
    }
}
