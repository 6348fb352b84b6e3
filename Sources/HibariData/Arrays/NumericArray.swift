import HibariSupport

/// The numbers of an array in a file, in row-major order, with the type they have there.
public struct NumericArray: Sendable {
    /// What the elements are.
    public enum ElementType: String, Sendable, CaseIterable {
        case bool, int8, uint8, int16, uint16, int32, uint32, int64, uint64, float16, float32, float64

        public var byteCount: Int {
            switch self {
            case .bool, .int8, .uint8: 1
            case .int16, .uint16, .float16: 2
            case .int32, .uint32, .float32: 4
            case .int64, .uint64, .float64: 8
            }
        }
    }

    /// The file, with the name in it if it holds several arrays; for errors.
    public let path: String
    /// Empty for a single number.
    public let shape: [Int]
    public let type: ElementType
    /// The elements, lowest byte first.
    public let bytes: [UInt8]

    public var count: Int { bytes.count / type.byteCount }

    /// - Precondition: `bytes` are those of `shape`.
    init(path: String, shape: [Int], type: ElementType, bytes: [UInt8]) {
        precondition(
            bytes.count == shape.reduce(type.byteCount, *),
            "NumericArray: \(bytes.count) bytes for shape \(shape) of \(type)")
        self.path = path
        self.shape = shape
        self.type = type
        self.bytes = bytes
    }

    /// The element at `index`; 64-bit integers are rounded beyond 2⁵³.
    func double(_ index: Int) -> Double {
        switch type {
        case .bool, .uint8: Double(bytes[index])
        case .int8: Double(load(index) as Int8)
        case .int16: Double(load(index) as Int16)
        case .uint16: Double(load(index) as UInt16)
        case .int32: Double(load(index) as Int32)
        case .uint32: Double(load(index) as UInt32)
        case .int64: Double(load(index) as Int64)
        case .uint64: Double(load(index) as UInt64)
        case .float16: Double(Float16(bitPattern: load(index)))
        case .float32: Double(Float(bitPattern: load(index)))
        case .float64: Double(bitPattern: load(index))
        }
    }

    /// The elements, those of 64-bit integers rounded beyond 2⁵³.
    public func doubles() -> [Double] { (0..<count).map { double($0) } }

    /// The elements, rounded to nearest.
    public func floats() -> [Float] { (0..<count).map { Float(double($0)) } }

    /// The elements as class numbers.
    ///
    /// - Throws: `DatasetError.row` for one that is not a whole number in 0..<`classCount`.
    public func labels(classCount: Int) throws(DatasetError) -> [Int32] {
        var labels: [Int32] = []
        labels.reserveCapacity(count)
        for index in 0..<count {
            let value = double(index)
            guard let label = Int32(exactly: value), (0..<classCount).contains(Int(label)) else {
                throw .row(
                    path: path, row: index + 1,
                    problem:
                        "the label is \(number(value)); labels are whole numbers from 0 to \(classCount - 1)"
                )
            }
            labels.append(label)
        }
        return labels
    }

    private func load<Value: FixedWidthInteger>(_ index: Int) -> Value {
        bytes.withUnsafeBytes {
            Value(
                littleEndian: $0.loadUnaligned(
                    fromByteOffset: index * MemoryLayout<Value>.size, as: Value.self))
        }
    }

    /// The size in bytes of an array of this shape, nil if it is beyond `DataFile.byteLimit`.
    static func byteCount(_ shape: [Int], _ type: ElementType) -> Int? {
        var total = type.byteCount
        // A zero anywhere makes the array empty, but the other sizes must not overflow on the way.
        for size in shape {
            let (product, overflow) = total.multipliedReportingOverflow(by: max(1, size))
            if overflow || product > DataFile.byteLimit { return nil }
            total = product
        }
        return shape.contains(0) ? 0 : total
    }

    /// Turns elements around whose highest byte comes first.
    static func swapped(_ bytes: [UInt8], _ type: ElementType) -> [UInt8] {
        let size = type.byteCount
        if size == 1 { return bytes }
        return [UInt8](unsafeUninitializedCapacity: bytes.count) { output, count in
            for start in stride(from: 0, to: bytes.count, by: size) {
                for i in 0..<size { output[start + i] = bytes[start + size - 1 - i] }
            }
            count = bytes.count
        }
    }
}

/// 3 for 3.0, otherwise as it is.
func number(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }
