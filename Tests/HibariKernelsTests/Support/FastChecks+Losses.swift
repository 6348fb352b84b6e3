import HibariKernels

extension FastChecks {
    static func losses() {
        for (rows, classes) in [(1, 2), (3, 7), (5, 16), (4, 1000), (300, 67)] {
            for smoothing in [0, 0.1] {
                for isWeighted in [false, true] { crossEntropy(rows, classes, smoothing, isWeighted) }
            }
        }
        for n in sizes {
            for rule in UpdateRule.allCases { update(rule, n) }
        }
        // Vectors, edges of tiles, more than one block of depth, several tasks of rows.
        for (n, m) in [(1, 1), (1, 9), (2, 2), (7, 33), (16, 40), (33, 600), (90, 131), (130, 270)] {
            orthogonalize(n, m)
            orthogonalize(m, n)
        }
    }

    private static func crossEntropy(
        _ rows: Int, _ classes: Int, _ smoothing: Double, _ isWeighted: Bool
    ) {
        let problem = CrossEntropyProblem(
            rows: rows, classes: classes, labelSmoothing: smoothing, ignoredTarget: -1)
        // Every third row is ignored; the others walk through the classes.
        let targets = (0..<rows).map { Int32($0 % 3 == 1 ? -1 : ($0 * 5 + classes - 1) % classes) }
        let (x, losses) = (sample(rows * classes, -8...8), sample(rows))
        let name = "crossEntropy \(rows)×\(classes), smoothing \(smoothing), weights \(isWeighted)"
        let weights = sample(classes, 0.2...3, seed: 3)
        targets.withUnsafeBufferPointer { targets in
            guard let target = targets.baseAddress else { return }
            compare(name, [x, weights], [losses, losses]) {
                Float.crossEntropy(
                    problem, $0[0], target, classWeights: isWeighted ? $0[1] : nil, $1[0], $1[1])
            } reference: {
                Double.crossEntropy(
                    problem, $0[0], target, classWeights: isWeighted ? $0[1] : nil, $1[0], $1[1])
            }
            compare(name + " backward", [x, weights, sample(rows, 10...12)], [sample(rows * classes)]) {
                Float.crossEntropyBackward(
                    problem, $0[0], target, classWeights: isWeighted ? $0[1] : nil, $0[2], scale: 0.3, $1[0])
            } reference: {
                Double.crossEntropyBackward(
                    problem, $0[0], target, classWeights: isWeighted ? $0[1] : nil, $0[2], scale: 0.3, $1[0])
            }
        }
    }

    /// Every number counts, so that a rule that ignores one it should use is found; with state and without.
    private static func update(_ rule: UpdateRule, _ n: Int) {
        var step = UpdateStep()
        (step.learningRate, step.gradientScale, step.decay, step.penalty) = (0.05, 0.7, 0.3, 0.2)
        (step.beta1, step.beta2, step.epsilon) = (0.9, 0.8, 1e-2)
        (step.correction1, step.correction2) = (0.271, 0.142)
        (step.gradientShare, step.averageShare) = (0.8, 0.6)
        // Away from zero: Lion takes the sign of what may round to either side of it.
        let (p, g) = (sample(n), sample(n, 0.5...1, seed: 2))
        let state = [sample(n, 0.1...1, seed: 3), sample(n, 0.1...1, seed: 4)]
        for usesNesterov in [false, true] {
            step.usesNesterov = usesNesterov
            for hasState in [true, false] {
                compare("\(rule) \(n), nesterov \(usesNesterov), state \(hasState)", [g], [p] + state) {
                    Float.update(
                        rule, n, step, $1[0], $0[0], first: hasState ? $1[1] : nil,
                        second: hasState ? $1[2] : nil)
                } reference: {
                    Double.update(
                        rule, n, step, $1[0], $0[0], first: hasState ? $1[1] : nil,
                        second: hasState ? $1[2] : nil)
                }
            }
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
}
