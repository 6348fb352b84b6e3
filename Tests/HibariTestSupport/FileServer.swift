import Glibc
import HibariSupport
import Synchronization

/// A web server on this machine that gives out files from memory, for tests of downloads.
package final class FileServer: Sendable {
    /// How it answers.
    package struct Behavior: Sendable {
        package var files: [String: [UInt8]] = [:]
        /// Answers requests for a part of a file with that part, as most servers do.
        package var sendsParts = true
        /// Closes the connection after so many bytes of a file.
        package var cutsAfter: Int?
        /// Does not say how long a file is.
        package var hidesLength = false

        package init() {}
    }

    /// The address of its root, without a slash at the end.
    package let url: String
    private let socket: Int32
    private let behavior: Mutex<Behavior>
    private let requests = Mutex<[String]>([])

    package init(_ behavior: Behavior) {
        self.behavior = Mutex(behavior)
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.socket = socket
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(socket, pointer, length) == 0 && listen(socket, 8) == 0
                    && getsockname(socket, pointer, &length) == 0
            }
        }
        precondition(result, "FileServer: errno \(errno)")
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        var thread = pthread_t()
        // The thread owns a reference until `stop` closes the socket.
        pthread_create(
            &thread, nil,
            { context in
                Unmanaged<FileServer>.fromOpaque(context!).takeRetainedValue().serve()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    /// Ends the server; to be called when a test is done.
    package func stop() { shutdown(socket, Int32(SHUT_RDWR)) }

    package func change(_ body: (inout Behavior) -> Void) { behavior.withLock { body(&$0) } }

    /// First line and range of each request so far.
    package var log: [String] { requests.withLock { $0 } }

    private func serve() {
        while true {
            let connection = accept(socket, nil, nil)
            if connection < 0 { break }
            answer(connection)
            close(connection)
        }
        close(socket)
    }

    private func answer(_ connection: Int32) {
        var request: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !request.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            let count = read(connection, &buffer, buffer.count)
            if count <= 0 { return }
            request += buffer.prefix(count)
        }
        let lines = String(decoding: request, as: UTF8.self).split(separator: "\r\n")
        let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
        let start = range.flatMap { Int($0.dropFirst(13).prefix { $0 != "-" }) }
        let path = lines.first?.split(separator: " ").dropFirst().first ?? ""
        requests.withLock { $0.append("\(path)\(start.map { " from \($0)" } ?? "")") }
        let behavior = behavior.withLock { $0 }
        guard let file = behavior.files[String(path.dropFirst())] else {
            return send(connection, Array("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".utf8))
        }
        var head = "HTTP/1.1 200 OK\r\n"
        var body = file[...]
        if let start, behavior.sendsParts {
            head =
                "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes \(start)-\(file.count - 1)/\(file.count)\r\n"
            body = file.dropFirst(start)
        }
        if !behavior.hidesLength { head += "Content-Length: \(body.count)\r\n" }
        send(
            connection,
            Array((head + "Connection: close\r\n\r\n").utf8) + body.prefix(behavior.cutsAfter ?? .max))
    }

    private func send(_ connection: Int32, _ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }
}
