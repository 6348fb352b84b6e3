/// A name that is equal to another only if its bytes are; Swift's strings are equal up to Unicode
/// equivalence.
struct ByteString: Hashable {
    let bytes: [UInt8]

    init(_ text: String) {
        bytes = Array(text.utf8)
    }
}
