import Glibc

/// The machine's memory in bytes.
public func physicalMemoryBytes() -> Int {
    max(0, sysconf(Int32(_SC_PHYS_PAGES))) * max(0, sysconf(Int32(_SC_PAGESIZE)))
}
