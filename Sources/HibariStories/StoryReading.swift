/// One story read as one plot: what is known so far, and how far the plot has come.
struct StoryReading {
    private let plot: CompiledPlot
    /// For each role the entries it can still be; nil before its first mention.
    private var known: [UInt64?]
    /// Index of the last accepted beat; -1 at the start.
    private var position = -1
    /// Sentences since then that were not understood; each may have been a required step.
    private var unreadable = 0

    init(plot: CompiledPlot) {
        self.plot = plot
        known = Array(repeating: nil, count: plot.roles.count)
    }

    /// Whether all required steps up to the end were told.
    var isFinished: Bool {
        plot.beats[(position + 1)...].count { !$0.isOptional } <= unreadable
    }

    /// The verdict on the next sentence, or nil when no template of this plot fits it.
    ///
    /// Of several ways to read it, one without a problem wins; what it says is then known.
    mutating func read(_ sentence: ArraySlice<UInt8>) -> StoryReport.Verdict? {
        var problem: (template: String, StoryProblem)?
        var outOfOrder: (beat: Int, template: String, facts: [UInt64?])?
        for (beat, variants) in plot.beats.lazy.map(\.variants).enumerated() {
            for template in variants {
                for mentions in template.matches(sentence) {
                    switch facts(after: mentions) {
                    case .failure(let found):
                        if problem == nil { problem = (template.name, found) }
                    case .success(let facts) where canFollow(beat):
                        known = facts
                        position = beat
                        unreadable = 0
                        return .accepted(template: template.name)
                    case .success(let facts):
                        if outOfOrder == nil { outOfOrder = (beat, template.name, facts) }
                    }
                }
            }
        }
        if let found = outOfOrder {
            let problem = StoryProblem.outOfOrder(step: found.beat + 1, previous: position + 1)
            known = found.facts
            position = found.beat
            unreadable = 0
            return .inconsistent(template: found.template, problem)
        }
        unreadable += 1
        return problem.map { .inconsistent(template: $0.template, $0.1) }
    }

    private func canFollow(_ beat: Int) -> Bool {
        guard beat > position else { return false }
        return plot.beats[(position + 1)..<beat].count { !$0.isOptional } <= unreadable
    }

    /// What is known after a sentence with these mentions, or what is wrong with it.
    private func facts(after mentions: [StoryTemplate.Mention]) -> Result<[UInt64?], StoryProblem> {
        var facts = known
        for mention in mentions {
            guard let before = known[mention.role] else {
                guard mention.isIntroduction || unreadable > 0 else {
                    return .failure(
                        .neverIntroduced(role: plot.roles[mention.role].name, name: names(mention)))
                }
                facts[mention.role] = mention.entries
                continue
            }
            guard before & mention.entries != 0 else {
                return .failure(
                    .contradiction(
                        role: plot.roles[mention.role].name, known: names(of: mention.role, before),
                        found: names(mention)))
            }
            facts[mention.role] = before & mention.entries
        }
        for (index, role) in plot.roles.enumerated() {
            guard let contrast = role.contrast, let own = facts[index], let others = facts[contrast] else {
                continue
            }
            let allowed = own & role.allowed(besides: others)
            guard allowed != 0 else {
                return .failure(
                    .sameKind(
                        role: role.name, name: names(of: index, own), other: names(of: contrast, others)))
            }
            facts[index] = allowed
        }
        return .success(facts)
    }

    private func names(_ mention: StoryTemplate.Mention) -> String {
        names(of: mention.role, mention.entries)
    }

    /// The names of a set of entries: all of a few, else the first and how many more.
    private func names(of role: Int, _ entries: UInt64) -> String {
        let all = plot.roles[role].entries
        let names = all.indices.filter { entries & (1 << UInt64($0)) != 0 }.map { all[$0] }
        return names.count <= 2 ? names.joined(separator: " or ") : "\(names[0]) or \(names.count - 1) others"
    }
}
