import Glibc
import Synchronization

/// Remembers SIGINT and SIGTERM, so that a long run can finish its step, save and stop.
public enum StopSignal {
    private static let received = Atomic<Int32>(0)

    /// From now on the first SIGINT or SIGTERM is only noted; a second one ends the process at once.
    public static func catchSignals() {
        unblock([SIGINT, SIGTERM])
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

/// A parent that starts programs from a worker thread may hand on a mask that blocks signals.
private func unblock(_ signals: [Int32]) {
    var mask = sigset_t()
    sigemptyset(&mask)
    for number in signals { sigaddset(&mask, number) }
    pthread_sigmask(SIG_UNBLOCK, &mask, nil)
}

/// Ctrl-C in a program that talks with its user: it ends the answer that is being written, and the program where no
/// answer is.
public enum InterruptSignal {
    private enum Phase {
        /// No answer is written.
        static let idle: Int32 = 0
        static let answering: Int32 = 1
        static let interrupted: Int32 = 2
    }

    private static let phase = Atomic<Int32>(Phase.idle)

    /// From now on SIGINT ends the process with 130, unless it comes as the first one inside `catching`.
    public static func catchSignals() {
        unblock([SIGINT])
        signal(SIGINT) { _ in
            let (noted, _) = InterruptSignal.phase.compareExchange(
                expected: Phase.answering, desired: Phase.interrupted, ordering: .relaxed)
            if noted { return }
            // The shell's next prompt should not stand behind what was typed.
            _ = write(STDERR_FILENO, "\n", 1)
            _exit(128 + SIGINT)
        }
    }

    /// Whether the answer is to end. Only inside `catching`.
    public static var isPending: Bool { phase.load(ordering: .relaxed) == Phase.interrupted }

    /// Writes an answer, which `isPending` says when to end.
    public static func catching<Result>(_ body: () throws -> Result) rethrows -> Result {
        phase.store(Phase.answering, ordering: .relaxed)
        defer { phase.store(Phase.idle, ordering: .relaxed) }
        return try body()
    }
}
