import HibariSupport

/// How sequences are laid together into batches.
public enum InstructionPacking: Sendable, Equatable {
    /// As many sequences as fit into so many tokens.
    case tokens(Int)
    /// So many sequences, however long.
    case examples(Int)

    /// Packs that may still take a sequence. More fill the packs no better, and the order would matter less.
    private static let openPacks = 64

    /// The sequences of each batch, each sequence in one of them.
    ///
    /// By tokens, a sequence goes into the first pack with room for it (first fit), of the last 64 packs.
    ///
    /// - Parameters:
    ///   - order: in which the sequences come.
    ///   - lengths: of all sequences, in tokens; none longer than a batch.
    package func packs(order: [Int], lengths: [Int]) -> [[Int]] {
        switch self {
        case .examples(let count):
            return stride(from: 0, to: order.count, by: count).map {
                Array(order[$0..<min(order.count, $0 + count)])
            }
        case .tokens(let budget):
            var (packs, room): ([[Int]], [Int]) = ([], [])
            for index in order {
                let open = max(0, packs.count - Self.openPacks)..<packs.count
                if let pack = open.first(where: { room[$0] >= lengths[index] }) {
                    packs[pack].append(index)
                    room[pack] -= lengths[index]
                } else {
                    packs.append([index])
                    room.append(budget - lengths[index])
                }
            }
            return packs
        }
    }

    /// The most tokens of a batch, for sequences of at most `longest`.
    public func mostTokens(longest: Int) -> Int {
        switch self {
        case .tokens(let budget): budget
        case .examples(let count): count * longest
        }
    }
}
