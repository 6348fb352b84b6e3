/// The English grammar: see `StoryPlot` for the notation.
enum EnglishStories {
    static let plots = outdoorPlots + homePlots + friendshipPlots

    /// The first sentence of every story with a child in it.
    static let opening = StoryBeat(
        "Once there was a {trait} {hero.noun} named {+hero}.",
        "{+hero} was a {trait} {hero.noun} who lived {home}.",
        "There once was a {hero.noun} named {+hero}, who was very {trait}.")

    /// The last sentence of a story about two children.
    static let closing = StoryBeat(
        "From that day on, {hero} and {friend} were the best of friends.",
        "{hero} and {friend} walked home hand in hand.",
        "{hero} and {friend} laughed and played until the sun went down.")
}
