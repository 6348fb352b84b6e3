/// One post-processor after the other.
struct PostProcessorSequence: PostProcessor {
    let processors: [any PostProcessor]

    init(_ component: Component, idLimit: Int) throws(TokenizerError) {
        try component.expectKeys("processors")
        var processors: [any PostProcessor] = []
        for element in try component.elements("processors") {
            processors.append(try readPostProcessor(element, idLimit: idLimit))
        }
        self.processors = processors
    }

    func process(_ ids: [Int32]) -> [Int32] { processors.reduce(ids) { $1.process($0) } }
}
