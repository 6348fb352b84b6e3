import HibariTestSupport
import HibariTraining
import Testing

@Suite struct RunLockTests {
    @Test func aRunIsContinuedByOneProcessAtATime() throws {
        let folder = TemporaryDirectory()
        let run = RunDirectory(path: folder.path + "/run")
        try run.create()
        do {
            let lock = try RunLock(run)
            withExtendedLifetime(lock) {
                _ = #expect(throws: RunError.self) { try RunLock(run) }
            }
        }
        // The first lock is gone.
        _ = try RunLock(run)
    }
}
