extension EnglishStories {
    /// Wind, rain, water and snow.
    static let outdoorPlots: [StoryPlot] = [kite, rain, boat, snowman]

    private static let kite = StoryPlot(
        "kite",
        roles: [
            StoryRole("hero", "child"), StoryRole("friend", "child", contrasting: "hero"),
            StoryRole("color", "color"),
            StoryRole("place", "open"), StoryRole("tree", "tree"), StoryRole("tool", "reacher"),
        ],
        [
            opening,
            StoryBeat("{hero} had {+color.a} kite.", "{hero.His} favorite toy was {+color.a} kite."),
            StoryBeat(
                "One windy {time}, {hero} took the {color} kite to the {+place}.",
                "One {time} the wind was strong, so {hero} ran to the {+place} with the {color} kite."),
            StoryBeat(
                "The kite flew up, up, up into the sky.", "The {color} kite danced high above the {place}."),
            StoryBeat(
                "Suddenly the string broke, and the kite fell into {+tree.a}.",
                "Then the wind blew too hard, and the kite got stuck in {+tree.a}."),
            StoryBeat("\"Oh no, my kite!\" cried {hero}.", "\"I cannot reach it,\" said {hero} sadly."),
            StoryBeat(
                "A {friend.noun} named {+friend} saw it and came with a {+tool}.",
                "Just then {+friend}, a {friend.noun} with a {+tool}, came by."),
            StoryBeat("\"Do not worry, {hero}, I will help you,\" said {friend}.", isOptional: true),
            StoryBeat(
                "{friend} used the {tool}, and soon the kite was free.",
                "With the {tool}, {friend} got the kite out of the tree."),
            StoryBeat(
                "\"Thank you, {friend}!\" said {hero}.",
                "{hero} was so {gladness} that {hero.he} gave {friend} a big hug."),
            closing,
        ])

    private static let rain = StoryPlot(
        "rain",
        roles: [
            StoryRole("hero", "child"), StoryRole("place", "wet"), StoryRole("shelter", "shelter"),
            StoryRole("animal", "animal"), StoryRole("food", "food"),
        ],
        [
            opening,
            StoryBeat(
                "One {time}, {hero} was playing in the {+place} when dark clouds came.",
                "{hero} was walking in the {+place} when the sky turned gray."),
            StoryBeat("Soon it began to rain, and {hero} got wet.", "Splash, splash, down came the rain."),
            StoryBeat(
                "{hero} ran and ran, and hid under {+shelter.a}.",
                "{hero} looked around, saw {+shelter.a}, and sat down under it."),
            StoryBeat(
                "{+animal.A} was there too, and it was shivering.",
                "Next to {hero.him} sat a cold, wet {+animal}."),
            StoryBeat(
                "\"May I stay here with you?\" asked {hero}.", "\"Hello, little {animal},\" said {hero}."),
            StoryBeat(
                "\"Of course,\" said the {animal}, \"it is nice and dry here.\"",
                "\"I do not like the rain,\" said the {animal}."),
            StoryBeat(
                "{hero} had some {+food}, and shared it with the {animal}.",
                "{hero} was hungry, so {hero.he} ate some {+food} and gave half to the {animal}."),
            StoryBeat(
                "They played {game} until the rain stopped.", "They sang songs and waited for the sun."),
            StoryBeat(
                "Then a rainbow came out over the trees.", "At last the sun came back."),
            StoryBeat(
                "\"Goodbye, {hero}, and thank you for the food,\" said the {animal}.",
                "\"What a lovely rainy day,\" said {hero}, and waved to the {animal}."),
        ])

    private static let boat = StoryPlot(
        "boat",
        roles: [
            StoryRole("hero", "child"), StoryRole("color", "color"), StoryRole("water", "water"),
            StoryRole("animal", "swimmer"),
        ],
        [
            opening,
            StoryBeat(
                "{hero} made a little boat and painted it {+color}.",
                "{hero} had a little boat with {+color.a} sail."),
            StoryBeat(
                "One {mild} {time}, {hero} put the boat on the {+water}.",
                "{hero} took it to the {+water} to see if it could swim."),
            StoryBeat(
                "But the water was fast, and the {color} boat floated away.",
                "A wave came, and the {color} boat drifted far from the shore."),
            StoryBeat(
                "\"Come back, little boat!\" called {hero}.",
                "{hero} could not swim, so {hero.he} began to cry."),
            StoryBeat(
                "{+animal.A} heard {hero.him} and came closer.",
                "{+animal.A} put its head out of the water."),
            StoryBeat(
                "\"Why are you sad?\" asked the {animal}.", "\"What is the matter?\" asked the {animal}."),
            StoryBeat(
                "\"My {color} boat is out on the water,\" said {hero}.",
                "\"I lost my {color} boat,\" answered {hero}."),
            StoryBeat(
                "The {animal} swam very fast and pushed the boat back.",
                "The {animal} dived under the boat and carried it home on its back."),
            StoryBeat(
                "\"You are a good swimmer, {animal}!\" said {hero}.", "{hero} jumped for joy.",
                isOptional: true),
            StoryBeat(
                "After that, {hero} tied a long string to the boat.",
                "Now the {animal} is the captain of the {color} boat."),
        ])

    private static let snowman = StoryPlot(
        "snowman",
        roles: [
            StoryRole("hero", "child"), StoryRole("friend", "child", contrasting: "hero"),
            StoryRole("nose", "nose"),
            StoryRole("color", "color"),
        ],
        [
            opening,
            StoryBeat(
                "One winter morning, {hero} woke up, and the whole world was white.",
                "It snowed all night, and in the morning {hero} put on warm boots."),
            StoryBeat(
                "{hero} met a {friend.noun} named {+friend}, and they built a snowman.",
                "\"Let us build a snowman!\" said {hero} to {hero.his} friend {+friend}."),
            StoryBeat(
                "{friend} made the body, and {hero} made the head.",
                "They rolled a big ball and a small ball.",
                isOptional: true),
            StoryBeat("But the snowman had no nose.", "\"It needs a nose,\" said {friend}."),
            StoryBeat(
                "{hero} ran home and came back with {+nose.a}.",
                "{hero} looked in {hero.his} pocket and found {+nose.a}."),
            StoryBeat(
                "The {nose} was the perfect nose.",
                "\"What a fine nose!\" said {friend}, and laughed at the {nose}."),
            StoryBeat(
                "{friend} gave the snowman {+color.a} scarf, because it looked cold.",
                "Then {friend} put {+color.a} scarf around its neck."),
            StoryBeat(
                "The next week the sun was warm, and the snowman melted.",
                "When spring came, the snowman melted into a puddle."),
            StoryBeat(
                "Only the {nose} and the {color} scarf were left.",
                "{hero} was sad, because it was gone."),
            StoryBeat(
                "\"Do not be sad, {hero}, we will build a new one next winter,\" said {friend}.",
                "\"It will come back with the snow,\" said {friend} to {hero}."),
        ])
}
