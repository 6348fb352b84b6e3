/// Moves offsets in the Hugging Face library; ids stay as they are.
struct ByteLevelPostProcessor: PostProcessor {
    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("add_prefix_space", "trim_offsets", "use_regex")
    }

    func process(_ ids: [Int32]) -> [Int32] { ids }
}
