/// `body(0)`, …, `body(count − 1)`, computed on the threads of the shared pool.
public func mapInParallel<Element>(_ count: Int, _ body: (Int) -> Element) -> [Element] {
    var results = [Element?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { buffer in
        // The buffer lives until the loop is over, and each index is written once, by one thread.
        ThreadPool.shared.run(count) { buffer[$0] = body($0) }
    }
    return results.map { $0! }
}
