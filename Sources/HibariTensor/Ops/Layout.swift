import HibariKernels

extension Tensor {
    /// The same elements under another shape; free.
    ///
    /// - Precondition: the shapes have the same number of elements.
    public func reshape(_ newShape: Shape) -> Tensor {
        require(
            newShape.count == count, .reshape,
            "\(shape) has \(count) elements, \(newShape) has \(newShape.count)")
        let x = self
        return record(.reshape, x, output: viewed(as: newShape)) { gradient in
            x.node?.accumulate(gradient.viewed(as: x.shape))
        }
    }

    /// The elements whose index along `axis` is in `range`. Free along the first axis, a copy along others.
    public func slice(axis: Int = 0, _ range: Range<Int>) -> Tensor {
        let (outer, n, inner) = shape.split(at: axis)
        require(
            range.lowerBound >= 0 && range.upperBound <= n, .slice,
            "\(range) is outside axis \(axis) of \(shape)")
        var newShape = shape
        newShape[axis] = range.count
        let output: Tensor
        if outer == 1 {
            output = Tensor(
                storage: storage, offset: offset + range.lowerBound * inner, shape: newShape, dtype: dtype)
        } else {
            output = Tensor(uninitialized: newShape, dtype)
            copyBlocks(
                outer, range.count * inner, from: detached, range.lowerBound * inner, stride: n * inner,
                to: output, 0,
                stride: range.count * inner)
        }
        let x = self
        return record(.slice, x, output: output, detail: "axis \(axis), \(range)") { gradient in
            let dx = Tensor(zeros: x.shape, x.dtype)
            copyBlocks(
                outer, range.count * inner, from: gradient, 0, stride: range.count * inner, to: dx,
                range.lowerBound * inner, stride: n * inner)
            x.node?.accumulate(dx)
        }
    }
}

/// Joins tensors along an axis.
///
/// - Precondition: all shapes are equal but for that axis.
public func concatenate(_ parts: [Tensor], axis: Int = 0) -> Tensor {
    require(!parts.isEmpty, .concatenate, "no tensors given")
    let first = parts[0]
    var shape = first.shape
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    for part in parts {
        var expected = part.shape
        expected[axis] = shape[axis]
        require(
            expected == shape && part.dtype == first.dtype, .concatenate,
            "\(part.dtype) \(part.shape) does not join \(first.dtype) \(first.shape) along axis \(axis)")
    }
    let (outer, total, inner) = shape.split(at: axis)
    let output = Tensor(uninitialized: shape, first.dtype)
    var starts: [Int] = []
    var start = 0
    for part in parts {
        let width = part.shape[axis] * inner
        copyBlocks(outer, width, from: part, 0, stride: width, to: output, start, stride: total * inner)
        starts.append(start)
        start += width
    }
    let offsets = starts
    return record(.concatenate, inputs: parts, output: output, detail: "axis \(axis)") { gradient in
        for (part, start) in zip(parts, offsets) {
            guard let node = part.node else { continue }
            let dx = Tensor(uninitialized: part.shape, part.dtype)
            let width = part.shape[axis] * inner
            copyBlocks(outer, width, from: gradient, start, stride: total * inner, to: dx, 0, stride: width)
            node.accumulate(dx)
        }
    }
}

/// Copies `blocks` runs of `width` elements between places given by a first element and a stride.
private func copyBlocks(
    _ blocks: Int, _ width: Int, from source: Tensor, _ sourceStart: Int, stride sourceStride: Int,
    to target: Tensor,
    _ targetStart: Int, stride targetStride: Int
) {
    let size = source.dtype.byteCount
    let from = source.storage.pointer + (source.offset + sourceStart) * size
    let to = target.storage.pointer + (target.offset + targetStart) * size
    for block in 0..<blocks {
        (to + block * targetStride * size).copyMemory(
            from: from + block * sourceStride * size, byteCount: width * size)
    }
}
