/// A list of things of one kind, each with the forms a sentence may need: a child's name with its pronouns, a
/// young animal with its mother, its voice and its favorite food.
///
/// What belongs together is a form of one entry, so that no sentence can combine a duckling with "Meow".
struct StoryDomain: Sendable {
    let name: String
    let formNames: [String]
    /// One row per entry, `[entry][form]`; form 0 is the entry's own name.
    let rows: [[String]]

    /// - Parameters:
    ///   - forms: names of the further columns, separated by spaces.
    ///   - rows: cells separated by `|`, the entry's own name first.
    init(_ name: String, forms: String = "", _ rows: [String]) {
        self.name = name
        formNames = [""] + forms.split(separator: " ").map(String.init)
        self.rows = rows.map { $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init) }
        precondition(
            rows.count <= 64, "StoryDomain \(name): at most 64 entries fit a mask, got \(rows.count)")
        for row in self.rows {
            precondition(
                row.count == formNames.count,
                "StoryDomain \(name): \(row) has \(row.count) cells; expected \(formNames.count)")
        }
    }

    /// The form `name` of every entry. `a` is the entry with its article; a capital first letter capitalizes.
    func column(_ name: String) -> [String] {
        if let index = formNames.firstIndex(of: name) {
            return rows.map { $0[index] }
        }
        if name == "a" {
            return rows.map { ("aeiou".contains($0[0].first ?? "x") ? "an " : "a ") + $0[0] }
        }
        let lowered = name.prefix(1).lowercased() + name.dropFirst()
        precondition(lowered != name, "StoryDomain \(self.name): there is no form named \(name)")
        return column(lowered).map { $0.prefix(1).uppercased() + $0.dropFirst() }
    }
}

/// Something a story remembers from its first mention to its end: who the hero is, where it happens, what was
/// lost.
struct StoryRole: Sendable {
    let name: String
    let domain: String
    /// A role whose entry must differ from this one's in the form `noun`, so that pronouns stay clear.
    let contrast: String?

    init(_ name: String, _ domain: String, contrasting contrast: String? = nil) {
        self.name = name
        self.domain = domain
        self.contrast = contrast
    }
}

/// One step of a story: one sentence, written in one of several ways.
struct StoryBeat: Sendable {
    let variants: [String]
    let isOptional: Bool

    init(_ variants: String..., isOptional: Bool = false) {
        self.variants = variants
        self.isOptional = isOptional
    }
}

/// A kind of story: what it remembers and the steps it takes, in order.
///
/// A sentence is literal text with slots in braces. `{hero}` is the entry that plays the role, `{hero.he}`
/// one of its forms, `{+hero}` its introduction; a slot that names no role is a free choice from the domain
/// of that name.
struct StoryPlot: Sendable {
    let name: String
    let roles: [StoryRole]
    let beats: [StoryBeat]

    init(_ name: String, roles: [StoryRole], _ beats: [StoryBeat]) {
        self.name = name
        self.roles = roles
        self.beats = beats
    }
}

/// Everything one language can tell: the same compiled templates write the stories and read them.
struct StoryGrammar: Sendable {
    let plots: [CompiledPlot]

    init(domains: [StoryDomain], plots: [StoryPlot]) {
        self.plots = plots.map { CompiledPlot($0, domains: domains) }
    }

    static let english = StoryGrammar(domains: EnglishStories.domains, plots: EnglishStories.plots)
    static let japanese = StoryGrammar(domains: JapaneseStories.domains, plots: JapaneseStories.plots)
}
