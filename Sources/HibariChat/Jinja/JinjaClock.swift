import Glibc

extension JinjaEvaluator {
    /// The local time as C's `strftime` writes it.
    func formattedTime(_ format: String) throws(JinjaProblem) -> String {
        if format.isEmpty { return "" }
        if format.utf8.count > 200 { throw .limit("the format of strftime_now has more than 200 bytes") }
        var seconds = time_t(now)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { throw .failed("strftime_now: \(now) is no time") }
        var buffer = [CChar](repeating: 0, count: 8192)
        let count = strftime(&buffer, buffer.count, format, &parts)
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
