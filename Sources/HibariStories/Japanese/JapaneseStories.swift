/// The Japanese grammar: the same kinds of stories as in English, told in their own words (polite past tense,
/// no pronouns; a child's name carries ちゃん or くん).
enum JapaneseStories {
    static let plots = outdoorPlots + homePlots + friendshipPlots

    /// The first sentence of every story.
    static let opening = StoryBeat(
        "{home}に、{+hero}という{trait}{hero.noun}がいました。",
        "{+hero}は、{home}に住む{trait}{hero.noun}でした。",
        "あるところに、{+hero}という{trait}{hero.noun}がいました。")

    /// The last sentence of a story about two children.
    static let closing = StoryBeat(
        "その日から、{hero}と{friend}は大のなかよしになりました。",
        "{hero}と{friend}は、手をつないで家に帰りました。",
        "{hero}と{friend}は、日がくれるまでいっしょに遊びました。")
}
