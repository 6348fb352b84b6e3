/// Byte strings with a number each, searched by the beginning of a text.
///
/// A double array: the child of a node by a byte, if there is one, lies in the slot that is the base of the node
/// plus the byte, and names its parent. A step of a search reads one slot, and those of frequent strings stay in
/// the cache, as there are hardly more slots than nodes.
/// Source: Aoe 1989, "An efficient digital search algorithm by using a double-array structure".
package struct ByteTrie: Sendable {
    private struct Slot {
        /// The slot of the parent; −1 for a free slot.
        var parent: Int32 = -1
        var base: Int32 = 0
        /// The number of the string that ends here, −1 if none does.
        var value: Int32 = -1
    }

    /// The root is the first. There are 256 free ones at the end, so that every base plus every byte is a slot.
    private var slots = [Slot(parent: .max)] + [Slot](repeating: Slot(), count: 256)

    static let root: Int32 = 0

    /// - Parameter strings: of two equal ones the last number counts; empty ones are never found.
    package init(_ strings: some Sequence<(bytes: ArraySlice<UInt8>, value: Int32)>) {
        let sorted = Self.sorted(Array(strings))
        // The nodes with the strings that go through them, those near the root first.
        var nodes: [(slot: Int, depth: Int, strings: Range<Int>)] = [(0, 0, sorted.indices)]
        var free = FreeSlots(1..<slots.count)
        var number = 0
        while number < nodes.count {
            let (slot, depth, strings) = nodes[number]
            number += 1
            var children: [(byte: Int, strings: Range<Int>)] = []
            for index in strings where sorted[index].bytes.count > depth {
                let bytes = sorted[index].bytes
                let byte = Int(bytes[bytes.startIndex + depth])
                let start = children.last?.byte == byte ? children.removeLast().strings.lowerBound : index
                children.append((byte, start..<index + 1))
            }
            if children.isEmpty { continue }
            let base = free.base(for: children.map(\.byte))
            slots[slot].base = Int32(base)
            slots += repeatElement(Slot(), count: max(0, base + 512 - slots.count))
            free.extend(to: slots.count)
            for child in children {
                let index = base + child.byte
                free.take(index)
                let ending = child.strings.prefix { sorted[$0].bytes.count == depth + 1 }
                slots[index].parent = Int32(slot)
                slots[index].value = ending.last.map { sorted[$0].value } ?? -1
                nodes.append((index, depth + 1, child.strings))
            }
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

    /// The child of `node` by `byte`, −1 if there is none, and the string that ends there, −1 if none does.
    @inline(__always)
    func step(_ node: Int32, _ byte: UInt8) -> (node: Int32, value: Int32) {
        let index = Int(slots[Int(node)].base) + Int(byte)
        let slot = slots[index]
        return slot.parent == node ? (Int32(truncatingIfNeeded: index), slot.value) : (-1, -1)
    }

    /// The longest string that begins `text`, and its length; an empty one does not count.
    package func longestMatch(in text: ArraySlice<UInt8>) -> (value: Int32, length: Int)? {
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

/// The slots of a double array that no node has, in a list in ascending order.
private struct FreeSlots {
    /// By slot; 0 ends the list on both sides, as the root is never free.
    private var next: [Int32] = [0]
    private var previous: [Int32] = [0]
    private var isFree = [false]
    /// Behind the last slot that is taken.
    private var end = 1

    /// - Parameter slots: from 1 on.
    init(_ slots: Range<Int>) { extend(to: slots.upperBound) }

    /// Adds free slots at the end.
    mutating func extend(to count: Int) {
        while isFree.count < count {
            let slot = Int32(isFree.count)
            let last = previous[0]
            next.append(0)
            previous.append(last)
            isFree.append(true)
            next[Int(last)] = slot
            previous[0] = slot
        }
    }

    mutating func take(_ slot: Int) {
        next[Int(previous[slot])] = next[slot]
        previous[Int(next[slot])] = previous[slot]
        isFree[slot] = false
        end = max(end, slot + 1)
    }

    /// A base with which the slots of all these bytes, in ascending order, are free or behind the end.
    func base(for bytes: [Int]) -> Int {
        var slot = Int(next[0])
        // A place for many that is not found soon is at the end.
        var attempts = 64
        while slot != 0, attempts > 0 {
            let base = slot - bytes[0]
            if base >= 0 {
                attempts -= 1
                if bytes.allSatisfy({ base + $0 >= isFree.count || isFree[base + $0] }) { return base }
            }
            slot = Int(next[slot])
        }
        return max(0, end - bytes[0])
    }
}
