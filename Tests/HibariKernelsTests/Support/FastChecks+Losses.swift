import HibariKernels

extension FastChecks {
    static func losses() {
        for (rows, classes) in [(1, 2), (3, 7), (5, 16), (4, 1000), (300, 67)] {
            for smoothing in [0, 0.1] { crossEntropy(rows, classes, smoothing) }
        }
        for n in sizes {
            adamW(n)
            for usesNesterov in [false, true] { sgd(n, usesNesterov) }
        }
        // Vectors, edges of tiles, more than one block of depth, several tasks of rows.
        for (n, m) in [(1, 1), (1, 9), (2, 2), (7, 33), (16, 40), (33, 600), (90, 131), (130, 270)] {
            orthogonalize(n, m)
            orthogonalize(m, n)
        }
    }

    private static func crossEntropy(_ rows: Int, _ classes: Int, _ smoothing: Double) {
        let problem = CrossEntropyProblem(
            rows: rows, classes: classes, labelSmoothing: smoothing, ignoredTarget: -1)
        // Every third row is ignored; the others walk through the classes.
        let targets = (0..<rows).map { Int32($0 % 3 == 1 ? -1 : ($0 * 5 + classes - 1) % classes) }
        let (x, losses) = (sample(rows * classes, -8...8), sample(rows))
        let name = "crossEntropy \(rows)×\(classes), smoothing \(smoothing)"
        targets.withUnsafeBufferPointer { targets in
            guard let target = targets.baseAddress else { return }
            compare(name, [x], [losses, losses]) {
                Float.crossEntropy(problem, $0[0], target, $1[0], $1[1])
            } reference: {
                Double.crossEntropy(problem, $0[0], target, $1[0], $1[1])
            }
            compare(name + " backward", [x, sample(rows, 10...12)], [sample(rows * classes)]) {
                Float.crossEntropyBackward(problem, $0[0], target, $0[1], scale: 0.3, $1[0])
            } reference: {
                Double.crossEntropyBackward(problem, $0[0], target, $0[1], scale: 0.3, $1[0])
            }
        }
    }

    private static func adamW(_ n: Int) {
        let step = AdamWStep(
            learningRate: 0.01, beta1: 0.9, beta2: 0.95, epsilon: 1e-4, weightDecay: 0.1, correction1: 0.271,
            correction2: 0.142, gradientScale: 0.7)
        let moments = [sample(n, seed: 3), sample(n, 0...1, seed: 4)]
        compare("adamW \(n)", [sample(n)], [sample(n, seed: 2)] + moments) {
            Float.adamW(n, step, $1[0], $0[0], $1[1], $1[2])
        } reference: {
            Double.adamW(n, step, $1[0], $0[0], $1[1], $1[2])
        }
    }

    /// The fast version squares the matrix first: what is lost of small singular values shows in the fifth
    /// digit.
    private static func orthogonalize(_ rows: Int, _ columns: Int) {
        let x = sample(rows * columns)
        compare("orthogonalize \(rows)×\(columns)", [x], [x], limit: 1e-4) {
            Float.orthogonalize(rows: rows, columns: columns, $0[0], $1[0])
        } reference: {
            Double.orthogonalize(rows: rows, columns: columns, $0[0], $1[0])
        }
    }

    private static func sgd(_ n: Int, _ usesNesterov: Bool) {
        let step = SGDStep(
            learningRate: 0.1, momentum: 0.9, weightDecay: 0.2, gradientScale: 0.7, usesNesterov: usesNesterov
        )
        compare("sgd \(n), nesterov \(usesNesterov)", [sample(n)], [sample(n, seed: 2), sample(n, seed: 3)]) {
            Float.sgd(n, step, $1[0], $0[0], $1[1])
        } reference: {
            Double.sgd(n, step, $1[0], $0[0], $1[1])
        }
    }
}
