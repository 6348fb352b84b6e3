import Glibc
import HibariSupport

/// Keeps a second process from continuing a run that is still going. The system drops the lock with the process,
/// however that ends.
package final class RunLock {
    private let descriptor: Int32

    /// - Throws: `RunError.inUse` if another process holds the lock.
    package init(_ run: RunDirectory) throws {
        let opened = open(run.checkpointsFolder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { throw FileError.cannotOpen(path: run.checkpointsFolder, code: errno) }
        // Other failures mean a file system without locks; the run goes on without one.
        if flock(opened, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            close(opened)
            throw RunError.inUse(path: run.path)
        }
        descriptor = opened
    }

    deinit {
        // A child process that is just being started may hold a copy of the descriptor for a moment.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
