import Glibc
import HibariSupport

/// The path of a real file in `$HIBARI_DATA` or `../shared/data`, nil if it is not there.
func realData(_ name: String) -> String? {
    let folder = getenv("HIBARI_DATA").map { String(cString: $0) } ?? "../shared/data"
    let path = joinPath(folder, name)
    return fileExists(path) ? path : nil
}
