import CKernels
import HibariKernels
import Testing

/// The copies that convolutions make, on every tier this CPU runs: each float of the result, and nothing but the
/// allowed vector behind it.
@Suite struct PaddingTests {
    struct Case {
        var planes = 2
        var (above, rows, below) = (1, 3, 1)
        var (left, count, width) = (1, 8, 10)
        var step = 1
        /// Floats between planes that are not written.
        var gap = 0
    }

    private var cases: [Case] {
        var cases: [Case] = []
        for count in [0, 1, 5, 7, 8, 9, 16, 17, 33] {
            for (left, right) in [(0, 0), (1, 1), (0, 2), (20, 0), (20, 35)] {
                for (above, rows, below) in [(1, 3, 1), (0, 2, 0), (2, 0, 3), (0, 1, 2)] {
                    for (step, gap) in [(1, 0), (1, 40), (2, 40), (3, 40)] {
                        var item = Case()
                        (item.above, item.rows, item.below) = (above, rows, below)
                        (item.left, item.count, item.width) = (left, count, left + count + right)
                        (item.step, item.gap) = (step, gap)
                        cases.append(item)
                    }
                }
            }
        }
        return cases
    }

    @Test func everyFloatIsCopiedOrZero() {
        for tier in KernelTable.supported {
            for item in cases {
                let (xRow, yRow) = (item.count * item.step + 3, item.width)
                let xPlane = item.rows * xRow + 5
                let height = item.above + item.rows + item.below
                let yPlane = height * yRow + item.gap
                let x = sample(item.planes * xPlane + 1, 1...2)
                let lanes = Int(tier.lanes)
                let source = GuardedBuffer<Float>(x, offset: 3)
                let target = GuardedBuffer<Float>(
                    [Float](repeating: 9, count: item.planes * yPlane + lanes), offset: 1)
                tier.copy_padded(
                    item.planes, item.above, item.rows, item.below, item.left, item.count, item.width,
                    source.pointer, xPlane, xRow, item.step, target.pointer, yPlane, yRow)
                var isRight = target.isIntact && source.isIntact
                let result = target.array
                for plane in 0..<item.planes {
                    for row in 0..<height {
                        for column in 0..<item.width {
                            let (r, c) = (row - item.above, column - item.left)
                            let isInside = (0..<item.rows).contains(r) && (0..<item.count).contains(c)
                            let expected = isInside ? x[plane * xPlane + r * xRow + c * item.step] : 0
                            isRight = isRight && result[plane * yPlane + row * yRow + column] == expected
                        }
                    }
                }
                #expect(isRight, "\(String(cString: tier.name)): \(item)")
            }
        }
    }

    @Test func lanesThatAreNoPlaceAreZero() {
        for tier in KernelTable.supported {
            let lanes = Int(tier.lanes)
            let all = (UInt32(1) << UInt32(lanes)) - 1
            // Whole, the first three, the last two, and with a gap.
            let masks = [all, 0b111, all & ~(all >> 2), all & ~0b110, 0b1001 & all]
            var (places, expected): ([hibari_places], [Float]) = ([], [])
            let x = sample(masks.count * lanes, 1...2)
            var next = 0
            for mask in masks {
                places.append(hibari_places(input: 0, output: Int32(next), lanes: mask))
                for lane in 0..<lanes {
                    expected.append(mask >> UInt32(lane) & 1 == 1 ? x[next] : 0)
                    next += mask >> UInt32(lane) & 1 == 1 ? 1 : 0
                }
            }
            let target = GuardedBuffer<Float>(
                [Float](repeating: 9, count: (masks.count + 1) * lanes), offset: 1)
            tier.gather_places(masks.count, places, x, target.pointer)
            let isSame = Array(target.array.prefix(expected.count)) == expected
            #expect(isSame && target.isIntact, "\(String(cString: tier.name))")
        }
    }
}
