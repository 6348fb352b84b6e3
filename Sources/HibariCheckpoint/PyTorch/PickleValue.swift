/// A value of a pickle, as far as checkpoints have them.
///
/// What can hold other values lies in the list of objects of a `Pickle` and is named by its place there: values may
/// share their parts and even contain themselves, and no depth of nesting costs stack.
enum PickleValue: Sendable, Equatable {
    case none
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case object(Int)
}

/// What the values of a pickle are made of.
enum PickleObject: Sendable {
    case list([PickleValue])
    case tuple([PickleValue])
    /// In the order of the file.
    case dictionary([(key: PickleValue, value: PickleValue)])
    case global(PickleGlobal)
    case storage(PyTorchStorage)
    case tensor(PyTorchTensor)
}

/// The names of Python that a pickle may use. They say what numbers lie where; nothing is ever called.
enum PickleGlobal: Sendable, Equatable {
    case orderedDictionary
    case rebuildTensor
    case rebuildParameter
    /// A type of storage, with the type of its elements.
    case storage(SafetensorsDType)

    init?(module: String, name: String) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
        case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
        case ("torch", _):
            guard let dtype = Self.storages[name] else { return nil }
            self = .storage(dtype)
        default: return nil
        }
    }

    private static let storages: [String: SafetensorsDType] = [
        "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16,
        "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16,
        "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
    ]
}

/// The numbers that one or more tensors share: a file `data/KEY` of the archive.
struct PyTorchStorage: Sendable, Equatable {
    let key: String
    let dtype: SafetensorsDType
    /// In elements.
    let count: Int
}

/// A view of a storage.
struct PyTorchTensor: Sendable, Equatable {
    let storage: PyTorchStorage
    /// In elements, as the strides are.
    let offset: Int
    let shape: [Int]
    let strides: [Int]

    /// The number of elements.
    let count: Int

    /// Nil unless all elements lie in the storage, and there are no more of them than the storage has.
    init?(storage: PyTorchStorage, offset: Int, shape: [Int], strides: [Int]) {
        guard offset >= 0, shape.count == strides.count, shape.allSatisfy({ $0 >= 0 }),
            strides.allSatisfy({ $0 >= 0 })
        else { return nil }
        var (count, last) = (1, offset)
        for (size, stride) in zip(shape, strides) {
            let (product, isTooMany) = count.multipliedReportingOverflow(by: size)
            let (distance, isTooFar) = max(size - 1, 0).multipliedReportingOverflow(by: stride)
            let (end, isOutside) = last.addingReportingOverflow(distance)
            if isTooMany || isTooFar || isOutside { return nil }
            (count, last) = (product, end)
        }
        guard count <= storage.count, count == 0 || last < storage.count else { return nil }
        self.storage = storage
        self.offset = offset
        self.shape = shape
        self.strides = strides
        self.count = count
    }

    /// Whether the elements lie one after the other, the last axis side by side.
    var isContiguous: Bool {
        var expected = 1
        for (size, stride) in zip(shape, strides).reversed() where size != 1 {
            if stride != expected { return false }
            expected *= size
        }
        return true
    }
}
