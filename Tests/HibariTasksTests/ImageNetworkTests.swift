import HibariData
import HibariNN
import HibariTasks
import Testing

/// The networks of the picture tasks are those of the papers.
@Suite struct ImageNetworkTests {
    private func parameters(
        _ network: ImageNetwork, _ shape: ImageShape, width: Int = 0,
        shortcut: ImageNetwork.Shortcut = .a
    ) throws -> Int {
        let model = try network.layers(shape, classes: 10, width: width, shortcut: shortcut)
            .build(input: [shape.channels, shape.height, shape.width])
        #expect(model.parts.last?.output == [10])
        return model.summary.trainableParameters
    }

    private let gray = ImageShape(channels: 1, height: 28, width: 28)
    private let color = ImageShape(channels: 3, height: 32, width: 32)

    /// The published sizes: 0.27, 0.46, 0.66 and 0.85 million in He et al. 2015, table 6.
    @Test(arguments: [(20, 269_722), (32, 464_154), (44, 658_586), (56, 853_018)])
    func residualNetworks(_ depth: Int, _ count: Int) throws {
        #expect(try parameters(.resnet(depth: depth), color, width: 16) == count)
    }

    /// Option B adds two convolutions of 1 × 1 with their norms.
    @Test func projections() throws {
        let added = 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64
        #expect(
            try parameters(.resnet(depth: 20), color, width: 16, shortcut: .b) == 269_722 + added)
    }

    @Test func smallNetworks() throws {
        #expect(try parameters(.linear, gray) == 7850)
        #expect(try parameters(.mlp, gray) == 669_706)
        #expect(try parameters(.lenet, gray) == 61_706)
        #expect(try parameters(.lenet, color) == 62_006)
        #expect(try parameters(.resnet9, color, width: 64) == 6_573_130)
    }

    @Test(arguments: [
        ("linear", ImageNetwork.linear), ("resnet", .resnet(depth: 20)), ("resnet9", .resnet9),
        ("resnet8", .resnet(depth: 8)), ("resnet110", .resnet(depth: 110)),
    ]) func names(_ name: String, _ network: ImageNetwork) {
        #expect(ImageNetwork(name: name) == network)
    }

    @Test(arguments: ["", "resnet2", "resnet10", "resnet-8", "resnet1208", "LeNet", "conv"])
    func unknownNames(_ name: String) {
        #expect(ImageNetwork(name: name) == nil)
    }

    /// Every set has a recipe for every network, within what the training takes.
    @Test func recipes() {
        for set in ImageSet.allCases {
            for network in [ImageNetwork.linear, .mlp, .lenet, .cnn, .resnet9, .resnet(depth: 20)] {
                let recipe = ImageRecipe(network, for: set)
                #expect(recipe.epochs > 0 && recipe.batch > 1 && recipe.warmupShare < 1)
                #expect(network.hasWidth == (recipe.width > 0), "\(network) for \(set)")
            }
        }
        #expect(!ImageSet.mnist.augmentation.flip, "a digit in the mirror is no digit")
    }
}
