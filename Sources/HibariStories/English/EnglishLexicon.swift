extension EnglishStories {
    /// Who and what the stories are about. Children's names begin with different letters, which makes them
    /// easy to tell apart for a small model and a small reader.
    static let domains: [StoryDomain] = people + animals + places + things + choices

    private static let people: [StoryDomain] = [
        StoryDomain(
            "child", forms: "he his him noun",
            ["Anna", "Clara", "Ella", "Grace", "Iris", "Kate", "Mia", "Olive", "Rosa", "Uma", "Wendy", "Zoe"]
                .map { $0 + "|she|her|her|girl" }
                + [
                    "Ben", "David", "Felix", "Henry", "Jack", "Leo", "Noah", "Peter", "Sam", "Theo", "Victor",
                    "Yusuf",
                ]
                .map { $0 + "|he|his|him|boy" }),
        StoryDomain(
            "relative", forms: "he",
            ["mother|she", "grandmother|she", "aunt|she", "father|he", "grandfather|he", "uncle|he"]),
    ]

    private static let animals: [StoryDomain] = [
        StoryDomain(
            "animal", forms: "food gift",
            [
                "fox|berries|a shiny stone", "rabbit|carrots|a sweet clover", "squirrel|nuts|an acorn",
                "mouse|cheese|a golden button", "hedgehog|apples|a round pebble", "bear|honey|a jar of honey",
                "crow|seeds|a black feather", "goat|cabbage|a little bell", "badger|mushrooms|a smooth stick",
                "deer|grass|a pink flower",
            ]),
        StoryDomain(
            "baby", forms: "parent voice food joy",
            [
                "kitten|cat|Mew|milk|purred", "puppy|dog|Woof|bread|wagged its tail",
                "duckling|duck|Peep|corn|danced",
                "lamb|sheep|Baa|grass|jumped in the air", "calf|cow|Moo|hay|ran in a circle",
                "piglet|pig|Oink|turnips|rolled on its back", "foal|horse|Neigh|oats|tossed its head",
                "cub|bear|Grr|honey|clapped its paws",
            ]),
        StoryDomain("swimmer", ["duck", "frog", "otter", "turtle", "beaver", "swan"]),
        StoryDomain("singer", ["skylark", "robin", "blackbird", "nightingale", "wren"]),
        StoryDomain("sleeper", ["mouse", "kitten", "hamster", "chick", "rabbit"]),
    ]

    private static let places: [StoryDomain] = [
        StoryDomain(
            "open", forms: "at", ["hill|on", "beach|on", "meadow|in", "park|in", "field|in", "cliff|on"]),
        StoryDomain("farmland", ["farm", "barn", "mill", "orchard", "village", "bridge"]),
        StoryDomain("wet", ["garden", "forest", "meadow", "park", "valley"]),
        StoryDomain("water", ["river", "lake", "pond", "stream"]),
        StoryDomain("shelter", ["big oak", "stone bridge", "old umbrella", "wooden roof", "giant mushroom"]),
        StoryDomain("tree", ["oak", "pine", "willow", "maple", "cherry tree", "pear tree"]),
        StoryDomain("nook", ["attic", "kitchen", "cellar", "shed", "closet"]),
        StoryDomain(
            "shop", forms: "goods keeper",
            [
                "bakery|a bun|baker", "market|an orange|farmer", "toy shop|a top|toymaker",
                "flower shop|a rose|gardener", "book shop|a map|bookseller",
            ]),
    ]

    private static let things: [StoryDomain] = [
        StoryDomain("color", ["red", "blue", "green", "yellow", "white", "purple", "orange", "pink"]),
        StoryDomain("reacher", ["long ladder", "fishing rod", "wooden rake", "tall broom"]),
        StoryDomain("clothing", ["hat", "scarf", "boot", "mitten", "sweater", "slipper", "sock"]),
        StoryDomain("food", ["bread", "cake", "soup", "rice", "cheese", "chocolate", "sandwich"]),
        StoryDomain(
            "dish", forms: "need source",
            [
                "apple pie|apples|orchard", "honey cake|honey|beehive",
                "carrot soup|carrots|vegetable garden",
                "berry jam|berries|forest", "cheese bread|cheese|dairy", "pumpkin stew|pumpkins|farm",
                "mint tea|mint|herb garden", "egg salad|eggs|hen house",
            ]),
        StoryDomain(
            "toy", forms: "part damage mend act",
            [
                "wagon|wheel|came off|a new nail|roll", "doll|arm|came off|a needle and thread|wave",
                "robot|spring|fell out|a tiny screw|march", "drum|skin|tore|a piece of leather|boom",
                "music box|lid|cracked|some glue|sing", "rocking horse|leg|snapped|wood and glue|rock",
                "puppet|string|broke|a strong string|dance",
                "wooden train|chimney|fell off|a drop of glue|puff",
            ]),
        StoryDomain(
            "plant", forms: "crop",
            [
                "sunflower|a sunflower as tall as a door", "pumpkin|a pumpkin as big as a chair",
                "tomato|a tomato as round as a ball", "melon|a melon as heavy as a cat",
                "tulip|a tulip as bright as a flame", "bean|a bean as long as an arm",
                "strawberry|a strawberry as sweet as candy",
            ]),
        StoryDomain(
            "noise", forms: "voice source where",
            [
                "tapping|Tap, tap, tap|a branch knocking on the glass|at the window",
                "scratching|Scritch, scratch|a beetle walking on a box|under the bed",
                "whistling|Whoo, whoo|the wind in the chimney|above the roof",
                "dripping|Drip, drop|water falling into a bucket|in the hall",
                "flapping|Flap, flap|a moth dancing near the curtain|behind the curtain",
                "rattling|Clink, clank|a cat playing with a spoon|in the kitchen",
            ]),
        StoryDomain("light", ["lamp", "candle", "lantern", "torch"]),
        StoryDomain("nose", ["carrot", "pine cone", "potato", "radish"]),
        StoryDomain(
            "skill", forms: "lesson",
            [
                "sing|Open your mouth wide", "whistle|Make your lips small and round",
                "dance|Feel the music in your feet",
                "hum|Close your lips and breathe",
            ]),
    ]

    /// Free choices, which a story does not remember.
    private static let choices: [StoryDomain] = [
        StoryDomain(
            "trait",
            [
                "kind", "brave", "quiet", "cheerful", "curious", "clever", "gentle", "merry", "friendly",
                "polite",
            ]),
        StoryDomain(
            "home",
            [
                "by the sea", "near the woods", "in a small village", "on a green hill", "in a tall house",
                "beside a river", "at the edge of town", "in a cottage with a blue door",
            ]),
        StoryDomain("time", ["morning", "afternoon", "day"]),
        StoryDomain("mild", ["sunny", "warm", "bright", "fine", "lovely"]),
        StoryDomain("cover", ["bush", "rock", "log", "fence", "haystack", "wall"]),
        StoryDomain("spot", ["bed", "table", "sofa", "chair", "carpet", "stairs", "piano", "desk"]),
        StoryDomain(
            "clutter", ["dust", "an old newspaper", "a lost penny", "a spider", "crumbs", "a broken pencil"]),
        StoryDomain("smell", ["wonderful", "sweet", "delicious", "fresh and warm"]),
        StoryDomain("gladness", ["glad", "happy", "proud", "full of joy"]),
        StoryDomain("game", ["hide and seek", "tag", "cards", "a guessing game"]),
        StoryDomain("month", ["April", "May", "June", "July"]),
    ]
}
