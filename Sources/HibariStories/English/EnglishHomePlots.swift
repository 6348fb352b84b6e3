extension EnglishStories {
    /// Small adventures in the house and the garden.
    static let homePlots: [StoryPlot] = [baking, brokenToy, lostClothing, seed, night]

    private static let baking = StoryPlot(
        "baking",
        roles: [
            StoryRole("hero", "child"), StoryRole("friend", "child", contrasting: "hero"),
            StoryRole("dish", "dish"),
            StoryRole("relative", "relative"),
        ],
        [
            opening,
            StoryBeat(
                "{hero} wanted to make {+dish} for {hero.his} {+relative}.",
                "It was the birthday of {hero.his} {+relative}, so {hero} wanted to make {+dish}."),
            StoryBeat(
                "But {hero} had no {dish.need}.",
                "But when {hero.he} looked in the kitchen, {hero.he} found no {dish.need}."),
            StoryBeat("\"I cannot make {dish} without {dish.need},\" said {hero}.", isOptional: true),
            StoryBeat(
                "So {hero} took a basket and walked to the {dish.source}.",
                "{hero} put on {hero.his} shoes and went to the {dish.source}."),
            StoryBeat(
                "There {hero.he} met a {friend.noun} named {+friend}.",
                "At the {dish.source} lived a {friend.noun} named {+friend}."),
            StoryBeat(
                "\"Please take some {dish.need}, I have plenty,\" said {friend}.",
                "{friend} filled the basket with {dish.need}."),
            StoryBeat(
                "{hero} and {friend} went back and made the {dish} together.",
                "{friend} came along to help {hero} with the {dish}."),
            StoryBeat("Soon the kitchen smelled {smell}.", "The {dish} smelled {smell}."),
            StoryBeat(
                "\"This is the best {dish} in the world!\" said {hero.his} {relative}.",
                "{hero.His} {relative} tasted the {dish} and smiled."),
            StoryBeat(
                "{hero} gave the biggest part to {friend}.",
                "{hero} and {friend} were {gladness}, and they ate until nothing was left."),
        ])

    private static let brokenToy = StoryPlot(
        "broken toy",
        roles: [StoryRole("hero", "child"), StoryRole("toy", "toy"), StoryRole("relative", "relative")],
        [
            opening,
            StoryBeat(
                "{hero} loved {hero.his} old {+toy}.", "Of all {hero.his} toys, {hero} liked the {+toy} best."
            ),
            StoryBeat(
                "One {time}, {hero} dropped the {toy}, and the {toy.part} {toy.damage}.",
                "One {time}, {hero} played too roughly, and the {toy.part} {toy.damage}."),
            StoryBeat("Now the {toy} could not {toy.act} anymore.", "\"Oh dear, my {toy}!\" cried {hero}."),
            StoryBeat(
                "{hero} was very sad and took the {toy} to {hero.his} {+relative}.",
                "With tears in {hero.his} eyes, {hero} went to {hero.his} {+relative}."),
            StoryBeat(
                "\"Can you fix it?\" asked {hero}.", "\"It broke, and it was my fault,\" said {hero}.",
                isOptional: true),
            StoryBeat(
                "\"All we need is {toy.mend},\" said {hero.his} {relative}.",
                "\"We can fix the {toy} with {toy.mend},\" said {hero.his} {relative}."),
            StoryBeat(
                "{hero} held the {toy}, and {hero.his} {relative} fixed the {toy.part}.",
                "They sat at the table and worked on it together."),
            StoryBeat(
                "Soon the {toy} could {toy.act} again.",
                "\"Look, the {toy} can {toy.act} again!\" said {hero}."),
            StoryBeat(
                "{hero} was {gladness} and jumped up and down.",
                "\"Thank you,\" said {hero}, and hugged {hero.his} {relative}."),
            StoryBeat(
                "After that, {hero} was always careful with the {toy}.",
                "That night the {toy} slept next to {hero}."),
        ])

    private static let lostClothing = StoryPlot(
        "lost clothing",
        roles: [
            StoryRole("hero", "child"), StoryRole("color", "color"), StoryRole("clothing", "clothing"),
            StoryRole("nook", "nook"), StoryRole("animal", "sleeper"),
        ],
        [
            opening,
            StoryBeat(
                "One {time}, {hero} could not find {hero.his} {+color} {+clothing}.",
                "{hero} wanted to go out, but {hero.his} {+color} {+clothing} was gone."),
            StoryBeat(
                "\"Where is my {color} {clothing}?\" asked {hero}.",
                "\"I must find my {clothing},\" said {hero}."),
            StoryBeat(
                "{hero.He} looked under the {spot}, but there was only {clutter}.",
                "{hero.He} looked behind the {spot}, and found {clutter}."),
            StoryBeat("{hero.He} looked near the {spot}, but it was not there.", isOptional: true),
            StoryBeat(
                "Then {hero} heard a soft sound from the {+nook}.",
                "Then {hero} opened the door of the {+nook}."),
            StoryBeat(
                "A tiny {+animal} was sleeping in the {color} {clothing}!",
                "There lay the {color} {clothing}, and in it was a tiny {+animal}!"),
            StoryBeat(
                "\"It is so warm and soft in here,\" said the {animal}.",
                "\"Please let me sleep,\" said the {animal}."),
            StoryBeat(
                "{hero} laughed and brought the {animal} a basket with a blanket.",
                "{hero} made a new bed of wool for the {animal}."),
            StoryBeat(
                "So {hero} got the {color} {clothing} back.", "\"Now we both are warm,\" said {hero}."),
            StoryBeat(
                "The {animal} stayed in the house all winter.",
                "Every night, {hero} said good night to the {animal}."),
        ])

    private static let seed = StoryPlot(
        "seed",
        roles: [StoryRole("hero", "child"), StoryRole("plant", "plant"), StoryRole("relative", "relative")],
        [
            opening,
            StoryBeat(
                "In {month}, {hero} planted a tiny {+plant} seed in the garden.",
                "{hero} got a {+plant} seed and put it in a pot of soil."),
            StoryBeat("Every {time}, {hero.he} gave it water.", "{hero} gave the seed water and sang to it."),
            StoryBeat("Days went by, but nothing grew.", "{hero} looked and looked, but there was no leaf."),
            StoryBeat(
                "{hero} asked {hero.his} {+relative}, \"Why does my {plant} not grow?\"",
                "\"Is my {plant} asleep?\" asked {hero}, and {hero.his} {+relative} came to look."),
            StoryBeat(
                "\"It needs sun and time,\" said {hero.his} {relative}.",
                "\"Good things grow slowly,\" said {hero.his} {relative}."),
            StoryBeat("So {hero} waited and waited.", "So {hero} did not give up.", isOptional: true),
            StoryBeat(
                "Then one {mild} {time}, a small green leaf came out of the soil.",
                "After the rain, {hero} saw a small green leaf."),
            StoryBeat(
                "It grew and grew, day after day.", "The leaf became a stem, and the stem became strong."),
            StoryBeat("In the end there was {plant.crop}.", "By the end of summer, {hero} had {plant.crop}."),
            StoryBeat(
                "\"You were right,\" said {hero} to {hero.his} {relative}, and they both smiled.",
                "{hero} was {gladness} and showed it to everyone."),
        ])

    private static let night = StoryPlot(
        "night",
        roles: [
            StoryRole("hero", "child"), StoryRole("noise", "noise"), StoryRole("relative", "relative"),
            StoryRole("light", "light"),
        ],
        [
            opening,
            StoryBeat(
                "One night, {hero} could not sleep.", "It was late, and {hero} lay in bed with open eyes."),
            StoryBeat(
                "There was a strange {+noise} {noise.where}.", "{hero} heard a {+noise} {noise.where}."),
            StoryBeat("\"{noise.voice},\" it went in the dark."),
            StoryBeat(
                "{hero} was afraid, so {hero.he} hid under the blanket.",
                "\"Is it a monster?\" whispered {hero}."),
            StoryBeat(
                "{hero.His} {+relative} came in with a {+light}.",
                "\"Help!\" called {hero}, and {hero.his} {+relative} came with a {+light}."),
            StoryBeat(
                "\"Let us look together,\" said {hero.his} {relative}.",
                "\"Do not be afraid, I have a {light},\" said {hero.his} {relative}."),
            StoryBeat("It was only {noise.source}.", "In the light they saw {noise.source}."),
            StoryBeat(
                "{hero} laughed, because it was not a monster at all.",
                "\"So that was it!\" said {hero}."),
            StoryBeat("{hero.His} {relative} told {hero.him} a short story.", isOptional: true),
            StoryBeat(
                "Soon {hero} was fast asleep.",
                "Then the {light} went out, and {hero} dreamed of the stars."),
        ])
}
