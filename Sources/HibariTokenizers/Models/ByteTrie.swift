/// Byte strings with a number each, searched by the beginning of a text.
///
/// Children are found by hashing, so building takes time in proportion to the bytes of the strings, and a step
/// of a search takes constant time.
struct ByteTrie: Sendable {
    /// By node: the number of the string that ends there, −1 if none does. Node 0 is the root.
    private var values: [Int32] = [-1]
    /// Open addressing: parent and byte of the edge, plus one; 0 for a free slot.
    private var edges: [UInt64]
    private var children: [Int32]
    private var shift: UInt64
    /// Odd, and chosen by each process, so that no vocabulary can be made to collide; results do not depend
    /// on it.
    private let multiplier = UInt64.random(in: .min ... .max) | 1

    init() {
        edges = [UInt64](repeating: 0, count: 256)
        children = [Int32](repeating: 0, count: 256)
        shift = 64 - 8
    }

    static let root: Int32 = 0

    /// The string that ends at `node`, −1 if none does.
    func value(_ node: Int32) -> Int32 { values[Int(node)] }

    /// The child of `node` by `byte`, −1 if there is none.
    @inline(__always)
    func child(_ node: Int32, _ byte: UInt8) -> Int32 {
        let edge = UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)
        let slot = slot(edge)
        return edges[slot] == 0 ? -1 : children[slot]
    }

    /// Adds a string; of two equal ones the last number counts.
    mutating func insert(_ string: some Sequence<UInt8>, value: Int32) {
        var node = Self.root
        for byte in string {
            let edge = UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)
            let slot = slot(edge)
            if edges[slot] != 0 {
                node = children[slot]
                continue
            }
            node = Int32(values.count)
            edges[slot] = edge + 1
            children[slot] = node
            values.append(-1)
            if values.count * 2 > edges.count { grow() }
        }
        values[Int(node)] = value
    }

    /// The longest string that begins `text`, and its length; an empty one does not count.
    func longestMatch(in text: ArraySlice<UInt8>) -> (value: Int32, length: Int)? {
        var found: (value: Int32, length: Int)?
        var node = Self.root
        for index in text.indices {
            node = child(node, text[index])
            if node < 0 { break }
            if value(node) >= 0 { found = (value(node), index - text.startIndex + 1) }
        }
        return found
    }

    @inline(__always)
    private func slot(_ edge: UInt64) -> Int {
        let mask = edges.count - 1
        var slot = Int((edge &* multiplier) >> shift)
        while edges[slot] != 0, edges[slot] != edge + 1 { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow() {
        let (oldEdges, oldChildren) = (edges, children)
        edges = [UInt64](repeating: 0, count: oldEdges.count * 4)
        children = [Int32](repeating: 0, count: oldEdges.count * 4)
        shift -= 2
        for (edge, child) in zip(oldEdges, oldChildren) where edge != 0 {
            let slot = slot(edge - 1)
            edges[slot] = edge
            children[slot] = child
        }
    }
}
