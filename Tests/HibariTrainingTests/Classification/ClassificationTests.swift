import Glibc
import HibariCheckpoint
import HibariModels
import HibariNN
import HibariSupport
import HibariTensor
import HibariTestSupport
import HibariTokenizers
import HibariTraining
import Testing

/// Classifiers over a random model: its last token decides the class, which even a random model tells.
@Suite struct ClassificationTests {
    private let folder = TemporaryDirectory()
    private let model: String

    init() throws {
        model = folder.path + "/model"
        try makeDirectories(model)
        let configuration = try DecoderConfiguration(
            family: .llama, vocabularySize: 257, contextLength: 32, layerCount: 2, hiddenSize: 24,
            headCount: 4, keyValueHeadCount: 2, headDim: 8)
        let made = try configuration.makeModel(ParameterScope(.initialize(seed: 5)))
        try ModelFolder.write(made, ByteTokenizer(), to: model)
    }

    /// Texts that end in `!` or in `.`.
    private let texts: LabeledTexts = {
        let count = 80
        var random = RandomStream(seed: 7, purpose: .testing)
        let words = (0..<count).map { _ in
            String(
                (0..<Int.random(in: 2...9, using: &random)).map { _ in
                    "abcdefgh".randomElement(using: &random)!
                })
        }
        return LabeledTexts(
            texts: words.enumerated().map { $1 + ($0 % 2 == 0 ? "!" : ".") },
            labels: (0..<count).map { Int32($0 % 2) }, names: ["loud", "quiet"])
    }()

    private func train(
        _ mode: ClassifierFolder.Mode, epochs: Int = 12, rate: Double? = 5e-3
    ) throws -> (classifier: TextClassifier, heldOut: LabeledTexts) {
        let (training, heldOut) = texts.parted(0.25, .last, seed: 1)
        var options = ClassificationOptions()
        (options.mode, options.epochs, options.learningRate) = (mode, epochs, rate)
        if mode == .lora { options.lowRank = try LowRankConfiguration(rank: 4) }
        let run = try Classification(model: model, options, training: training, validation: heldOut)
        return (try run.run(), heldOut)
    }

    private func probe(_ classifier: TextClassifier) throws -> [Float] {
        try classifier.logits(of: ["abc!", "a longer one."]).array(of: Float.self)
    }

    @Test(arguments: ClassifierFolder.Mode.allCases)
    func learnsWritesAndReadsAgain(_ mode: ClassifierFolder.Mode) throws {
        let (classifier, heldOut) = try train(mode)
        let report = try ClassificationReport(classifier, heldOut)
        #expect(report.matrix.accuracy >= 0.95)
        #expect(
            report.matrix.total == 20
                && report.mistakes.count == 20 - Int((report.matrix.accuracy * 20).rounded()))
        let out = folder.path + "/out-\(mode.rawValue)"
        try makeDirectories(out)
        try ClassifierFolder.write(classifier, .init(mode: mode, textColumn: "text"), to: out)
        let read = try ClassifierFolder(path: out)
        #expect(read.details.mode == mode && read.details.textColumn == "text")
        #expect(read.classifier.labels == ["loud", "quiet"])
        let (before, after) = (try probe(classifier), try probe(read.classifier))
        #expect(zip(before, after).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    @Test func fullModelsAreThoseOfTransformers() throws {
        let (classifier, _) = try train(.full, epochs: 1)
        let out = folder.path + "/full"
        try makeDirectories(out)
        try ClassifierFolder.write(classifier, .init(mode: .full), to: out)
        let json = try JSONValue(contentsOf: out + "/config.json")
        #expect(json["architectures"] == ["LlamaForSequenceClassification"])
        #expect(json["id2label"] == ["0": "loud", "1": "quiet"])
        #expect(json["label2id"] == ["loud": 0, "quiet": 1])
        let file = try SafetensorsFile(path: out + "/model.safetensors")
        #expect(file.shape(of: "score.weight") == [2, 24])
        // The language model in it is still one.
        #expect(try LoadedModel(path: out).model.configuration.hiddenSize == 24)
    }

    @Test func eachTextIsReadByItself() throws {
        let (classifier, heldOut) = try train(.frozen)
        let together = try classifier.logits(of: heldOut.texts).array(of: Float.self)
        let alone = try heldOut.texts.flatMap { try classifier.logits(of: [$0]).array(of: Float.self) }
        #expect(zip(together, alone).allSatisfy { abs($0 - $1) < 1e-3 })
    }

    @Test func longTextsAreCutOff() throws {
        let base = try LoadedModel(path: model)
        let classifier = TextClassifier(base, labels: ["a", "b"], maxLength: 5, seed: 1)
        #expect(try classifier.tokens(of: "abcdefgh") == [97, 98, 99, 100, 101])
        #expect(throws: ClassificationError.emptyText) { try classifier.tokens(of: "") }
    }

    @Test func aClassWithoutTextsIsRefused() throws {
        let lonely = LabeledTexts(texts: ["a", "b"], labels: [0, 0], names: ["x", "y"])
        #expect(throws: ClassificationError.missingClass(name: "y")) {
            try Classification(model: model, ClassificationOptions(), training: lonely, validation: nil)
        }
    }

    @Test func absurdCountsAreRefused() {
        for path in [\ClassificationOptions.epochs, \ClassificationOptions.batch] {
            var options = ClassificationOptions()
            options[keyPath: path] = .max
            #expect(throws: ConfigurationError.self) { try options.validate() }
        }
    }

    @Test(arguments: [ClassifierFolder.Mode.frozen, .lora])
    func aMovedBaseIsNamed(_ mode: ClassifierFolder.Mode) throws {
        let (classifier, _) = try train(mode, epochs: 1)
        let expected = try probe(classifier)
        let (out, moved) = (folder.path + "/out", folder.path + "/moved")
        try makeDirectories(out)
        try ClassifierFolder.write(classifier, .init(mode: mode), to: out)
        #expect(rename(model, moved) == 0)
        #expect(throws: ClassificationError.missingBase(path: out, base: model)) {
            try ClassifierFolder(path: out)
        }
        let found = try probe(ClassifierFolder(path: out, base: moved).classifier)
        #expect(zip(expected, found).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    @Test func aFileMayBeRenamed() throws {
        let (classifier, _) = try train(.frozen)
        let out = folder.path + "/out"
        try makeDirectories(out)
        let base = try LoadedModel(path: model + "/model.safetensors")
        try ClassifierFolder.write(
            TextClassifier(base, classifier.head, maxLength: 32), .init(mode: .frozen), to: out)
        let renamed = model + "/renamed.safetensors"
        #expect(rename(model + "/model.safetensors", renamed) == 0)
        let read = try ClassifierFolder(path: out, base: renamed)
        #expect(read.classifier.labels == ["loud", "quiet"])
    }

    @Test func aModelOfItsOwnTakesNoBase() throws {
        let (classifier, _) = try train(.full, epochs: 1)
        let out = folder.path + "/out"
        try makeDirectories(out)
        try ClassifierFolder.write(classifier, .init(mode: .full), to: out)
        #expect(throws: ClassificationError.ownModel(path: out)) {
            try ClassifierFolder(path: out, base: model)
        }
    }

    @Test func allWeightsOfAnAdapterAreNotTrained() throws {
        let (classifier, _) = try train(.lora, epochs: 1)
        let out = folder.path + "/out"
        try makeDirectories(out)
        try ClassifierFolder.write(classifier, .init(mode: .lora), to: out)
        var options = ClassificationOptions()
        options.mode = .full
        #expect(throws: FineTuneError.baseIsAdapter(path: out)) {
            try Classification(model: out, options, training: texts, validation: nil)
        }
    }

    @Test func damagedClassifiers() throws {
        let (classifier, _) = try train(.frozen)
        let out = folder.path + "/out"
        try makeDirectories(out)
        try ClassifierFolder.write(classifier, .init(mode: .frozen), to: out)
        // No run takes its folder.
        #expect(throws: RunError.self) { try RunDirectory(path: out).checkFree() }
        for (name, words) in [("classifier.json", Mutations.jsonWords), ("score.safetensors", [])] {
            let path = joinPath(out, name)
            let valid = try readFile(path)
            let refused = try refusals(
                of: Mutations(valid, words: words, seed: 1), count: 300, path: path
            ) { _ in _ = try probe(ClassifierFolder(path: out).classifier) }
            #expect(refused > 60, "\(name): \(refused)")
            try writeQuickly(path, valid)
        }
    }

    @Test func anotherBaseIsRefused() throws {
        let (classifier, _) = try train(.frozen)
        let out = folder.path + "/out"
        try makeDirectories(out)
        try ClassifierFolder.write(classifier, .init(mode: .frozen), to: out)
        let path = model + "/config.json"
        try writeFileAtomically(path, try readFile(path) + [0x0A])
        #expect(throws: ClassificationError.changedBase(path: out, base: model)) {
            try ClassifierFolder(path: out)
        }
        try writeFileAtomically(out + "/classifier.json", "{\"mode\": \"new\"}")
        #expect(throws: ClassificationError.self) { try ClassifierFolder(path: out) }
        #expect(throws: ClassificationError.noClassifier(path: folder.path)) {
            try ClassifierFolder(path: folder.path)
        }
    }
}
