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

    /// A set without test pictures gives a part of its training pictures.
    @Test func aTestSetIsCutOff() throws {
        let digits = SyntheticDigits.make(count: 200, seed: 1)
        let parts = try ImageParts(digits, test: nil, source: "folder", limit: nil, seed: 1)
        #expect(parts.train.count == 160 && parts.held.count == 10 && parts.test.count == 30)
    }

    @Test func tooFewPictures() {
        let digits = SyntheticDigits.make(count: 19, seed: 1)
        let error = #expect(throws: DatasetError.self) {
            try ImageParts(digits, test: nil, source: "folder", limit: nil, seed: 1)
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
