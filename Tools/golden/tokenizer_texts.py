"""Texts for tokenizer fixtures: sentences in many scripts, what tokenizers get wrong, and random characters."""

import random
import unicodedata

# Article 1 of the Universal Declaration of Human Rights.
SENTENCES = [
    "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience "
    "and should act towards one another in a spirit of brotherhood.",
    "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et de "
    "conscience et doivent agir les uns envers les autres dans un esprit de fraternité.",
    "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt und "
    "sollen einander im Geist der Brüderlichkeit begegnen.",
    "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、理性と良心とを授けられており、"
    "互いに同胞の精神をもって行動しなければならない。",
    "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。",
    "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을 부여받았으며 서로 "
    "형제애의 정신으로 행동하여야 한다.",
    "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью и должны "
    "поступать в отношении друг друга в духе братства.",
    "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق. وقد وهبوا عقلا وضميرا وعليهم أن يعامل بعضهم بعضا بروح الإخاء.",
    "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון.",
    "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
    "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
    "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền.",
    "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. İSTANBUL ıI",
]

AWKWARD = [
    "",
    " ",
    "   ",
    "\n",
    "a",
    " a",
    "a ",
    "  two  spaces   three    ",
    "\t tab\r\nline\rbreaks\n\n\nthree \v\f\x1c\x85\u2028\u2029end",
    "\x00\x01\x02\x7f\x80\x9f\xad\ufeff\ufffd control",
    "\xa0no\u3000break\u2003space\u200bzero\u200cnon\u200djoin\u2060word\u180emark",
    "don't I'm we're they've you'll he'd it's 'S 'LL rock'n'roll do not n't",
    "Hello, world! How are you?  (Fine.) [yes] {no} <s> </s> <unk> [CLS] [SEP] [UNK] [PAD] <|endoftext|> <sep> <x>",
    "1 12 123 1234 12345 3.14 1,000,000 ½ Ⅷ ٣٤٥ १२३ 四五 ²³ ①",
    "e\u0301 é ẹ\u0302 ệ A\u030a Å \u212b q\u0307\u0323 q\u0323\u0307 \u1e69 s\u0323\u0307",
    "\u0301leading mark, many marks: a" + "\u0301\u0323" * 6 + "b",
    "ﬁ ﬂ Ａｂｃ １２３ ｶﾞ ｶ ﾞ パ ハ\u309a ㌔ ㍿ ﷺ Ǆ ª ℌ",
    "각 \u1100\u1161\u11a8 가\u11a8 한글 \u1112\u1161\u11ab",
    "👨‍👩‍👧‍👦 👩🏽‍💻 🏳️‍🌈 🇯🇵🇫🇷🇩 ❤️ ☺︎ 👍🏿 #️⃣ 🧑‍🤝‍🧑",
    "𝒜𝓃𝒸𝒾𝑒𝓃𝓉 𐌰𐌱 𠀀𠀁 \U0001f9ff \U000e0001\U000e0041 \U0010ffff\ue000",
    "İi Iı ẞß ΣΑΣ ς Ǆǅǆ ŉ ΐ",
    "▁under▁score ▁ ▁▁ _snake_case camelCase ##ing <0x41> <0xE3> Ġword Ċ",
    "https://example.com/path?query=1&b=%20#x user@example.org C++ #include <stdio.h>\n\tint main() { return 0; }",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "supercalifragilisticexpialidocious antidisestablishmentarianism unaffable",
    "日本語とEnglishの混ざった文、数字123も。「引用」『二重』…ー〜・",
    "雲雀は空高く舞い上がり、囀っている。東京特許許可局",
    "«guillemets» “quotes” ‘single’ — dash – en ‐ hyphen … ellipsis ¿qué? ¡sí! € £ ¥ § © ™ + < = > | ~ ^ ` $",
]

BLOCKS = [
    (0x00, 0x7F), (0x20, 0x7E), (0x80, 0x24F), (0x250, 0x36F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0xDFF),
    (0xE00, 0xEFF), (0x1100, 0x11FF), (0x1E00, 0x206F), (0x2070, 0x2BFF), (0x3000, 0x30FF), (0x3100, 0x33FF),
    (0x3400, 0x9FFF), (0xA000, 0xABFF), (0xAC00, 0xD7A3), (0xE000, 0xFAFF), (0xFB00, 0xFFFD), (0x10000, 0x1FFFF),
    (0x1F1E6, 0x1F1FF), (0x1F300, 0x1FAFF), (0x20000, 0x2FA1D), (0xE0000, 0xE01EF), (0x100000, 0x10FFFF),
]
FAVORITES = list("  \n\t'.,▁e\u0301\u0323\u200d\ufe0f🏽aかがの")


def random_text(stream: random.Random, only_assigned: bool = True) -> str:
    """A few runs of characters, each run of one block, with spaces, marks and joiners in between."""
    result = []
    for _ in range(stream.randint(1, 6)):
        low, high = stream.choice(BLOCKS)
        for _ in range(stream.randint(1, 6)):
            scalar = stream.randint(low, high)
            if 0xD800 <= scalar < 0xE000:
                continue
            # Characters that one library knows and the other does not are no matter of tokenizing; the normalizers
            # of tokenizers do not know U+32FF, of Unicode 12.1.
            if only_assigned and (scalar == 0x32FF or unicodedata.category(chr(scalar)) in ("Cn", "Co")):
                continue
            result.append(chr(scalar))
        if stream.random() < 0.6:
            result.append(stream.choice(FAVORITES))
    return "".join(result)


def texts(seed: int, count: int) -> list[str]:
    stream = random.Random(seed)
    return SENTENCES + AWKWARD + [random_text(stream) for _ in range(count)]
