extension JapaneseStories {
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
                "{hero}は{+relative}に{+dish}を作ってあげたいと思いました。", "{+relative}の誕生日なので、{hero}は{+dish}を作ることにしました。"),
            StoryBeat("ところが、台所に{dish.need}がありません。", "けれども、{dish.need}がどこにもありません。"),
            StoryBeat("「{dish.need}がないと、{dish}は作れない」と{hero}は言いました。", isOptional: true),
            StoryBeat("そこで{hero}は、かごを持って{dish.source}へ行きました。", "{hero}はくつをはいて、{dish.source}へ出かけました。"),
            StoryBeat("そこで{friend.noun}の{+friend}に会いました。", "{dish.source}には、{+friend}という{friend.noun}がいました。"),
            StoryBeat(
                "「{dish.need}ならたくさんあるよ」と{friend}は言いました。", "{friend}は、かごに{dish.need}をいっぱい入れてくれました。"),
            StoryBeat("{hero}と{friend}は帰って、いっしょに{dish}を作りました。", "{friend}もいっしょに来て、{hero}と{dish}を作りました。"),
            StoryBeat("台所は{smell}においでいっぱいになりました。", "{dish}から{smell}においがしました。"),
            StoryBeat(
                "「世界でいちばんおいしい{dish}だね」と{relative}は言いました。", "{relative}は{dish}を食べて、にっこりしました。"),
            StoryBeat("{hero}は、いちばん大きなのを{friend}にあげました。", "{hero}と{friend}は{gladness}に、のこさず食べました。"),
        ])

    private static let brokenToy = StoryPlot(
        "broken toy",
        roles: [StoryRole("hero", "child"), StoryRole("toy", "toy"), StoryRole("relative", "relative")],
        [
            opening,
            StoryBeat("{hero}は古い{+toy}が大すきでした。", "おもちゃの中で、{hero}は{+toy}がいちばんすきでした。"),
            StoryBeat(
                "ある{time}、{hero}が{toy}を落とすと、{toy.part}が{toy.damage}しまいました。",
                "ある{time}、{hero}がらんぼうに遊んだので、{toy.part}が{toy.damage}しまいました。"),
            StoryBeat("{toy}はもう{toy.cannot}なりました。", "「ああ、{toy}が！」と{hero}はさけびました。"),
            StoryBeat("{hero}は悲しくなって、{toy}を{+relative}に見せました。", "{hero}は目になみだをうかべて、{+relative}のところへ行きました。"),
            StoryBeat("「なおせるかな」と{hero}は聞きました。", "「らんぼうにして、ごめんなさい」と{hero}は言いました。", isOptional: true),
            StoryBeat(
                "「{toy.mend}があればだいじょうぶ」と{relative}は言いました。", "「{toy.mend}で{toy}をなおそう」と{relative}は言いました。"),
            StoryBeat(
                "{hero}が{toy}をおさえて、{relative}が{toy.part}をなおしました。", "ふたりは机にすわって、{toy.part}をなおしました。"),
            StoryBeat("やがて、{toy}はまた{toy.can}ようになりました。", "「見て、また{toy.can}よ！」と{hero}は言いました。"),
            StoryBeat("{hero}は{gladness}に{relative}に飛びつきました。", "「ありがとう」と{hero}は{relative}に言いました。"),
            StoryBeat("それから{hero}は、{toy}をとても大切にしました。", "その夜、{toy}は{hero}のとなりでねむりました。"),
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
                "ある{time}、{hero}の{+color}{+clothing}が見つかりません。", "{hero}が出かけようとすると、{+color}{+clothing}がありません。"),
            StoryBeat("「{color}{clothing}はどこかな」と{hero}は言いました。", "「{clothing}をさがさなくちゃ」と{hero}は言いました。"),
            StoryBeat("{spot}の下を見ると、{clutter}しかありません。", "{spot}のうしろを見ると、{clutter}がありました。"),
            StoryBeat("{spot}のそばにもありません。", isOptional: true),
            StoryBeat("すると、{+nook}から小さな音が聞こえました。", "それから、{hero}は{+nook}の戸を開けました。"),
            StoryBeat(
                "{color}{clothing}の中で、小さな{+animal}がねむっていました。",
                "そこには{color}{clothing}があって、中に小さな{+animal}がいました。"),
            StoryBeat("「ここはあたたかくて、ふわふわだよ」と{animal}は言いました。", "「もう少しねむらせて」と{animal}は言いました。"),
            StoryBeat(
                "{hero}はわらって、{animal}にかごと毛布を持ってきました。", "{hero}は、{animal}に毛糸で新しいベッドを作りました。"),
            StoryBeat("こうして{hero}の{color}{clothing}がもどりました。", "「これでみんなあたたかいね」と{hero}は言いました。"),
            StoryBeat("{animal}は冬の間、{nook}でくらしました。", "毎晩、{hero}は{nook}の{animal}におやすみを言いました。"),
        ])

    private static let seed = StoryPlot(
        "seed",
        roles: [StoryRole("hero", "child"), StoryRole("plant", "plant"), StoryRole("relative", "relative")],
        [
            opening,
            StoryBeat("{month}に、{hero}は庭に{+plant}の小さな種をまきました。", "{hero}は{+plant}の種をもらって、はちの土にうめました。"),
            StoryBeat("{hero}は毎日水をやりました。", "{hero}は種に水をやって、歌を歌ってあげました。"),
            StoryBeat("何日たっても、芽は出ません。", "{hero}がいくら見ても、葉っぱは一まいもありません。"),
            StoryBeat(
                "「どうして{plant}は大きくならないの」と{hero}は{+relative}に聞きました。",
                "「{plant}はねているのかな」と{hero}は{+relative}に聞きました。"),
            StoryBeat("「お日さまと時間がいるんだよ」と{relative}は言いました。", "「よいものは、ゆっくりそだつよ」と{relative}は言いました。"),
            StoryBeat("{hero}は待って、待って、待ちました。", "{hero}はあきらめませんでした。", isOptional: true),
            StoryBeat("{mild}{time}、土の中から小さな緑の芽が出ました。", "雨のあと、{hero}は小さな緑の芽を見つけました。"),
            StoryBeat("芽は、毎日毎日のびました。", "芽はくきになり、くきは太くなりました。"),
            StoryBeat("そしてとうとう、{plant.crop}になりました。", "夏の終わりには、{plant.crop}ができました。"),
            StoryBeat(
                "「本当だったね」と{hero}は{relative}に言って、ふたりでわらいました。", "{hero}は{gladness}に、みんなに{plant}を見せました。"),
        ])

    private static let night = StoryPlot(
        "night",
        roles: [
            StoryRole("hero", "child"), StoryRole("noise", "noise"), StoryRole("relative", "relative"),
            StoryRole("light", "light"),
        ],
        [
            opening,
            StoryBeat("ある夜、{hero}はねむれませんでした。", "夜おそく、{hero}はベッドの中で目を開けていました。"),
            StoryBeat(
                "{noise.where}から、{+noise}という音がしました。", "{noise.where}で、{+noise}と何かが鳴りました。"),
            StoryBeat("「{noise}、{noise}」と、くらやみの中で音がします。"),
            StoryBeat("{hero}はこわくて、毛布にもぐりました。", "「おばけかな」と{hero}は小さな声で言いました。"),
            StoryBeat("そこへ、{+light}を持った{+relative}が来ました。", "「助けて！」とよぶと、{+relative}が{+light}を持ってきました。"),
            StoryBeat(
                "「いっしょに見てみよう」と{relative}は言いました。", "「こわくないよ、{light}があるからね」と{relative}は言いました。"),
            StoryBeat("それは、{noise.source}でした。", "明かりの中に見えたのは、{noise.source}でした。"),
            StoryBeat("おばけではなかったので、{hero}はわらいました。", "「{noise}の正体はこれだったのか」と{hero}は言いました。"),
            StoryBeat("{relative}は{hero}に短いお話をしてくれました。", isOptional: true),
            StoryBeat("まもなく、{hero}はぐっすりねむりました。", "{light}が消えて、{hero}は星のゆめを見ました。"),
        ])
}
