/// Two tokens that stand side by side.
public struct TokenPair: Sendable, Hashable, Comparable {
    public var left: Int32
    public var right: Int32

    public init(_ left: Int32, _ right: Int32) {
        self.left = left
        self.right = right
    }

    /// By the left token, then by the right one.
    public static func < (a: TokenPair, b: TokenPair) -> Bool { a.key < b.key }

    public func hash(into hasher: inout Hasher) { hasher.combine(key) }

    /// Both ids, which are not negative, in one number.
    var key: UInt64 { UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right)) }
}
