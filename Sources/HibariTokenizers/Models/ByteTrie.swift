/// Byte strings with a number each, searched by the beginning of a text.
///
/// A double array: the child of a node by a byte, if there is one, lies in the slot that is the base of the node
/// plus the byte, and names its parent. A step of a search reads one slot, and those of frequent strings stay in
/// the cache, as there are hardly more slots than nodes.
/// Source: Aoe 1989, "An efficient digital search algorithm by using a double-array structure".
struct ByteTrie: Sendable {
    private struct Slot {
        /// The slot of the parent; −1 for a free slot.
        var parent: Int32 = -1
        var base: Int32 = 0
        /// The number of the string that ends here, −1 if none does.
        var value: Int32 = -1
    }

    /// The root is the first. There are 256 free ones at the end, so that every base plus every byte is a slot.
    private var slots = [Slot](repeating: Slot(), count: 257)

    static let root: Int32 = 0

    /// - Parameter strings: of two equal ones the last number counts; empty ones are never found.
    init(_ strings: some Sequence<(bytes: ArraySlice<UInt8>, value: Int32)>) {
        slots[0].parent = .max
        let sorted = Self.sorted(Array(strings))
        // The nodes with the strings that go through them, those near the root first.
        var nodes: [(slot: Int, strings: Range<Int>)] = [(0, sorted.indices)]
        var nextNode = 0
        var depth = 0
        var firstFree = 1
        while nextNode < nodes.count {
            let level = nextNode..<nodes.count
            for (slot, strings) in nodes[level] {
                var children: [(byte: UInt8, strings: Range<Int>)] = []
                for index in strings where sorted[index].bytes.count > depth {
                    let bytes = sorted[index].bytes
                    let byte = bytes[bytes.startIndex + depth]
                    let start = children.last?.byte == byte ? children.removeLast().strings.lowerBound : index
                    children.append((byte, start..<index + 1))
                }
                if children.isEmpty { continue }
                let base = placeBase(for: children.map { Int($0.byte) }, firstFree: &firstFree)
                slots[slot].base = Int32(base)
                for child in children {
                    let index = base + Int(child.byte)
                    let ending = child.strings.prefix { sorted[$0].bytes.count == depth + 1 }
                    slots[index].parent = Int32(slot)
                    slots[index].value = ending.last.map { sorted[$0].value } ?? -1
                    nodes.append((index, child.strings))
                }
            }
            nextNode = level.upperBound
            depth += 1
        }
    }

    /// By their bytes, equal ones in the given order.
    private static func sorted(
        _ strings: [(bytes: ArraySlice<UInt8>, value: Int32)]
    ) -> [(bytes: ArraySlice<UInt8>, value: Int32)] {
        // The first eight bytes decide about most.
        let keys = strings.enumerated().map { index, string in
            var key: UInt64 = 0
            for (place, byte) in string.bytes.prefix(8).enumerated() {
                key |= UInt64(byte) << UInt64(56 - 8 * place)
            }
            return (key: key, index: index)
        }
        return keys.sorted { a, b in
            if a.key != b.key { return a.key < b.key }
            let (left, right) = (strings[a.index].bytes, strings[b.index].bytes)
            if left.elementsEqual(right) { return a.index < b.index }
            return left.lexicographicallyPrecedes(right)
        }.map { strings[$0.index] }
    }

    /// A base with which the slots of all these bytes are free.
    private mutating func placeBase(for bytes: [Int], firstFree: inout Int) -> Int {
        while slots[firstFree].parent >= 0 { firstFree += 1 }
        // A place is seldom found late; then the end is one.
        let last = slots.count - 256
        var candidate = max(firstFree, bytes[0])
        for _ in 0..<64 where candidate < last {
            let base = candidate - bytes[0]
            if bytes.allSatisfy({ slots[base + $0].parent < 0 }) { return reserve(base, bytes) }
            repeat { candidate += 1 } while candidate < last && slots[candidate].parent >= 0
        }
        return reserve(max(candidate >= last ? candidate : last, bytes[0]) - bytes[0], bytes)
    }

    private mutating func reserve(_ base: Int, _ bytes: [Int]) -> Int {
        let end = base + bytes[bytes.count - 1] + 1 + 256
        if end > slots.count { slots += repeatElement(Slot(), count: end - slots.count) }
        return base
    }

    /// The child of `node` by `byte`, −1 if there is none, and the string that ends there, −1 if none does.
    @inline(__always)
    func step(_ node: Int32, _ byte: UInt8) -> (node: Int32, value: Int32) {
        let index = Int(slots[Int(node)].base) + Int(byte)
        let slot = slots[index]
        return slot.parent == node ? (Int32(truncatingIfNeeded: index), slot.value) : (-1, -1)
    }

    /// The longest string that begins `text`, and its length; an empty one does not count.
    func longestMatch(in text: ArraySlice<UInt8>) -> (value: Int32, length: Int)? {
        var found: (value: Int32, length: Int)?
        var node = Self.root
        for index in text.indices {
            let next = step(node, text[index])
            if next.node < 0 { break }
            node = next.node
            if next.value >= 0 { found = (next.value, index - text.startIndex + 1) }
        }
        return found
    }
}
