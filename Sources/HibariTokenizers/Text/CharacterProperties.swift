import CUTF8Proc

/// Properties of Unicode scalar values that normalizers and pre-tokenizers tell apart, as Hugging Face tokenizers
/// does.
enum CharacterProperties {
    /// The general category, as of the Unicode version of utf8proc.
    static func category(_ value: UInt32) -> utf8proc_category_t {
        utf8proc_category(Int32(bitPattern: value))
    }

    /// White_Space.
    static func isWhitespace(_ value: UInt32) -> Bool { CharacterClasses.shared[value].isAny(.whitespace) }

    /// General category P.
    static func isPunctuation(_ value: UInt32) -> Bool {
        if CharacterHistory.punctuation.contains(value) { return true }
        switch category(value) {
        case UTF8PROC_CATEGORY_PC, UTF8PROC_CATEGORY_PD, UTF8PROC_CATEGORY_PS, UTF8PROC_CATEGORY_PE,
            UTF8PROC_CATEGORY_PI, UTF8PROC_CATEGORY_PF, UTF8PROC_CATEGORY_PO:
            return !CharacterHistory.noPunctuation.contains(value)
        default: return false
        }
    }

    /// General category P, and the ASCII symbols.
    static func isPunctuationOrASCIISymbol(_ value: UInt32) -> Bool {
        switch value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        case 0..<0x80: false
        default: isPunctuation(value)
        }
    }

    /// General category N.
    static func isNumeric(_ value: UInt32) -> Bool {
        CharacterClasses.shared[value].isAny(.number) || CharacterHistory.numbers.contains(value)
    }

    /// General category M.
    static func isMark(_ value: UInt32) -> Bool {
        switch category(value) {
        case UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_MC, UTF8PROC_CATEGORY_ME:
            !CharacterHistory.noMarks.contains(value)
        default: CharacterHistory.marks.contains(value)
        }
    }

    /// General category Mn.
    static func isNonspacingMark(_ value: UInt32) -> Bool {
        if category(value) != UTF8PROC_CATEGORY_MN { return CharacterHistory.nonspacingMarks.contains(value) }
        return !CharacterHistory.noNonspacingMarks.contains(value)
    }

    /// What `\w` matches: Alphabetic, M, Nd, Pc and Join_Control.
    /// Source: Unicode Technical Standard 18, annex C.
    static func isWordCharacter(_ value: UInt32) -> Bool {
        let known = CharacterClasses.shared[value]
        if known.isAny([.letter, .front, .back]) { return true }
        switch category(value) {
        case UTF8PROC_CATEGORY_NL, UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_PC: return true
        case UTF8PROC_CATEGORY_CN: return known.isAny(.number)
        case UTF8PROC_CATEGORY_SO:
            // Other_Alphabetic: the circled and squared Latin letters.
            return (0x24B6...0x24E9).contains(value) || (0x1F130...0x1F149).contains(value)
                || (0x1F150...0x1F169).contains(value) || (0x1F170...0x1F189).contains(value)
        default: return value == 0x200C || value == 0x200D
        }
    }
}
