import HibariData
import HibariTasks
import Testing

/// How pictures are parted, and what an autoencoder is given.
@Suite struct ImagePartsTests {
    @Test func heldOutPicturesAreOthers() throws {
        let parts = try ImageSet.digits.load(nil, limit: 400, seed: 3)
        #expect(parts.train.count == 380 && parts.held.count == 20 && parts.test.count == 2000)
        func pictures(_ set: ImageDataset) -> Set<[UInt8]> {
            Set((0..<set.count).map { Array(set.image($0)) })
        }
        #expect(pictures(parts.train).isDisjoint(with: pictures(parts.held)))
        #expect(pictures(parts.train).isDisjoint(with: pictures(parts.test)))
        // The classes have their shares.
        #expect(parts.held.classCounts.allSatisfy { (1...3).contains($0) })
        // What scales the pictures is measured on the training pictures alone.
        let statistics = parts.train.channelStatistics()
        #expect(parts.mean == statistics.mean && parts.standardDeviation == statistics.standardDeviation)
    }

    private static func parts(
        _ train: ImageDataset, test: ImageDataset? = nil, limit: Int? = nil, seed: UInt64 = 1,
        isBuiltIn: Bool = false, published: PublicDataset? = nil
    ) throws -> ImageParts {
        try ImageParts(
            LoadedImages(
                train: train, test: test, source: "folder", isBuiltIn: isBuiltIn, published: published),
            title: "digits", limit: limit, seed: seed)
    }

    /// A folder of pictures comes sorted by class: a limit must not end in the first of them.
    @Test func aLimitTakesOfEveryClass() throws {
        let shape = ImageShape(channels: 1, height: 1, width: 1)
        let sorted = ImageDataset(
            images: (0..<90).map { UInt8($0) }, shape: shape, labels: (0..<90).map { Int32($0 / 30) },
            classNames: ["cat", "dog", "owl"])
        let parts = try Self.parts(sorted, limit: 30)
        #expect(parts.train.count + parts.held.count + parts.test.count == 30)
        let counts = zip(parts.train.classCounts, zip(parts.held.classCounts, parts.test.classCounts)).map {
            $0 + $1.0 + $1.1
        }
        #expect(counts == [10, 10, 10])
        let again = try Self.parts(sorted, limit: 30)
        #expect(again.train.images == parts.train.images)
        let other = try Self.parts(sorted, limit: 30, seed: 2)
        #expect(other.train.images != parts.train.images)
    }

    /// The report says where pictures are from, and how much of a public set they are.
    @Test func provenance() throws {
        let digits = SyntheticDigits.make(count: 60, seed: 1)
        func row(_ parts: ImageParts, _ name: String) -> String? {
            parts.rows.first { $0.name == name }?.value
        }
        let own = try Self.parts(digits)
        #expect(row(own, "pictures") == "folder" && own.incomplete == nil)
        #expect(try row(Self.parts(digits, isBuiltIn: true), "pictures") == "drawn by the program, seed 1")
        let few = try Self.parts(digits, test: digits, limit: 30, published: .mnist)
        #expect(few.incomplete == "60 of 60,000 training pictures, 60 of 10,000 test pictures")
        #expect(row(few, "part of the set") == few.incomplete)
        let untested = try Self.parts(digits, published: .cifar10)
        #expect(untested.incomplete == "60 of 50,000 training pictures, 0 of 10,000 test pictures")
    }

    /// A set without test pictures gives a part of its training pictures.
    @Test func aTestSetIsCutOff() throws {
        let digits = SyntheticDigits.make(count: 200, seed: 1)
        let parts = try Self.parts(digits)
        #expect(parts.train.count == 160 && parts.held.count == 10 && parts.test.count == 30)
    }

    @Test func tooFewPictures() {
        let digits = SyntheticDigits.make(count: 19, seed: 1)
        let error = #expect(throws: DatasetError.self) {
            try Self.parts(digits)
        }
        #expect(error?.description == "folder: 19 training pictures; at least 20 are needed")
    }

    /// The code is what leads from one half to the other.
    @Test(arguments: Autoencoder.Kind.allCases) func decodingACodeIsTheModel(_ kind: Autoencoder.Kind) throws
    {
        let digits = SyntheticDigits.make(count: 3, seed: 1)
        let network = try Autoencoder(kind, digits.shape, code: 5, seed: 1)
        let input = Reconstruction(digits, noise: 0, seed: 1).batch(indices: [0, 1, 2], random: nil).input
        let code = network.encode(input)
        #expect(code.shape == [3, 5])
        let same = network.decode(code).array(of: Float.self) == network.model(input).array(of: Float.self)
        #expect(same)
    }

    @Test func noiseIsOnTheInputsOnly() {
        let digits = SyntheticDigits.make(count: 4, seed: 1)
        let noisy = Reconstruction(digits, noise: 0.5, seed: 1)
        let clean = Reconstruction(digits, noise: 0, seed: 1)
        let (input, target) = noisy.batch(indices: [0, 1, 2, 3], random: nil)
        let original = clean.batch(indices: [0, 1, 2, 3], random: nil).input.array(of: Float.self)
        let isClean = target.array(of: Float.self) == original
        #expect(isClean)
        let differences = zip(input.array(of: Float.self), original).map { Double($0 - $1) }
        let variance = differences.reduce(0) { $0 + $1 * $1 } / Double(differences.count)
        #expect(abs(variance - 0.25) < 0.02)
        // Evaluating again gives the same pictures.
        let again = noisy.batch(indices: [0, 1, 2, 3], random: nil).input
        let isSame = again.array(of: Float.self) == input.array(of: Float.self)
        #expect(isSame)
    }
}
