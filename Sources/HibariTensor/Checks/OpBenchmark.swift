import HibariSupport

/// An op at the size of a real model, for timing.
package struct OpBenchmark {
    /// The op and its inputs.
    package let item: OpCase
    /// Floating-point operations; nil for ops that are bounded by memory.
    package let forwardFLOPs, backwardFLOPs: Double?

    init(
        _ op: OpName, _ variant: String, _ inputs: [OpInput],
        flops: (forward: Double, backward: Double)? = nil,
        _ apply: @escaping ([Tensor]) -> Tensor
    ) {
        item = OpCase(op, variant, inputs, apply)
        forwardFLOPs = flops?.forward
        backwardFLOPs = flops?.backward
    }

    /// What was measured: medians of one pass each.
    package struct Measurement: Sendable {
        package var forwardSeconds, backwardSeconds: Double
        /// The least of all passes, which other work on the machine disturbs least.
        package var leastForwardSeconds, leastBackwardSeconds: Double
        /// Bytes that the passes must read and write: inputs and output; inputs, the output's gradient and
        /// the gradients of the inputs.
        package var forwardBytes, backwardBytes: Double
    }

    /// Repeats both passes for about `seconds`, in float32, at least three times.
    package func run(seconds: Double = 0.2) -> Measurement {
        let values = item.parameters(.float32).map(\.value)
        let isLeaf = item.inputs.map(\.isDifferentiable)
        let output = item.apply(values)
        // Losses make their gradients on the way forward, for the one that a training step gives them.
        let gradient =
            output.count == 1 ? Tensor(repeating: 1, shape: output.shape) : item.cotangent(of: output)
        var (forward, backward): ([Double], [Double]) = ([], [])
        let started = monotonicSeconds()
        while forward.count < 3 || monotonicSeconds() - started < seconds {
            // Gradients arrive as at the output of another op, not as at a parameter, where they are copied.
            let inputs = zip(values, isLeaf).map { value, isLeaf in
                var input = value
                if isLeaf { input.node = Node() }
                return input
            }
            let start = monotonicSeconds()
            let (_, propagate) = valueWithPullback { item.apply(inputs) }
            let middle = monotonicSeconds()
            propagate(gradient)
            forward.append(middle - start)
            backward.append(monotonicSeconds() - middle)
        }
        let read = values.reduce(0) { $0 + $1.count }
        let written = zip(values, isLeaf).reduce(0) { $0 + ($1.1 ? $1.0.count : 0) }
        return Measurement(
            forwardSeconds: median(forward), backwardSeconds: median(backward),
            leastForwardSeconds: forward.min()!, leastBackwardSeconds: backward.min()!,
            forwardBytes: 4 * Double(read + gradient.count),
            backwardBytes: 4 * Double(read + gradient.count + written))
    }
}

extension OpBenchmark {
    private static let rows = 4096
    private static let width = 384
    private static let narrow = OpInput([rows, width])
    private static let positive = OpInput([rows, width], magnitude: 0.5...1.5, isPositive: true)
    private static let wide = OpInput([rows, 4 * width])
    private static let vector = OpInput([width], magnitude: 0.5...1.5)

    /// Every op, mostly on the 4,096 rows of 384 that a batch of 16 × 256 tokens gives a model of that width.
    package static var all: [OpBenchmark] {
        arithmetic + products + layout + elementwise + rowwise + transformers + images + classicLosses
            + recurrence
    }

    private static var arithmetic: [OpBenchmark] {
        let operations: [(OpName, (Tensor, Tensor) -> Tensor)] = [
            (.add, { $0 + $1 }), (.subtract, { $0 - $1 }), (.multiply, { $0 * $1 }), (.divide, { $0 / $1 }),
        ]
        return operations.map { op, apply in
            OpBenchmark(op, "4096×384", [narrow, positive]) { apply($0[0], $0[1]) }
        } + [
            OpBenchmark(.add, "positions", [OpInput([16, 256, width]), OpInput([256, width])]) {
                $0[0] + $0[1]
            },
            OpBenchmark(.scale, "4096×384", [narrow]) { 0.5 * $0[0] },
            OpBenchmark(.broadcast, "384 to 4096×384", [vector]) { $0[0].broadcast(to: [rows, width]) },
            OpBenchmark(.sum, "last axis of 4096×384", [narrow]) { $0[0].sum(axes: [-1]) },
            OpBenchmark(.mean, "all of 4096×384", [narrow]) { $0[0].mean() },
            OpBenchmark(.max, "last axis of 4096×384", [narrow]) { $0[0].max(axis: -1) },
        ]
    }

    private static var products: [OpBenchmark] {
        let maps: [(String, Int, Int, Int)] = [
            ("query, key and value", rows, 3 * width, width), ("attention's output", rows, width, width),
            ("MLP in", rows, 4 * width, width), ("MLP out", rows, width, 4 * width),
            ("head of 4096", 2048, 4096, 512), ("GPT-2's head", 256, 50257, 768),
        ]
        return maps.map { name, m, n, k in
            OpBenchmark(
                .linear, "\(name), \(m)×\(n)×\(k)", [OpInput([m, k]), OpInput([n, k])],
                flops: (2 * Double(m * n * k), 4 * Double(m * n * k))
            ) { linear($0[0], weights: [$0[1]]) }
        } + [
            OpBenchmark(
                .matmul, "1024×1024×1024", [OpInput([1024, 1024]), OpInput([1024, 1024])],
                flops: (0x1p31, 0x1p32)
            ) { matmul($0[0], $0[1]) },
            OpBenchmark(
                .lowRank, "rank 8 on 4096×384×384", [narrow, OpInput([8, width]), OpInput([width, 8])],
                flops: (32 * Double(rows * width), 64 * Double(rows * width))
            ) {
                addLowRank(
                    [LowRankTerm($0[1], $0[2], scale: 2)], of: $0[0], to: Tensor(zeros: [rows, width]))
            },
            // The two products of the forward pass, and in the backward pass they again and their four.
            OpBenchmark(
                .recompute, "an MLP, 4096×1536×384",
                [narrow, OpInput([4 * width, width]), OpInput([width, 4 * width])],
                flops: (4 * Double(rows * 4 * width * width), 12 * Double(rows * 4 * width * width))
            ) { inputs in
                recomputed(inputs[0]) { x in
                    linear(linear(x, weights: [inputs[1]], activation: .geluTanh), weights: [inputs[2]])
                }
            },
        ]
    }

    private static var layout: [OpBenchmark] {
        [
            OpBenchmark(.reshape, "4096×384", [narrow]) { $0[0].reshape([16, 256, width]) },
            OpBenchmark(.slice, "half of each row of 4096×384", [narrow]) {
                $0[0].slice(axis: 1, 0..<width / 2)
            },
            OpBenchmark(.concatenate, "rows of 2 × 4096×384", [narrow, narrow]) {
                concatenate([$0[0], $0[1]], axis: 1)
            },
        ]
    }

    private static var elementwise: [OpBenchmark] {
        let functions: [(OpName, (Tensor) -> Tensor)] = [
            (.exp, exp), (.tanh, tanh), (.sigmoid, sigmoid), (.relu, relu), (.geluTanh, geluTanh),
            (.geluErf, geluErf), (.silu, silu), (.swiGLU, swiGLU), (.softplus, softplus), (.abs, abs),
            (.leakyReLU, { leakyReLU($0) }), (.elu, { elu($0) }), (.clamp, hardTanh),
        ]
        return functions.map { op, apply in OpBenchmark(op, "4096×1536", [wide]) { apply($0[0]) } } + [
            OpBenchmark(.log, "4096×384", [positive]) { log($0[0]) },
            OpBenchmark(.dropout, "4096×384", [narrow]) {
                dropout($0[0], probability: 0.1, DropoutStream(seed: 1, step: 0, layer: 0))
            },
        ]
    }

    private static var rowwise: [OpBenchmark] {
        let logits = OpInput([2048, 4096], magnitude: 0...3)
        let targets = Tensor((0..<2048).map { Int32($0) }, shape: [2048])
        return [
            OpBenchmark(.softmax, "4096×384", [narrow]) { softmax($0[0]) },
            OpBenchmark(.logSoftmax, "4096×384", [narrow]) { logSoftmax($0[0]) },
            OpBenchmark(.layerNorm, "4096×384", [narrow, vector, vector]) {
                layerNorm($0[0], weight: $0[1], bias: $0[2], epsilon: 1e-5)
            },
            OpBenchmark(.rmsNorm, "4096×384", [narrow, vector]) {
                rmsNorm($0[0], weight: $0[1], epsilon: 1e-6)
            },
            OpBenchmark(.crossEntropy, "2048×4096", [logits]) { crossEntropy($0[0], targets) },
            // All three products of the pair are in the forward pass.
            OpBenchmark(
                .linearCrossEntropy, "2048×4096×512", [OpInput([2048, 512]), OpInput([4096, 512])],
                flops: (6 * 0x1p32, 0)
            ) { linearCrossEntropy($0[0], weight: $0[1], targets) },
            OpBenchmark(.meanSquaredError, "4096×384", [narrow, narrow]) { meanSquaredError($0[0], $0[1]) },
        ]
    }

    private static var transformers: [OpBenchmark] {
        let grouped = HeadLayout(heads: 6, keyValueHeads: 2, headDim: 64)
        let weight = OpInput([grouped.headDim], magnitude: 0.5...1.5)
        let packed = OpInput([16, 256, grouped.rowWidth])
        let table = RotaryTable(positions: 256, headDim: grouped.headDim, base: 10_000)
        let ids = Tensor((0..<rows).map { Int32($0 * 7919 % 4096) }, shape: [16, 256])
        let attentions: [(Int, Int, HeadLayout)] = [
            (16, 256, HeadLayout(heads: 6, keyValueHeads: 6, headDim: 64)), (16, 256, grouped),
            (1, 1024, HeadLayout(heads: 12, keyValueHeads: 12, headDim: 64)),
        ]
        return attentions.map { batch, time, layout in
            // One product over half of the T² pairs. Forward has query·key and weights·value; backward has
            // query·key again and the gradients of weights, queries, keys and values.
            let product = Double(batch * layout.heads * layout.headDim) * Double(time * time)
            return OpBenchmark(
                .attention, "\(batch)×\(time), \(layout.heads) heads, \(layout.keyValueHeads) of keys",
                [OpInput([batch, time, layout.rowWidth])], flops: (2 * product, 5 * product)
            ) { causalAttention($0[0], layout) }
        } + [
            OpBenchmark(.headNorm, "16×256, 6 heads, 2 of keys", [packed, weight, weight]) {
                headNorm($0[0], grouped, queryWeight: $0[1], keyWeight: $0[2], epsilon: 1e-6)
            },
            OpBenchmark(.rotary, "16×256, 6 heads, 2 of keys", [packed]) {
                rotary($0[0], grouped, table)
            },
            OpBenchmark(.embedding, "4096 of 4096×384", [OpInput([4096, width])]) {
                embedding(ids, $0[0])
            },
        ]
    }
}
