import CKernels
import Glibc
import HibariKernels
import Testing

/// Properties of the C tables themselves, on every tier this CPU runs.
@Suite struct TierTests {
    @Test func portableIsAlwaysThere() {
        #expect(KernelTable.supportedNames.first == "portable")
        #expect(KernelTable.supportedNames.contains(KernelTable.activeName))
    }

    /// An element's result must not depend on where it lies in a row, or fused and separate loops would
    /// differ.
    @Test func mapsDoNotDependOnThePlace() {
        for tier in KernelTable.supported {
            let maps: [hibari_map1] = [
                tier.exp, tier.log, tier.tanh, tier.sigmoid, tier.relu, tier.gelu_tanh, tier.gelu_erf,
                tier.silu, tier.softplus, tier.abs,
            ]
            let x = sample(37, 0.1...5)
            for (index, map) in maps.enumerated() {
                var (whole, single) = (x, x)
                map(x.count, x, &whole)
                for i in 0..<x.count { map(1, [x[i]], &single[i]) }
                #expect(whole == single, "map \(index) of \(String(cString: tier.name))")
            }
        }
    }

    /// Softmax, its logarithm and norms must show a NaN, not hide it behind a maximum that skips it.
    @Test func rowsShowNaN() {
        for tier in KernelTable.supported {
            for place in [0, 5, 17, 32] {
                var x = sample(33)
                x[place] = .nan
                var y = x
                #expect(tier.softmax_row(33, 1, x, &y).isNaN && y.allSatisfy { $0.isNaN })
                #expect(tier.log_sum_exp(33, x).isNaN)
                #expect(tier.sum(33, x).isNaN && tier.dot(33, x, x).isNaN && tier.sum_of_squares(33, x).isNaN)
                var inverse: Float = 0
                tier.rms_norm_row(33, 1e-5, x, x, &y, &inverse)
                #expect(y.allSatisfy { $0.isNaN })
                #expect(reluKeepsNaN(tier, x, place))
            }
        }
    }

    private func reluKeepsNaN(_ tier: hibari_kernel_table, _ x: [Float], _ place: Int) -> Bool {
        var y = x
        tier.relu(x.count, x, &y)
        return y[place].isNaN
    }

    /// Masked scores are −∞; their weights are 0 and the others are as if they were not there.
    @Test func softmaxSkipsMinusInfinity() {
        for tier in KernelTable.supported {
            var (x, y) = (sample(20), sample(20))
            for i in 0..<10 { x[2 * i] = -.infinity }
            _ = tier.softmax_row(20, 1, x, &y)
            #expect((0..<10).allSatisfy { y[2 * $0] == 0 })
            #expect(abs(y.reduce(0, +) - 1) < 1e-6)
        }
    }

    @Test func maximumOfARow() {
        for tier in KernelTable.supported {
            for n in [1, 3, 8, 15, 16, 17, 33, 100] {
                for place in [0, n / 2, n - 1] {
                    var x = sample(n, -3 ... -2)
                    x[place] = -1
                    #expect(tier.max(n, x) == -1)
                }
            }
        }
    }

    /// A scalar must reach all lanes as it is. (Made by adding it to a zero vector, −0 became 0, and each
    /// broadcast in the tiles cost an addition.)
    @Test func scalarsKeepTheSignOfZero() {
        for tier in KernelTable.supported {
            let x = [Float](repeating: -0.0, count: 19)
            var y = x
            tier.scale_shift(x.count, 1, -0.0, x, &y)
            #expect(y.allSatisfy { $0.sign == .minus }, "\(String(cString: tier.name))")
        }
    }

    /// In-place calls that the header allows.
    @Test func outputsMayBeInputs() {
        for tier in KernelTable.supported {
            let x = sample(37, 0.1...2)
            var (separate, inPlace) = (x, x)
            _ = tier.softmax_row(37, 0.7, x, &separate)
            inPlace.withUnsafeMutableBufferPointer {
                _ = tier.softmax_row(37, 0.7, $0.baseAddress, $0.baseAddress)
            }
            #expect(separate == inPlace)
            inPlace = x
            tier.divide(37, x.reversed(), x, &separate)
            inPlace.withUnsafeMutableBufferPointer {
                tier.divide(37, x.reversed(), $0.baseAddress, $0.baseAddress)
            }
            #expect(separate == inPlace)
        }
    }

    /// p = exp(scale · s − shift) and ds = scale · p · (dp − delta), at every length of the last vector.
    @Test func backwardRowOfAttention() {
        for tier in KernelTable.supported {
            for n in 1...35 {
                let (s, gradient) = (sample(n, -3...3), sample(n, seed: 2))
                let (p, ds) = (GuardedBuffer<Float>(s, offset: 1), GuardedBuffer<Float>(gradient, offset: 3))
                tier.attention_backward_row(n, 0.7, 1.5, 0.1, p.pointer, ds.pointer)
                #expect(p.isIntact && ds.isIntact)
                for i in 0..<n {
                    let weight = Glibc.exp(0.7 * Double(s[i]) - 1.5)
                    #expect(abs(Double(p.array[i]) - weight) < 1e-6 * weight)
                    #expect(abs(Double(ds.array[i]) - 0.7 * weight * (Double(gradient[i]) - 0.1)) < 1e-6)
                }
            }
        }
    }

    /// Packing pads with zeros, and a block writes only the rows and columns it is told to; rows read in place and
    /// packed rows give the same bits.
    @Test func blocksKeepWithinTheirEdges() {
        for tier in KernelTable.supported {
            let (tileRows, tileColumns) = (Int(tier.tile_rows), Int(tier.tile_columns))
            for rows in [1, tileRows - 1, tileRows, 2 * tileRows, 9 * tileRows + 1] {
                for columns in [1, tileColumns / 2, tileColumns - 1, tileColumns, 5 * tileColumns + 3] {
                    for depth in [1, 5, 16, 19] {
                        BlockCheck(tier, rows: rows, columns: columns, depth: depth).run()
                    }
                }
            }
        }
    }
}

/// One product of C functions: every way to pack, every way to read A.
private struct BlockCheck {
    let tier: hibari_kernel_table
    let rows, columns, depth: Int

    init(_ tier: hibari_kernel_table, rows: Int, columns: Int, depth: Int) {
        (self.tier, self.rows, self.columns, self.depth) = (tier, rows, columns, depth)
    }

    func run() {
        let (a, b) = (sample(rows * depth), sample(depth * columns, seed: 2))
        let packedA = packed(rows, Int(tier.tile_rows), tier.pack_rows, a, (depth, 1))
        let packedB = packed(columns, Int(tier.tile_columns), tier.pack_columns, b, (1, columns))
        #expect(packedA == packed(rows, Int(tier.tile_rows), tier.pack_rows, transposed(a, rows), (1, rows)))
        let bColumns = transposed(b, depth)
        #expect(
            packedB == packed(columns, Int(tier.tile_columns), tier.pack_columns, bColumns, (depth, 1)))
        for accumulates in [false, true] {
            let result = product(packedA, stride: 0, packedB, accumulates)
            expectProduct(result, a, b, from: 0, accumulates)
            if rows % Int(tier.tile_rows) == 0 {
                #expect(product(a, stride: depth, packedB, accumulates) == result)
                // The end of the depth of the same panels.
                expectProduct(
                    product(a, stride: depth, packedB, accumulates, from: depth / 2), a, b, from: depth / 2,
                    accumulates)
            }
        }
    }

    private func expectProduct(_ c: [Float], _ a: [Float], _ b: [Float], from k: Int, _ accumulates: Bool) {
        for i in 0..<rows {
            for j in 0..<columns {
                let expected = (k..<depth).reduce(accumulates ? 7.0 : 0.0) {
                    $0 + Double(a[i * depth + $1]) * Double(b[$1 * columns + j])
                }
                #expect(abs(Double(c[i * columns + j]) - expected) < 4e-6)
            }
        }
    }

    private func product(
        _ a: [Float], stride: Int, _ b: [Float], _ accumulates: Bool, from k: Int = 0
    ) -> [Float] {
        let c = GuardedBuffer<Float>([Float](repeating: 7, count: rows * columns), offset: 1)
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                tier.gemm_block(
                    rows, columns, depth - k, a.baseAddress! + k, stride,
                    b.baseAddress! + k * Int(tier.tile_columns), Int(tier.tile_columns) * depth, c.pointer,
                    columns, accumulates ? 1 : 0)
            }
        }
        #expect(c.isIntact, "\(String(cString: tier.name)) \(rows) × \(columns) × \(depth)")
        return c.array
    }

    private typealias Packing =
        @convention(c) (
            Int, Int, UnsafePointer<Float>?, Int, Int, UnsafeMutablePointer<Float>?
        ) -> Void

    private func packed(
        _ lines: Int, _ width: Int, _ pack: Packing, _ source: [Float], _ strides: (line: Int, depth: Int)
    ) -> [Float] {
        let count = (lines + width - 1) / width * width * depth
        let output = GuardedBuffer<Float>([Float](repeating: .nan, count: count), offset: 1)
        pack(lines, depth, source, strides.line, strides.depth, output.pointer)
        #expect(output.isIntact && output.array.allSatisfy { !$0.isNaN })
        return output.array
    }

    /// The transpose of a matrix with `count` stored rows.
    private func transposed(_ matrix: [Float], _ count: Int) -> [Float] {
        let width = matrix.count / count
        return (0..<width).flatMap { j in (0..<count).map { matrix[$0 * width + j] } }
    }
}
