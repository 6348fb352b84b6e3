import HibariSupport

/// What a SentencePiece `.model` file says.
///
/// Source: sentencepiece_model.proto; fields that change neither ids nor text are passed over.
struct SentencePieceModelFile: Sendable {
    enum Kind: Int, Sendable {
        case normal = 1
        case unknown, control, userDefined, unused, byte
    }

    struct Piece: Sendable {
        var text: [UInt8] = []
        var score: Float = 0
        var kind = Kind.normal
    }

    enum Algorithm: Int, Sendable {
        case unigram = 1
        case bpe = 2
    }

    private(set) var pieces: [Piece] = []
    private(set) var algorithm = Algorithm.unigram
    private(set) var fallsBackToBytes = false
    private(set) var endOfSentence = 2
    /// What an unknown token decodes to.
    private(set) var unknownSurface = Array(" ⁇ ".utf8)
    /// Empty for none.
    private(set) var characterMap: [UInt8] = []
    private(set) var addsDummyPrefix = true
    private(set) var removesExtraSpaces = true
    private(set) var escapesSpaces = true

    let path: String

    init(path: String) throws {
        let file = try MappedFile(path: path)
        try self.init(path: path, bytes: file.bytes)
        withExtendedLifetime(file) {}
    }

    init(path: String, bytes: UnsafeRawBufferPointer) throws(BinaryFileError) {
        self.path = path
        var reader = ProtobufReader(path: path, bytes: bytes, range: 0..<bytes.count)
        var seen = TokenTable()
        while let field = try reader.next() {
            switch field.number {
            case 1:
                let piece = try Self.piece(try reader.message(field), at: field.offset)
                guard seen.append(piece.text.span) || piece.text.isEmpty else {
                    throw reader.invalid(
                        "the piece \(quoted(text(piece.text))) for the second time", at: field.offset)
                }
                pieces.append(piece)
            case 2: try readTrainer(try reader.message(field))
            case 3: try readNormalizer(try reader.message(field))
            case 5: try Self.checkDenormalizer(try reader.message(field))
            default: break
            }
        }
        let unknowns = pieces.count { $0.kind == .unknown }
        guard unknowns == 1 else {
            throw reader.invalid(
                "\(pieces.count) pieces, \(unknowns) of them for what is unknown; expected one,", at: 0)
        }
    }

    private static func piece(_ message: ProtobufReader, at offset: Int) throws(BinaryFileError) -> Piece {
        var (message, piece) = (message, Piece())
        while let field = try message.next() {
            switch field.number {
            case 1: piece.text = try message.text(field)
            case 2: piece.score = try message.float(field)
            case 3:
                let number = try message.int(field)
                guard let kind = Kind(rawValue: number) else {
                    throw message.invalid("a piece of the unknown kind \(number)", at: field.offset)
                }
                piece.kind = kind
            default: break
            }
        }
        if piece.text.isEmpty { throw message.invalid("a piece without text", at: offset) }
        if !piece.score.isFinite {
            throw message.invalid("a piece with the score \(piece.score)", at: offset)
        }
        if piece.kind == .byte, namedByte(piece.text) == nil {
            throw message.invalid("a byte piece that names no byte", at: offset)
        }
        return piece
    }

    private mutating func readTrainer(_ message: ProtobufReader) throws(BinaryFileError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 3:
                let number = try message.int(field)
                guard let algorithm = Algorithm(rawValue: number) else {
                    let names = [3: "words", 4: "characters"]
                    throw message.unsupported(
                        "a SentencePiece model of \(names[number] ?? "type \(number)")", at: field.offset)
                }
                self.algorithm = algorithm
            case 24 where try message.bool(field):
                throw message.unsupported("treat_whitespace_as_suffix", at: field.offset)
            case 35: fallsBackToBytes = try message.bool(field)
            case 42: endOfSentence = try message.int(field)
            case 44: unknownSurface = try message.text(field)
            default: break
            }
        }
    }

    private mutating func readNormalizer(_ message: ProtobufReader) throws(BinaryFileError) {
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 2: characterMap = try message.bytes(field)
            case 3: addsDummyPrefix = try message.bool(field)
            case 4: removesExtraSpaces = try message.bool(field)
            case 5: escapesSpaces = try message.bool(field)
            default: break
            }
        }
    }

    private static func checkDenormalizer(_ message: ProtobufReader) throws(BinaryFileError) {
        var message = message
        while let field = try message.next() {
            if field.number == 2, try !message.bytes(field).isEmpty {
                throw message.unsupported("a denormalizer", at: field.offset)
            }
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
