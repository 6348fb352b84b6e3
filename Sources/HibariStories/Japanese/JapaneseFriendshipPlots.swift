extension JapaneseStories {
    /// Meeting somebody, helping, and being helped.
    static let friendshipPlots: [StoryPlot] = [lostBaby, favor, song, gift]

    private static let lostBaby = StoryPlot(
        "lost baby",
        roles: [StoryRole("hero", "child"), StoryRole("place", "farmland"), StoryRole("baby", "baby")],
        [
            opening,
            StoryBeat("{mild}{time}、{hero}は{+place}の近くを歩いていました。", "ある{time}、{hero}は{+place}へ花をつみに行きました。"),
            StoryBeat("{hero}は{cover}のかげに{+baby}を見つけました。", "{cover}のうしろに、小さな{+baby}がすわっていました。"),
            StoryBeat("「{baby.voice}、{baby.voice}」と{baby}は鳴きました。"),
            StoryBeat("お母さんが見つからなくて、{baby}は泣いていたのです。", "{baby}はまいごで、おなかもすいていました。"),
            StoryBeat("「泣かないで、{baby}さん」と{hero}は言いました。", "「助けてあげるよ、{baby}さん」と{hero}は言いました。"),
            StoryBeat(
                "{hero}が{baby.food}をあげると、{baby}は元気になりました。", "まず、{hero}は{baby}のために{baby.food}をさがしました。",
                isOptional: true),
            StoryBeat(
                "ふたりは{place}のまわりで、お母さんをさがしました。", "{hero}は{baby}をだいて、{place}の反対がわへ行きました。"),
            StoryBeat("とうとう、大きな{baby.parent}に会いました。", "すると、大きな{baby.parent}が走ってきました。"),
            StoryBeat("{baby}はよろこんで、{baby.joy}。", "「{baby.voice}！」と{baby}は鳴いて、{baby.joy}。"),
            StoryBeat(
                "「{hero}、この子を見つけてくれてありがとう」と{baby.parent}は言いました。",
                "{baby.parent}は{hero}におれいを言って、{baby}をつれて帰りました。"),
        ])

    private static let favor = StoryPlot(
        "favor",
        roles: [StoryRole("hero", "child"), StoryRole("animal", "animal")],
        [
            opening,
            StoryBeat("ある{time}、{hero}は森ではらぺこの{+animal}に会いました。", "森へ行く道で、{hero}はやせた{+animal}を見ました。"),
            StoryBeat("「{animal.food}を持っていませんか」と{animal}は聞きました。", "「二日も何も食べていないんです」と{animal}は言いました。"),
            StoryBeat(
                "{hero}はかばんの{animal.food}を、みんな{animal}にあげました。", "やさしい{hero}は、{animal}に{animal.food}をあげました。"),
            StoryBeat("「このことはわすれません」と{animal}は言いました。", "{animal}はむしゃむしゃ食べて、走っていきました。"),
            StoryBeat("夕方、{hero}は道にまよいました。", "やがて暗くなり、{hero}は帰る道がわからなくなりました。"),
            StoryBeat("「だれかいませんか」と{hero}はよびました。", "{hero}は石にすわって泣きました。", isOptional: true),
            StoryBeat("木の間から出てきたのは、あの{animal}でした。", "とつぜん、{hero}の前に{animal}があらわれました。"),
            StoryBeat(
                "「{hero}、ついておいで、道を知っているよ」と{animal}は言いました。", "「今度は、わたしが助ける番です」と{animal}は言いました。"),
            StoryBeat("{animal}は月の下を、{hero}の家まで案内しました。", "一歩一歩、{hero}は{animal}のあとを歩きました。"),
            StoryBeat(
                "家に着くと、{animal}は{hero}に{animal.gift}をくれました。", "「友だちは分け合うんだね」と{hero}は{animal}をだきしめました。"),
        ])

    private static let song = StoryPlot(
        "song",
        roles: [
            StoryRole("hero", "child"), StoryRole("skill", "skill"), StoryRole("place", "open"),
            StoryRole("bird", "singer"),
        ],
        [
            opening,
            StoryBeat("{hero}は{+skill}が上手になりたいと思っていました。", "{hero}は{+skill}が苦手でした。"),
            StoryBeat("{hero}は、だれもいない{+place}へ行きました。", "{hero}は{+place}に一人ですわっていました。"),
            StoryBeat("小さな{+bird}が、歌いながら空へのぼっていきました。", "空の高いところで、小さな{+bird}が歌っていました。"),
            StoryBeat(
                "「どうしたら上手になれるの」と{hero}は{bird}に聞きました。", "「{bird}さん、{skill}を教えて」と{hero}は言いました。"),
            StoryBeat("「{skill.lesson}、楽しく{skill.do}んだよ」と{bird}は言いました。"),
            StoryBeat("{hero}はやってみましたが、うまくいきません。", "はじめは、あまり上手ではありませんでした。", isOptional: true),
            StoryBeat("{hero}は何度も何度も{skill}をれんしゅうしました。", "毎日、{hero}と{bird}は{place}でれんしゅうしました。"),
            StoryBeat("「ほら、{skill}が上手になったよ！」と{hero}は言いました。", "とうとう、{hero}は{bird}のように{skill}が上手になりました。"),
            StoryBeat("{bird}は{gladness}でした。", "「よくできたね、{hero}」と{bird}は言いました。"),
            StoryBeat("今では毎朝、{hero}と{bird}がお日さまをむかえます。", "{place}で{bird}が歌うとき、{hero}もきっと近くにいます。"),
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
                "{hero}は銀のコインを一まい持って、{+shop}へ行きました。", "{mild}{time}、{hero}は銀のコインをにぎって{+shop}へ行きました。"),
            StoryBeat(
                "「{shop.goods}をください」と{hero}は{shop.keeper}に言いました。",
                "{shop.keeper}はにっこりして、{hero}に{shop.goods}をわたしました。"),
            StoryBeat("外では、{friend.noun}の{+friend}が泣いていました。", "{shop}の前に、悲しそうな{friend.noun}の{+friend}がいました。"),
            StoryBeat("「どうしたの、{friend}」と{hero}は聞きました。", "「{friend}、どうして泣いているの」と{hero}は聞きました。"),
            StoryBeat("「誕生日なのに、ひとりぼっちなの」と{friend}は言いました。", "「みんなが誕生日をわすれたの」と{friend}は言いました。"),
            StoryBeat("{hero}は少し考えました。", "{hero}は{friend}がかわいそうになりました。", isOptional: true),
            StoryBeat(
                "そして{hero}は、{shop.goods}を{friend}にあげました。", "「これ、{friend}にあげる」と{hero}は{shop.goods}をわたしました。"),
            StoryBeat("{friend}はおどろいて、泣くのをわすれました。", "「いちばんうれしいおくりものだよ！」と{friend}は言いました。"),
            StoryBeat("{shop.keeper}も出てきて、誕生日の歌を歌いました。", isOptional: true),
            closing,
        ])
}
