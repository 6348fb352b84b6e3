extension JapaneseStories {
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
            StoryBeat("{hero}は{+color}たこを持っていました。", "{hero}のたからものは、{+color}たこでした。"),
            StoryBeat(
                "風の強い{time}、{hero}は{color}たこを持って{+place}へ行きました。",
                "ある{time}、風がびゅうびゅうふいたので、{hero}は{color}たこをかかえて{+place}へ走りました。"),
            StoryBeat("たこは、ぐんぐん空へのぼっていきました。", "{color}たこは、{place}の上を高く高くまいました。"),
            StoryBeat(
                "ところが糸が切れて、たこは{+tree}の木に引っかかりました。",
                "とつぜん強い風がふいて、たこは{+tree}の木に引っかかってしまいました。"),
            StoryBeat("「ああ、たこが！」と{hero}はさけびました。", "「手がとどかない」と{hero}は悲しそうに言いました。"),
            StoryBeat(
                "すると、{+tool}を持った{friend.noun}の{+friend}がやってきました。",
                "それを見た{friend.noun}の{+friend}が、{+tool}を持ってきました。"),
            StoryBeat("「だいじょうぶ、{hero}、手つだうよ」と{friend}は言いました。", isOptional: true),
            StoryBeat(
                "{friend}が{tool}を使うと、たこはするりと外れました。", "{friend}は{tool}で、{color}たこを{tree}の木から下ろしました。"),
            StoryBeat(
                "「ありがとう、{friend}」と{hero}は言いました。", "{hero}はうれしくて、{friend}の手をぎゅっとにぎりました。"),
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
                "ある{time}、{hero}が{+place}で遊んでいると、黒い雲が出てきました。", "{hero}が{+place}を歩いていると、空が灰色になりました。"),
            StoryBeat("すぐに雨がふりだして、{hero}はぬれてしまいました。", "ザアザアと、雨がふってきました。"),
            StoryBeat("{hero}は走って走って、{+shelter}の下にかくれました。", "{hero}は{+shelter}を見つけて、その下にすわりました。"),
            StoryBeat("そこには{+animal}もいて、ぶるぶるふるえていました。", "となりには、びしょぬれの{+animal}がいました。"),
            StoryBeat(
                "「ここにいてもいいですか」と{hero}は聞きました。", "「こんにちは、{animal}さん」と{hero}は言いました。"),
            StoryBeat(
                "「もちろん、{shelter}の下はぬれないよ」と{animal}は言いました。", "「雨はきらいだよ」と{animal}は言いました。"),
            StoryBeat(
                "{hero}は持っていた{+food}を{animal}に分けてあげました。", "おなかがすいたので、{hero}は{+food}を{animal}と半分こしました。"),
            StoryBeat("ふたりは雨がやむまで{game}をしました。", "ふたりは歌を歌って、お日さまを待ちました。"),
            StoryBeat("やがて、{place}の上ににじが出ました。", "とうとう、{place}にお日さまがもどってきました。"),
            StoryBeat(
                "「さようなら、{hero}、{food}をありがとう」と{animal}は言いました。", "「雨の日もいいね」と{hero}は{animal}に手をふりました。"),
        ])

    private static let boat = StoryPlot(
        "boat",
        roles: [
            StoryRole("hero", "child"), StoryRole("color", "color"), StoryRole("water", "water"),
            StoryRole("animal", "swimmer"),
        ],
        [
            opening,
            StoryBeat("{hero}は{+color}小さな船を作りました。", "{hero}は{+color}小さな船を持っていました。"),
            StoryBeat(
                "{mild}{time}、{hero}は船を{+water}にうかべました。", "{hero}は、船がうかぶかどうか見に{+water}へ行きました。"),
            StoryBeat("けれども水が速くて、{color}船は流されてしまいました。", "波が来て、{color}船は岸からはなれていきました。"),
            StoryBeat("「もどっておいで、小さな船！」と{hero}はよびました。", "{hero}は泳げないので、泣きだしました。"),
            StoryBeat("それを聞いた{+animal}が、そばへ泳いできました。", "すると、水の中から{+animal}が顔を出しました。"),
            StoryBeat("「どうして悲しいの」と{animal}は聞きました。", "「どうしたの」と{animal}は聞きました。"),
            StoryBeat(
                "「{color}船が{water}の向こうへ行ってしまったの」と{hero}は言いました。", "「{color}船をなくしたの」と{hero}は答えました。"),
            StoryBeat("{animal}は{water}をわたって、船をおしてきました。", "{animal}は船の下にもぐって、せなかにのせて運びました。"),
            StoryBeat("「{animal}さんは泳ぎが上手だね」と{hero}は言いました。", "{hero}はとび上がってよろこびました。", isOptional: true),
            StoryBeat("それから、{hero}は{color}船に長い糸をむすびました。", "今では、{animal}が{color}船の船長さんです。"),
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
                "ある冬の朝、{hero}が目をさますと、世界はまっ白でした。", "一晩じゅう雪がふったので、朝、{hero}はあたたかいくつをはきました。"),
            StoryBeat(
                "{hero}は{friend.noun}の{+friend}に会って、いっしょに雪だるまを作りました。",
                "「雪だるまを作ろうよ」と{hero}は友だちの{+friend}に言いました。"),
            StoryBeat("{friend}が体を作り、{hero}が頭を作りました。", "ふたりは大きな玉と小さな玉をころがしました。", isOptional: true),
            StoryBeat("でも、雪だるまには鼻がありません。", "「鼻がいるね」と{friend}は言いました。"),
            StoryBeat("{hero}は家へ走って、{+nose}を持ってきました。", "{hero}がポケットをさがすと、{+nose}がありました。"),
            StoryBeat("{nose}は、ぴったりの鼻になりました。", "「すてきな鼻だね」と{friend}は{nose}を見てわらいました。"),
            StoryBeat(
                "雪だるまが寒そうなので、{friend}は{+color}マフラーをまいてあげました。", "それから、{friend}は首に{+color}マフラーをまきました。"),
            StoryBeat("次の週、お日さまが照って、雪だるまはとけました。", "春になると、雪だるまはとけて水になりました。"),
            StoryBeat("{nose}と{color}マフラーだけがのこりました。", "{hero}は、のこった{nose}と{color}マフラーを見て悲しくなりました。"),
            StoryBeat(
                "「{hero}、来年の冬にまた作ろうね」と{friend}は言いました。", "「雪といっしょに帰ってくるよ」と{friend}は{hero}に言いました。"),
        ])
}
