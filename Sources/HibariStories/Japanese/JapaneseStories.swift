enum JapaneseStories {
    static let domains: [StoryDomain] = EnglishStories.domains
    static let plots: [StoryPlot] = EnglishStories.plots
}
