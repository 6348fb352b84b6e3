import HibariSupport

/// Divides the examples 0..<N into parts at random, the same for the same seed.
public enum ExampleSplit {
    /// Parts in which every class has its share, as far as whole examples allow.
    ///
    /// - Parameters:
    ///   - labels: the class of each example.
    ///   - fractions: the shares of the parts after the first, each in 0..<1 with a sum below 1; the first part
    ///     gets the rest. `[0.1, 0.1]` gives training, validation and test.
    /// - Returns: the examples of each part, in ascending order; every example is in exactly one.
    public static func stratified(labels: [Int32], fractions: [Double], seed: UInt64) -> [[Int]] {
        let classes = Dictionary(grouping: labels.indices) { labels[$0] }.sorted { $0.key < $1.key }
        return divide(
            classes.flatMap { label, members in
                let stream = RandomStream(
                    seed: seed, purpose: .splitting, stream: UInt64(UInt32(bitPattern: label)) + 1)
                return shuffled(members, stream)
            }, fractions)
    }

    /// Parts regardless of classes, for targets that are numbers. Parameters as in `stratified`.
    public static func random(count: Int, fractions: [Double], seed: UInt64) -> [[Int]] {
        divide(shuffled(Array(0..<count), RandomStream(seed: seed, purpose: .splitting)), fractions)
    }

    private static func shuffled(_ members: [Int], _ random: RandomStream) -> [Int] {
        if members.isEmpty { return [] }
        let order = RandomPermutation(count: members.count, random: random)
        return members.indices.map { members[order[$0]] }
    }

    /// Deals the examples out one by one: each goes to the part that lags furthest behind its share. So any
    /// stretch of the list, a class for one, is divided by the shares, up to about one example.
    private static func divide(_ examples: [Int], _ fractions: [Double]) -> [[Int]] {
        let rest = 1 - fractions.reduce(0, +)
        precondition(
            fractions.allSatisfy { $0 >= 0 } && rest > 0,
            "ExampleSplit: fractions \(fractions) must be at least 0 and sum to less than 1")
        let shares = [rest] + fractions
        var parts = [[Int]](repeating: [], count: shares.count)
        var credit = [Double](repeating: 0, count: shares.count)
        for example in examples {
            var best = 0
            for part in shares.indices {
                credit[part] += shares[part]
                if credit[part] > credit[best] { best = part }
            }
            credit[best] -= 1
            parts[best].append(example)
        }
        return parts.map { $0.sorted() }
    }
}
