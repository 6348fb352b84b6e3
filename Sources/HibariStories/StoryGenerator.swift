import HibariSupport

/// Writes original short stories; story `i` depends only on the language, the seed and `i`.
public struct StoryGenerator: Sendable {
    public let language: StoryLanguage
    public let seed: UInt64

    public init(language: StoryLanguage, seed: UInt64) {
        self.language = language
        self.seed = seed
    }

    /// Story number `index`: one paragraph without a line break.
    ///
    /// - Parameter index: 0 or more; two indices give unrelated stories.
    public func story(at index: Int) -> String {
        precondition(index >= 0, "StoryGenerator.story: index must not be negative, got \(index)")
        return String(decoding: bytes(at: index), as: UTF8.self)
    }

    /// The first `count` stories, separated by blank lines; the text ends with a line break.
    public func stories(count: Int) -> String {
        text { index, _ in index < count }
    }

    /// As many stories as it takes to reach `byteCount` bytes of UTF-8, separated by blank lines.
    ///
    /// The text ends after a whole story, with a line break; it is at least `byteCount` bytes long.
    public func stories(byteCount: Int) -> String {
        text { _, size in size < byteCount }
    }

    private func text(while wantsMore: (_ index: Int, _ size: Int) -> Bool) -> String {
        var output: [UInt8] = []
        var index = 0
        while wantsMore(index, output.count) {
            if index > 0 { output.append(UInt8(ascii: "\n")) }
            output += bytes(at: index)
            output.append(UInt8(ascii: "\n"))
            index += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    private func bytes(at index: Int) -> [UInt8] {
        var random = RandomStream(seed: seed, purpose: .stories, stream: UInt64(index))
        let plots = language.grammar.plots
        let plot = plots[random.index(below: plots.count)]
        let cast = plot.cast(using: &random)
        var output: [UInt8] = []
        for beat in plot.beats {
            if beat.isOptional && random.index(below: 2) == 0 { continue }
            if !output.isEmpty { output += Array(language.sentenceSeparator.utf8) }
            let variant = beat.variants[random.index(below: beat.variants.count)]
            variant.render(cast: cast, random: &random, into: &output)
        }
        return output
    }
}

extension CompiledPlot {
    /// Chooses who and what plays each role, in the order of the roles.
    fileprivate func cast(using random: inout RandomStream) -> [Int] {
        var cast: [Int] = []
        for role in roles {
            var choices = Array(role.entries.indices)
            if let contrast = role.contrast {
                let allowed = role.allowed[cast[contrast]]
                choices = choices.filter { allowed & (1 << UInt64($0)) != 0 }
            }
            cast.append(choices[random.index(below: choices.count)])
        }
        return cast
    }
}
