import Glibc
import Synchronization

/// Remembers SIGINT and SIGTERM, so that a long run can finish its step, save and stop.
public enum StopSignal {
    private static let received = Atomic<Int32>(0)

    /// From now on the first SIGINT or SIGTERM is only noted; a second one ends the process at once.
    public static func catchSignals() {
        // A parent that starts programs from a worker thread may hand on a mask that blocks them.
        var mask = sigset_t()
        sigemptyset(&mask)
        sigaddset(&mask, SIGINT)
        sigaddset(&mask, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &mask, nil)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                if StopSignal.received.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
            }
        }
    }

    /// The signal that arrived; nil if none.
    public static var pending: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }
}
