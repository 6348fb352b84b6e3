/// Ends the run quietly when the loss is NaN or infinite; without it such a run ends with an error.
public final class TerminateOnNaN: Callback {
    public init() {}
    public func lossNotFinite(step: Int, _ control: TrainingControl) -> Bool { true }
}

/// Calls a function after each epoch.
///
///     OnEpochEnd { report, control in if report["val_accuracy"] ?? 0 > 0.99 { control.stop("good enough") } }
public final class OnEpochEnd: Callback {
    private let body: (EpochReport, TrainingControl) throws -> Void

    public init(_ body: @escaping (EpochReport, TrainingControl) throws -> Void) { self.body = body }

    public func epochEnded(_ report: EpochReport, _ control: TrainingControl) throws {
        try body(report, control)
    }
}
