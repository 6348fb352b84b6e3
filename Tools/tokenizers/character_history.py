#!/usr/bin/env python3
"""Prints the ranges of Sources/HibariTokenizers/Text/CharacterHistory.swift.

    character_history.py /usr/share/unicode

The argument is a folder with the UnicodeData.txt of the Unicode version that utf8proc has (Debian: unicode-data).
Hugging Face tokenizers is asked about every scalar; a range is as long as no character in it contradicts. Checked
with tokenizers 0.23.3 and Unicode 15.0.
"""

import sys
from pathlib import Path

from tokenizers import normalizers, pre_tokenizers

SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def read(folder):
    categories, classes, decomposed, lowercase = {}, {}, set(), {}
    first = 0
    for line in (Path(folder) / "UnicodeData.txt").read_text().splitlines():
        fields = line.split(";")
        code = int(fields[0], 16)
        for inside in range(first if fields[1].endswith("Last>") else code, code + 1):
            categories[inside] = fields[2]
        first = code
        classes[code] = int(fields[3])
        if fields[5]:
            decomposed.add(code)
        if fields[13]:
            lowercase[code] = int(fields[13], 16)
    return categories, classes, decomposed, lowercase


def ranges(inside, outside):
    """The fewest ranges that hold all of `inside` and none of `outside`."""
    found, is_open = [], False
    for code, belongs in sorted([(code, True) for code in inside] + [(code, False) for code in outside]):
        if belongs and is_open:
            found[-1][1] = code
        elif belongs:
            found.append([code, code])
        is_open = belongs
    return ", ".join(f"0x{low:X}...0x{high:X}" for low, high in found)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    categories, classes, decomposed, lowercase = read(sys.argv[1])

    def of(*names):
        return {code for code, name in categories.items() if name.startswith(names)}

    def removed(normalizer):
        return {code for code in SCALARS if normalizer.normalize_str(f"a{chr(code)}a") == "aa"}

    def cut(splitter):
        return {code for code in SCALARS if len(splitter.pre_tokenize_str(f"a{chr(code)}a")) == 3}

    def compare(name, known, theirs):
        print(f"{name}: no longer {ranges(known - theirs, known & theirs)}; more {ranges(theirs - known, known)}")

    symbols = {ord(symbol) for symbol in "$+<=>^`|~"}
    plain = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    compare("punctuation", of("P") | symbols, cut(pre_tokenizers.BertPreTokenizer()))
    compare("nonspacing marks", of("Mn"), removed(normalizers.BertNormalizer(**plain | {"strip_accents": True})))
    compare("marks", of("M"), removed(normalizers.StripAccents()))
    controls = of("Cc", "Cf", "Co") - {9, 10, 13} | {0, 0xFFFD}
    compare("controls", controls, removed(normalizers.BertNormalizer(**plain | {"clean_text": True})))
    compare("numbers", of("N"), cut(pre_tokenizers.Digits(individual_digits=True)))

    nfkd, nfd, lower = normalizers.NFKD(), normalizers.NFD(), normalizers.Lowercase()
    same = {code for code in decomposed if nfkd.normalize_str(chr(code)) == chr(code)}
    print("undecomposed:", ranges(same, decomposed - same))

    def is_sorted(code):
        """Whether a mark changes places with one of another combining class."""
        text = f"a{chr(code)}\u0334" if classes[code] > 1 else f"a\u0301{chr(code)}"
        return nfd.normalize_str(text) != text

    marks = {code for code, number in classes.items() if number > 0 and code not in decomposed}
    unsorted = {code for code in marks if not is_sorted(code)}
    print("uncombined:", ranges(unsorted, marks - unsorted))
    changed = [(code, lower.normalize_str(chr(code))) for code in SCALARS]
    print("lowercase:", [(hex(code), hex(ord(text))) for code, text in changed
                         if len(text) == 1 and ord(text) != lowercase.get(code, code)])  # fmt: skip


if __name__ == "__main__":
    main()
