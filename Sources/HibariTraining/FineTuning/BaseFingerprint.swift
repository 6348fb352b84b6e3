import HibariModels
import HibariSupport

/// The SHA-256 of what a base model is made of: a single file, whatever it is called, or config.json and all
/// safetensors files of a folder, each after its name.
///
/// - Parameter path: as `LoadedModel` takes it.
/// - Throws: `FileError` if there is nothing.
func fingerprint(ofModel path: String) throws -> String {
    var hasher = SHA256()
    func add(_ path: String, named name: String) throws {
        hasher.update(Array(name.utf8) + [0])
        let file = try MappedFile(path: path)
        hasher.update(file.bytes)
        // What was read to be hashed need not stay in memory.
        file.releasePages(0..<file.bytes.count)
    }
    if directoryExists(path) {
        let names = try listDirectory(path).filter {
            $0.hasSuffix(".safetensors") || $0 == ModelFolder.configurationName
        }
        for name in names.sorted() { try add(joinPath(path, name), named: name) }
    } else {
        try add(path, named: "")
        let beside = joinPath(splitPath(path).directory, ModelFolder.configurationName)
        if path.hasSuffix(".safetensors"), fileExists(beside) {
            try add(beside, named: ModelFolder.configurationName)
        }
    }
    return hasher.digest().hex
}
