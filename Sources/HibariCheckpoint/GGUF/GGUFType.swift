import HibariKernels

/// How ggml stores the elements of a tensor, by its number in GGUF files and its name.
public struct GGUFType: Sendable, Hashable {
    public let number: UInt32
    public let name: String
    /// Elements of a block, which a row is made of, and its bytes.
    public let elements, bytes: Int

    /// All types in use, by number. Hibari reads those that have a `format`.
    /// Source: https://github.com/ggml-org/ggml/blob/master/include/ggml.h
    public static let all: [GGUFType] = [
        .init(0, "F32", 1, 4), .init(1, "F16", 1, 2), .init(2, "Q4_0", 32, 18), .init(3, "Q4_1", 32, 20),
        .init(6, "Q5_0", 32, 22), .init(7, "Q5_1", 32, 24), .init(8, "Q8_0", 32, 34),
        .init(9, "Q8_1", 32, 40), .init(10, "Q2_K", 256, 84), .init(11, "Q3_K", 256, 110),
        .init(12, "Q4_K", 256, 144), .init(13, "Q5_K", 256, 176), .init(14, "Q6_K", 256, 210),
        .init(15, "Q8_K", 256, 292), .init(16, "IQ2_XXS", 256, 66), .init(17, "IQ2_XS", 256, 74),
        .init(18, "IQ3_XXS", 256, 98), .init(19, "IQ1_S", 256, 50), .init(20, "IQ4_NL", 32, 18),
        .init(21, "IQ3_S", 256, 110), .init(22, "IQ2_S", 256, 82), .init(23, "IQ4_XS", 256, 136),
        .init(24, "I8", 1, 1), .init(25, "I16", 1, 2), .init(26, "I32", 1, 4), .init(27, "I64", 1, 8),
        .init(28, "F64", 1, 8), .init(29, "IQ1_M", 256, 56), .init(30, "BF16", 1, 2),
        .init(34, "TQ1_0", 256, 54), .init(35, "TQ2_0", 256, 66), .init(39, "MXFP4", 32, 17),
        .init(40, "NVFP4", 64, 36), .init(41, "Q1_0", 128, 18),
    ]

    /// Types that ggml no longer has; their sizes are of no use.
    private static let retired: [UInt32: String] = [
        4: "Q4_2", 5: "Q4_3", 31: "Q4_0_4_4", 32: "Q4_0_4_8", 33: "Q4_0_8_8", 36: "IQ4_NL_4_4",
        37: "IQ4_NL_4_8", 38: "IQ4_NL_8_8",
    ]

    private init(_ number: UInt32, _ name: String, _ elements: Int, _ bytes: Int) {
        self.number = number
        self.name = name
        self.elements = elements
        self.bytes = bytes
    }

    /// The type of this number; nil if there is none.
    public init?(number: UInt32) {
        guard let type = Self.all.first(where: { $0.number == number }) else { return nil }
        self = type
    }

    /// The type of this name, in upper or lower case; nil if there is none.
    public init?(named name: String) {
        guard let type = Self.all.first(where: { $0.name == name.uppercased() }) else { return nil }
        self = type
    }

    /// The type of a format, which has the same name.
    package init(_ format: BlockFormat) {
        guard let type = GGUFType(named: format.rawValue) else {
            preconditionFailure("GGUFType: no type for \(format.rawValue)")
        }
        self = type
    }

    /// What reads the blocks; nil if Hibari does not.
    package var format: BlockFormat? { BlockFormat(rawValue: name) }

    /// The number with the name it has or had: "IQ2_XXS (16)", "99".
    package static func label(ofNumber number: UInt32) -> String {
        guard let name = GGUFType(number: number)?.name ?? retired[number] else { return "\(number)" }
        return "\(name) (\(number))"
    }

    /// The bytes of a tensor; nil if a row is no whole number of blocks or the sizes exceed `Int`.
    func byteCount(of shape: [Int]) -> Int? {
        let width = shape.last ?? 1
        guard width % elements == 0, let rows = product(shape.dropLast()) else { return nil }
        return product([rows, width / elements, bytes])
    }
}

/// The product of sizes that are not negative; nil if it, or the product of the first few, exceeds `Int`.
func product(_ sizes: some Sequence<Int>) -> Int? {
    var total = 1
    for size in sizes {
        let (next, overflows) = total.multipliedReportingOverflow(by: size)
        if overflows { return nil }
        total = next
    }
    return total
}
