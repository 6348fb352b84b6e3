import HibariCheckpoint
import HibariKernels
import HibariSupport
import HibariTensor

extension TrainingLoop {
    /// Takes up the run at a checkpoint; the parameters are already those of the checkpoint.
    public func resume(from checkpoint: String) throws {
        let path = joinPath(checkpoint, "state.json")
        let saved = try TrainingState(path: path)
        guard saved.totalSteps == state.totalSteps else {
            throw RunError.badState(path: path, problem: "it belongs to a run of \(saved.totalSteps) steps")
        }
        if saved.kernels != state.kernels || saved.gemm != state.gemm {
            throw RunError.changedData(
                path: path, what: "kernels", expected: "\(saved.kernels)/\(saved.gemm)",
                got: "\(state.kernels)/\(state.gemm)")
        }
        let (then, now) = (saved.callbacks.map(\.type), callbacks.map { "\(type(of: $0))" })
        guard then == now else {
            func list(_ types: [String]) -> String { types.isEmpty ? "none" : types.joined(separator: ", ") }
            throw RunError.changedData(
                path: path, what: "list of callbacks", expected: list(then), got: list(now))
        }
        let file = try SafetensorsFile(path: joinPath(checkpoint, "optimizer.safetensors"))
        // All that is remembered is of the type of the parameters.
        let dtype = task.parameters.first?.value.dtype ?? .float32
        func tensor(_ name: String, _ shape: Shape) throws -> Tensor {
            guard file.shape(of: name) == shape.array else {
                throw CheckpointError.wrongShape(
                    path: file.path, tensor: name, expected: shape.array, got: file.shape(of: name) ?? [])
            }
            return try file.tensor(named: name, dtype)
        }
        try optimizer.restore(stepCount: saved.optimizerSteps, tensor)
        try average?.restore(tensor)
        try task.restore(saved.task)
        for (index, callback) in callbacks.enumerated() {
            try callback.restore(saved.callbacks[index].state) { try tensor("callback.\(index).\($0)", $1) }
        }
        state = saved
        control.isResumed = true
        (control.learningRateScale, control.stopReason) = (saved.learningRateScale, saved.stopReason)
        secondsBefore = saved.seconds
        lastSaved = saved.step
        // A run killed between writing a checkpoint and linking to it.
        try run?.link(step: saved.step, isBest: saved.isBest)
        if saved.isBest || saved.bestScore == nil { try run?.publish(checkpoint) }
        epochs = try run.map { try readEpochs($0.metricsFile, byteCount: saved.metricsBytes) } ?? []
    }

    func save(isBest: Bool) throws {
        guard let run, isBest || lastSaved != state.step else { return }
        // The last step may have thrown the weights out of range, which only the next loss would show: by
        // then this checkpoint could have replaced a good one.
        let changed = task.parameters.filter { $0.isTrainable || $0.role == .buffer }
        guard changed.allSatisfy({ $0.value.sumOfSquares.isFinite }) else {
            if endsQuietly(step: state.step) { return }
            throw notFinite(step: state.step, loss: .nan)
        }
        state.seconds = elapsed(monotonicSeconds())
        state.optimizerSteps = optimizer.stepCount
        state.isBest = isBest
        (state.learningRateScale, state.stopReason) = (control.learningRateScale, control.stopReason)
        state.task = task.state
        state.callbacks = callbacks.map { .init(type: "\(type(of: $0))", state: $0.state) }
        state.metricsBytes = metrics?.byteCount ?? 0
        try metrics?.synchronize()
        try run.writeCheckpoint(step: state.step, isBest: isBest) { folder in
            try averaged { try task.saveModel(to: folder) }
            let remembered = callbacks.enumerated().flatMap { index, callback in
                callback.tensors.map { (name: "callback.\(index).\($0.name)", tensor: $0.tensor) }
            }
            try writeSafetensors(
                (optimizer.state + (average?.weights ?? []) + remembered).map {
                    SafetensorsTensor(name: $0.name, $0.tensor)
                },
                to: joinPath(folder, "optimizer.safetensors"))
            try writeFileAtomically(joinPath(folder, "state.json"), state.json.bytes(pretty: true))
        }
        lastSaved = state.step
        if isBest || state.bestScore == nil { try run.publish(run.checkpoint(state.step)) }
        try run.prune(keeping: options.keep)
        try observe(.checkpoint(step: state.step, path: run.checkpoint(state.step)))
    }
}
