import Synchronization

/// The `BacktrackingEncoder` of a vocabulary, made when there is enough text to be worth the milliseconds.
final class LazyEncoder: Sendable {
    private enum State: Sendable {
        case waiting(bytes: Int)
        case made(BacktrackingEncoder?)
    }

    /// After so many bytes of text.
    private static let threshold = 1 << 17
    private let state = Mutex(State.waiting(bytes: 0))

    /// The encoder for a text of so many bytes; nil if it is not worth it, or the vocabulary has none.
    func encoder(forBytes count: Int, make: () -> BacktrackingEncoder?) -> BacktrackingEncoder? {
        state.withLock { state in
            switch state {
            case .made(let encoder): return encoder
            case .waiting(let bytes) where bytes + count < Self.threshold:
                state = .waiting(bytes: bytes + count)
                return nil
            case .waiting:
                let encoder = make()
                state = .made(encoder)
                return encoder
            }
        }
    }
}
