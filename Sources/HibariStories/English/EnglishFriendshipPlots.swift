extension EnglishStories {
    /// Meeting somebody, helping, and being helped.
    static let friendshipPlots: [StoryPlot] = [lostBaby, favor, song, gift]

    private static let lostBaby = StoryPlot(
        "lost baby",
        roles: [StoryRole("hero", "child"), StoryRole("place", "farmland"), StoryRole("baby", "baby")],
        [
            opening,
            StoryBeat(
                "One {mild} {time}, {hero} was walking near the {+place}.",
                "One {time}, {hero} went to the {+place} to pick flowers."),
            StoryBeat(
                "Behind a {cover}, {hero.he} found a little {+baby}.",
                "A little {+baby} sat behind a {cover}."),
            StoryBeat("\"{baby.voice}, {baby.voice},\" said the {baby}."),
            StoryBeat(
                "The {baby} was crying, because it could not find its mother.",
                "The {baby} was lost and hungry."),
            StoryBeat(
                "\"Do not cry, little {baby},\" said {hero}.",
                "\"I will help you, little {baby},\" said {hero}."),
            StoryBeat(
                "{hero} gave the {baby} some {baby.food}, and it felt better.",
                "First {hero} found some {baby.food} for the {baby}.",
                isOptional: true),
            StoryBeat(
                "Together they looked for its mother everywhere.",
                "{hero} carried the {baby} up the road."),
            StoryBeat("At last they met a big {baby.parent}.", "Soon a big {baby.parent} came running."),
            StoryBeat(
                "The {baby} was so happy that it {baby.joy}.",
                "\"{baby.voice}!\" said the {baby}, and it {baby.joy}."),
            StoryBeat(
                "\"Thank you, {hero}, for finding my {baby},\" said the {baby.parent}.",
                "The {baby.parent} thanked {hero} and took the {baby} home."),
        ])

    private static let favor = StoryPlot(
        "favor",
        roles: [StoryRole("hero", "child"), StoryRole("animal", "animal")],
        [
            opening,
            StoryBeat(
                "One {time} in the forest, {hero} met a hungry {+animal}.",
                "On the way to the forest, {hero} saw a thin {+animal}."),
            StoryBeat(
                "\"Please, do you have any {animal.food}?\" asked the {animal}.",
                "\"I have not eaten for two days,\" said the {animal}."),
            StoryBeat(
                "{hero} had some {animal.food} in {hero.his} bag, and gave it all to the {animal}.",
                "{hero} was kind and gave the {animal} some {animal.food}."),
            StoryBeat(
                "\"I will not forget this,\" said the {animal}.",
                "The {animal} ate and ate, and then it ran away."),
            StoryBeat(
                "In the evening, {hero} lost the path.",
                "Then it got dark, and {hero} could not find the way home."),
            StoryBeat(
                "\"Is anybody there?\" called {hero}.", "{hero} sat down on a stone and cried.",
                isOptional: true),
            StoryBeat(
                "Who came out of the trees but the {animal}!",
                "Suddenly the {animal} stood in front of {hero.him}."),
            StoryBeat(
                "\"Follow me, {hero}, I know the way,\" said the {animal}.",
                "\"You helped me, so now I will help you,\" said the {animal}."),
            StoryBeat(
                "The {animal} led {hero} home under the moon.",
                "Step by step, {hero} followed the {animal} home."),
            StoryBeat(
                "At the door, the {animal} gave {hero} {animal.gift}.",
                "\"Good friends share,\" said {hero}, and hugged the {animal}."),
        ])

    private static let song = StoryPlot(
        "song",
        roles: [
            StoryRole("hero", "child"), StoryRole("skill", "skill"), StoryRole("place", "open"),
            StoryRole("bird", "singer"),
        ],
        [
            opening,
            StoryBeat(
                "{hero} wanted to {+skill}, but {hero.he} did not know how.",
                "All the other children could {+skill}, but {hero} could not."),
            StoryBeat(
                "{hero.He} went to the {+place}, where nobody could hear {hero.him}.",
                "{hero} sat alone {+place.at} the {place}."),
            StoryBeat(
                "A little {+bird} flew up and sang as it climbed.",
                "High in the air, a little {+bird} was singing."),
            StoryBeat(
                "{hero} asked the {bird}, \"How do you do it?\"",
                "\"Little {bird}, please teach me,\" said {hero}."),
            StoryBeat("\"{skill.lesson},\" said the {bird}, \"and be happy.\""),
            StoryBeat(
                "{hero} tried, but it went wrong, and the {bird} laughed.",
                "The first time, it was not very good.",
                isOptional: true),
            StoryBeat(
                "{hero} tried again and again, until {hero.he} could {skill}.",
                "Every {time}, {hero} and the {bird} practiced together."),
            StoryBeat(
                "\"Hooray, now I can {skill} too!\" said {hero}.",
                "At last {hero} could {skill} almost like the {bird}."),
            StoryBeat(
                "The {bird} was {gladness}.", "\"Well done, {hero},\" said the {bird}."),
            StoryBeat(
                "Now {hero} and the {bird} welcome the sun every morning.",
                "When you hear the {bird}, {hero} is not far away."),
        ])

    private static let gift = StoryPlot(
        "gift",
        roles: [
            StoryRole("hero", "child"), StoryRole("friend", "child", contrasting: "hero"),
            StoryRole("shop", "shop"),
        ],
        [
            opening,
            StoryBeat(
                "{hero} had one silver coin and went to the {+shop}.",
                "One {mild} {time}, {hero} took a silver coin to the {+shop}."),
            StoryBeat(
                "\"I would like {shop.goods}, please,\" said {hero} to the {shop.keeper}.",
                "The {shop.keeper} smiled and sold {hero} {shop.goods}."),
            StoryBeat(
                "Outside, a {friend.noun} named {+friend} was crying.",
                "In front of the {shop}, {hero.he} saw {+friend}, a sad {friend.noun}."),
            StoryBeat(
                "\"What is wrong, {friend}?\" asked {hero}.",
                "\"Why are you crying, {friend}?\" asked {hero}."),
            StoryBeat(
                "\"It is my birthday, but I am all alone,\" said {friend}.",
                "\"Everyone forgot my birthday,\" said {friend}."),
            StoryBeat(
                "{hero} thought for a moment.", "{hero} felt sorry for {friend.him}.", isOptional: true),
            StoryBeat(
                "Then {hero} gave {shop.goods} to {friend}.",
                "\"This is for you, {friend},\" said {hero}, and gave {friend.him} {shop.goods}."),
            StoryBeat(
                "{friend} was so surprised that {friend.he} forgot to cry.",
                "\"It is the best gift of all!\" said {friend}."),
            StoryBeat("Even the {shop.keeper} came out and sang a birthday song.", isOptional: true),
            closing,
        ])
}
