import Glibc

/// A file mapped into memory for reading: opened at once however large, its pages read when they are touched.
///
/// A file must not be shortened while it is mapped; files written by `writeFileAtomically` never are, because
/// a new version is a new file.
// Sendable: all stored properties are constant and the mapping is read-only for the life of the object.
public final class MappedFile: @unchecked Sendable {
    public let path: String

    /// The contents. The memory belongs to this object and is unmapped with it: whoever keeps the pointer
    /// keeps the object.
    public let bytes: UnsafeRawBufferPointer

    public init(path: String) throws(FileError) {
        let descriptor = retryingInterrupts { open(path, O_RDONLY | O_CLOEXEC) }
        if descriptor < 0 { throw .cannotOpen(path: path, code: errno) }
        defer { close(descriptor) }
        var status = stat()
        if fstat(descriptor, &status) != 0 { throw .readFailed(path: path, code: errno) }
        if status.st_mode & S_IFMT == S_IFDIR { throw .isDirectory(path: path) }

        self.path = path
        let count = Int(status.st_size)
        if count == 0 {
            // mmap refuses an empty range.
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let address, address != MAP_FAILED else { throw .readFailed(path: path, code: errno) }
        bytes = UnsafeRawBufferPointer(start: address, count: count)
    }

    /// Whether the file begins with these bytes. Unlike `bytes` safe on a file that nothing keeps.
    public func starts(with prefix: [UInt8]) -> Bool {
        withExtendedLifetime(self) { bytes.starts(with: prefix) }
    }

    /// Lets the system take back the memory of pages within `range`; they are read again when touched.
    public func releasePages(_ range: Range<Int>) {
        let page = max(1, sysconf(Int32(_SC_PAGESIZE)))
        let start = (range.lowerBound + page - 1) / page * page
        let end = range.upperBound == bytes.count ? bytes.count : range.upperBound / page * page
        guard let address = bytes.baseAddress, start < end else { return }
        // Advice only: where it cannot be followed, nothing changes.
        madvise(UnsafeMutableRawPointer(mutating: address + start), end - start, MADV_DONTNEED)
    }

    deinit {
        if let address = bytes.baseAddress {
            munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
        }
    }
}
