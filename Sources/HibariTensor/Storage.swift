import HibariSupport

/// One 64-byte-aligned buffer that one or more tensors look into.
public final class Storage: @unchecked Sendable {
    // Invariant behind @unchecked: the buffer is written only by the op that creates it, or through a tensor
    // whose owner is the only one to know it (a parameter, a gradient).

    package let pointer: UnsafeMutableRawPointer
    package let byteCount: Int
    /// Keeps mapped memory alive; nil for memory of the pool.
    private let owner: AnyObject?

    /// Memory of the caching allocator, with unspecified contents; goes back to it with the last reference.
    package init(byteCount: Int) {
        guard let buffer = BufferPool.shared.allocate(byteCount: byteCount) else {
            preconditionFailure("out of memory: a tensor of \(byteCount) bytes")
        }
        pointer = buffer
        self.byteCount = byteCount
        owner = nil
    }

    /// Memory that `owner` keeps alive, e.g. a file mapping. It is never written.
    package init(borrowing bytes: UnsafeRawBufferPointer, owner: AnyObject) {
        pointer = UnsafeMutableRawPointer(mutating: bytes.baseAddress!)
        byteCount = bytes.count
        self.owner = owner
    }

    /// Whether the memory is somebody else's, who may have mapped it for reading alone.
    package var isBorrowed: Bool { owner != nil }

    deinit {
        if owner == nil { BufferPool.shared.free(pointer, byteCount: byteCount) }
    }
}
