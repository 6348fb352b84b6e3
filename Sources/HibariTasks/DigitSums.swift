import HibariData
import HibariSupport
import HibariTensor
import HibariTraining

/// Sums of two numbers of `digits` digits as sequences of digits: a, b, and a + b from its last digit to its first, with
/// leading zeros. 85 + 50 is "8550" and then "531".
///
/// The sum is reversed because carries go from the last digit to the first. Source: Karpathy 2020,
/// github.com/karpathy/minGPT, projects/adder.
package struct DigitSums: ExampleSource {
    package let digits: Int
    /// Of pairs (a, b): a·10^digits + b.
    package let pairs: [Int]

    package init(digits: Int, pairs: [Int]) {
        (self.digits, self.pairs) = (digits, pairs)
    }

    /// Pairs to train on, to choose the best weights on and to test on, of which no two are the same. The last two have
    /// 500 each, or a twentieth of all pairs if that is less.
    ///
    /// - Parameter limit: of the pairs to train on.
    package static func split(digits: Int, limit: Int, seed: UInt64)
        -> (train: DigitSums, validation: DigitSums, test: DigitSums)
    {
        let all = power(10, 2 * digits)
        let order = RandomPermutation(count: all, random: RandomStream(seed: seed, purpose: .splitting))
        let held = min(500, all / 20)
        func part(_ range: Range<Int>) -> DigitSums {
            DigitSums(digits: digits, pairs: range.map { order[$0] })
        }
        return (
            part(2 * held..<min(all, 2 * held + limit)), part(held..<2 * held), part(0..<held)
        )
    }

    package var count: Int { pairs.count }
    /// Digits that go into the network: those of a, of b, and of the sum but for the last one written.
    package var length: Int { 3 * digits }

    package func numbers(_ index: Int) -> (a: Int, b: Int) {
        let (a, b) = pairs[index].quotientAndRemainder(dividingBy: power(10, digits))
        return (a, b)
    }

    /// Input `[n, 3·digits]`. Target: `ignoredTarget` while the numbers are read, then the digits of the sum.
    package func batch(indices: [Int], random: RandomStream?) -> (input: Tensor, target: Tensor) {
        var (inputs, targets): ([Int32], [Int32]) = ([], [])
        for index in indices {
            let sequence = self.sequence(index)
            inputs += sequence.dropLast()
            targets +=
                [Int32](repeating: ignoredTarget, count: 2 * digits - 1) + sequence.dropFirst(2 * digits)
        }
        let shape: Shape = [indices.count, length]
        return (Tensor(inputs, shape: shape), Tensor(targets, shape: shape))
    }

    /// All 3·digits + 1 digits of an example.
    package func sequence(_ index: Int) -> [Int32] {
        let (a, b) = numbers(index)
        func written(_ number: Int, _ count: Int) -> [Int32] {
            (0..<count).map { Int32(number / power(10, $0) % 10) }
        }
        return written(a, digits).reversed() + written(b, digits).reversed() + written(a + b, digits + 1)
    }

    package var identity: String? { "\(digits) digits \(sha256)" }

    /// A hash of the pairs.
    package var sha256: String {
        var hasher = SHA256()
        for pair in pairs { withUnsafeBytes(of: pair.littleEndian) { hasher.update($0) } }
        return hasher.digest().hex
    }
}

/// base^exponent, for exponents from 0 up.
func power(_ base: Int, _ exponent: Int) -> Int { (0..<exponent).reduce(1) { product, _ in product * base } }
