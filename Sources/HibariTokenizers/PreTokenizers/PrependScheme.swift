/// When a Metaspace puts its mark in front of a text that does not begin with one.
enum PrependScheme: String, Sendable {
    case first, never, always

    /// Reads `prepend_scheme`, or `add_prefix_space` of older files.
    init(_ component: Component) throws(TokenizerError) {
        if component.optional("prepend_scheme") == nil {
            self = try component.bool("add_prefix_space", missing: true) ? .always : .never
            return
        }
        guard let scheme = PrependScheme(rawValue: try component.string("prepend_scheme")) else {
            throw component.member("prepend_scheme").unsupported()
        }
        if try component.bool("add_prefix_space", missing: scheme != .never) != (scheme != .never) {
            throw component.invalid("has an add_prefix_space that contradicts its prepend_scheme")
        }
        self = scheme
    }
}
