import Glibc
import HibariSupport

/// Runs a program found on the PATH to its end, without input and with its output thrown away.
///
/// - Parameter watch: called about ten times a second; its argument ends the program.
/// - Returns: the exit code (128 and the signal's number if a signal ended it), and the last line of standard
///   error without the program's own name.
/// - Throws: `DatasetError.noDownloader` if there is no such program.
func runProgram(
    _ name: String, _ arguments: [String], watch: (_ stop: () -> Void) -> Void
) throws -> (code: Int32, message: String) {
    var pipes: [Int32] = [0, 0]
    if pipe(&pipes) != 0 { throw FileError.cannotOpen(path: "a pipe to \(name)", code: errno) }
    for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(pipes[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, pipes[1], STDERR_FILENO)

    // The copies live until the program is started, which has its own by then.
    let pointers = ([name] + arguments).map { strdup($0) }
    defer { pointers.forEach { free($0) } }
    var process = pid_t()
    let failure = posix_spawnp(&process, name, &actions, nil, pointers + [nil], environ)
    close(pipes[1])
    if failure != 0 { throw DatasetError.noDownloader }

    var status: Int32 = 0
    while true {
        let result = waitpid(process, &status, WNOHANG)
        if result == process || result < 0 && errno != EINTR { break }
        watch { kill(process, SIGTERM) }
        usleep(100_000)
    }
    // A message of curl is far shorter than what a pipe holds.
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(pipes[0], &buffer, buffer.count)
    let lines = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(
        whereSeparator: \.isNewline)
    var message = lines.last.map(String.init) ?? ""
    if message.hasPrefix("\(name): ") { message.removeFirst(name.count + 2) }
    let signal = status & 0x7F
    return (signal == 0 ? status >> 8 & 0xFF : 128 + signal, message)
}
