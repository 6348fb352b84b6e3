/// A plot with its slots resolved to lists of texts.
struct CompiledPlot: Sendable {
    struct Role: Sendable {
        let name: String
        let entries: [String]
        /// Index of the role this one is contrasted with, and for each entry of that role the entries allowed
        /// here.
        let contrast: Int?
        let allowed: [UInt64]

        /// The entries allowed when the contrasted role is one of `others`.
        func allowed(besides others: UInt64) -> UInt64 {
            var mask: UInt64 = 0
            for (index, entries) in allowed.enumerated() where others & (1 << UInt64(index)) != 0 {
                mask |= entries
            }
            return mask
        }
    }

    struct Beat: Sendable {
        let variants: [StoryTemplate]
        let isOptional: Bool
    }

    let name: String
    let roles: [Role]
    let beats: [Beat]

    init(_ plot: StoryPlot, domains: [StoryDomain]) {
        name = plot.name
        func domain(_ name: String) -> StoryDomain {
            guard let found = domains.first(where: { $0.name == name }) else {
                preconditionFailure("StoryPlot \(plot.name): there is no domain named \(name)")
            }
            return found
        }
        roles = plot.roles.map { role in
            let own = domain(role.domain)
            guard let contrast = role.contrast else {
                return Role(name: role.name, entries: own.column(""), contrast: nil, allowed: [])
            }
            guard let other = plot.roles.firstIndex(where: { $0.name == contrast }) else {
                preconditionFailure("StoryPlot \(plot.name): \(role.name) contrasts with unknown \(contrast)")
            }
            let nouns = own.column("noun")
            let allowed = domain(plot.roles[other].domain).column("noun").map { theirs in
                nouns.enumerated().reduce(UInt64(0)) {
                    $1.element == theirs ? $0 : $0 | 1 << UInt64($1.offset)
                }
            }
            return Role(name: role.name, entries: own.column(""), contrast: other, allowed: allowed)
        }
        beats = plot.beats.enumerated().map { number, beat in
            let variants = beat.variants.enumerated().map { index, text in
                StoryTemplate(text, name: "\(plot.name)/\(number + 1).\(index + 1)") { slot, form in
                    let role = plot.roles.firstIndex { $0.name == slot }
                    let source = domain(role.map { plot.roles[$0].domain } ?? slot)
                    return (role, source.column(form))
                }
            }
            return Beat(variants: variants, isOptional: beat.isOptional)
        }
    }
}
