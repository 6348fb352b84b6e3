import HibariKernels

/// y[i] = weight[ids[i]].
///
/// - Parameters:
///   - ids: `[...]`, int32, each in 0..<V.
///   - weight: `[V, C]`; one of blocks gives float32, and gets no gradient.
/// - Returns: `[..., C]`.
public func embedding(_ ids: Tensor, _ weight: Tensor) -> Tensor {
    require(
        ids.dtype == .int32 && weight.shape.rank == 2, .embedding, "ids \(ids.dtype), weight \(weight.shape)")
    let (vocabulary, width) = (weight.shape[0], weight.shape[1])
    let isBlocks = weight.dtype == .blocks
    let y = Tensor(uninitialized: Shape(ids.shape.array + [width]), isBlocks ? .float32 : weight.dtype)
    let rows = ids.array(of: Int32.self)
    for id in rows {
        require(id >= 0 && id < vocabulary, .embedding, "id \(id) with a vocabulary of \(vocabulary)")
    }
    if isBlocks {
        let matrix = weight.blocks
        for (index, id) in rows.enumerated() {
            let row = matrix[Int(id)..<Int(id) + 1]
            Float.dequantize(row.format, width, row.start, y.output(Float.self) + index * width)
        }
        return y
    }
    func forward<T: KernelScalar>(_: T.Type) {
        let (table, output): (UnsafePointer<T>, UnsafeMutablePointer<T>) = (weight.input(), y.output())
        for (index, id) in rows.enumerated() {
            (output + index * width).update(from: table + Int(id) * width, count: width)
        }
    }
    forward(weight.dtype.scalar)
    return record(.embedding, weight, ids, output: y) { gradient in
        weight.node?.withBuffer(weight.shape, weight.dtype) { buffer, accumulates in
            func backward<T: KernelScalar>(_: T.Type) {
                let (dy, dw): (UnsafePointer<T>, UnsafeMutablePointer<T>) = (
                    gradient.input(), buffer.output()
                )
                if !accumulates { dw.update(repeating: 0, count: weight.count) }
                for (index, id) in rows.enumerated() {
                    T.addScaled(width, 1, dy + index * width, dw + Int(id) * width)
                }
            }
            backward(weight.dtype.scalar)
        }
    }
}
