import HibariNN
import HibariSupport
import HibariTensor
import HibariTestSupport
import HibariTraining
import Testing

/// A model.json that was changed by hand, or by accident, is refused with a line that says where; it never ends the
/// process, and never asks for memory that is not there.
@Suite struct DamagedModelTests {
    private let directory = TemporaryDirectory()

    /// What is said of a good folder whose model.json is changed.
    private func message(_ change: (inout JSONObject) throws -> Void) throws -> String {
        let model = try Sequential { Dense(2) }.build(input: [2], seed: 1)
        try model.save(to: directory.path)
        let path = directory.path + "/model.json"
        var description = try #require(try JSONValue(contentsOf: path).object)
        try change(&description)
        try directory.write("model.json", JSONValue.object(description).text())
        return errorMessage { _ = try Model.load(directory.path) }
    }

    /// The same for a model of one layer with other settings.
    private func message(
        _ layer: any LayerSpecification, _ settings: JSONObject, input: [Int]
    ) throws -> String {
        var json = try #require(try JSONValue(encoding: AnyLayer(layer)).object)
        for (key, value) in settings {
            #expect(json[key] != nil, "\(layer) has no setting \(key)")
            json[key] = value
        }
        return try message {
            $0["input"] = .array(input.map { .integer($0) })
            $0["architecture"] = ["type": "Sequential", "layers": [.object(json)]]
        }
    }

    @Test func inputs() throws {
        let huge = JSONValue.integer(Int(Int32.max))
        let cases: [(JSONValue, String)] = [
            (.array(Array(repeating: huge, count: 6)), "in the input: the document: [2147483647"),
            ([0, huge, huge, huge], "is no shape"),
            ([huge, huge], "the model: the shape of the input would be [2147483647, 2147483647], wanted"),
            ([1, 1, 1, 1, 1, 2], "wanted at most 5 axes"), ([1, 1, 1, 1, 1, 1, 2], "is no shape"),
            ([0], "the model: the input of one example has shape [0], wanted at least one number"),
            ([-1], "is no shape"), ([.integer(1 << 32)], "is no shape"), ([1.5], "in the input"),
            ("2", "in the input"), (.null, "in the input"), ([], "wanted [..., inputs]"),
        ]
        for (input, words) in cases {
            let got = try message { $0["input"] = input }
            #expect(got.contains("model.json: ") && got.contains(words), "\(input.text()): \(got)")
        }
    }

    @Test func inputTypes() throws {
        #expect(
            try message { $0["input_type"] = nil }.contains("input_type is missing, expected one of float32"))
        #expect(try message { $0["input_type"] = "float16" }.contains("input_type is \"float16\", expected"))
        #expect(
            try message { $0["input_type"] = "int32" }
                .hasSuffix("input_type is int32, the layers take float32"))
    }

    @Test func architectures() throws {
        #expect(
            try message { $0["architecture"] = ["type": "Flatten"] }
                .hasSuffix("the architecture is no Sequential"))
        #expect(try message { $0["architecture"] = [] }.contains("in the architecture"))
        #expect(
            try message { $0["architecture"] = ["type": "Sequential", "layers": []] }
                .contains("the model has no layer"))
    }

    private static let most = "expected at most 2^30"
    private static let positive = "expected a positive number"

    @Test func sizesOfDenseAndSequenceLayers() throws {
        let (most, large) = (Self.most, JSONValue.integer(1 << 62))
        let cases: [(any LayerSpecification, JSONObject, [Int], String)] = [
            (Dense(2), ["outputs": 3_000_000_000], [2], "(Dense): outputs is 3000000000, \(most)"),
            (Dense(2), ["outputs": .integer(.min)], [2], Self.positive),
            (
                Dense(2), ["outputs": .integer(1 << 30)], [1 << 20],
                "the shape of the weight would be [1073741824"
            ),
            (Flatten(), [:], [46341, 46341], "the shape of the "),
            (Reshape([2]), ["shape": .array(Array(repeating: 65536, count: 4))], [2], "is no shape"),
            (
                Reshape([2]), ["shape": [65536, 65536, 65536]], [2],
                "the shape of the output would be [65536, 65536, 65536]"
            ),
            (Reshape([2]), ["shape": [1, 1, 1, 1, 1, 2]], [2], "wanted at most 5 axes"),
            (Embedding(2, 2), ["count": large], [2], "count is 4611686018427387904, \(most)"),
            (Embedding(2, 2), ["size": 0], [2], "size is 0, \(Self.positive)"),
            (
                Embedding(2, 2), ["count": .integer(1 << 30), "size": .integer(1 << 30)], [2],
                "the shape of the weight"
            ),
            (LSTM(2), ["hidden": large], [2, 2], most),
            (LSTM(2), ["hidden": .integer(1 << 30)], [2, 2], "the shape of a weight would be [4294967296"),
            (LSTM(2), ["layers": .integer(1 << 20)], [2, 2], "layers is 1048576, expected at most 1024"),
            (LSTM(2), ["layers": 0], [2, 2], Self.positive),
            (CausalSelfAttention(heads: 1), ["heads": .integer(.min)], [2, 2], "expected a divisor"),
            (CausalSelfAttention(heads: 1), [:], [1, 1 << 30], "the shape of the "),
            (
                TransformerBlock(8, heads: 2, depth: 1), ["width": large], [2, 8],
                "width is 4611686018427387904, \(most)"
            ),
            (
                TransformerBlock(8, heads: 2, depth: 1), ["depth": -1], [2, 8],
                "depth is -1, \(Self.positive)"
            ),
            (RecentSteps(2), ["count": large], [2, 2], most),
            (RecentSteps(2), ["count": .integer(1 << 30)], [2, 1 << 20], "the shape of the output"),
            (
                Parallel {
                    Dense(1 << 30)
                    Dense(1 << 30)
                }, [:], [2], "the shape of the "
            ),
        ]
        for (layer, settings, input, words) in cases {
            let got = try message(layer, settings, input: input)
            #expect(got.contains(words), "\(layer) \(settings): \(got)")
        }
    }

    @Test func sizesOfImageLayers() throws {
        let (most, large) = (Self.most, JSONValue.integer(1 << 62))
        let limit = JSONValue.integer(1 << 30)
        var cases: [(any LayerSpecification, JSONObject, [Int], String)] = [
            (Conv2d(2, kernel: 1), ["padding": -1], [1, 2, 2], "padding is -1, expected 0 or more"),
            (Conv2d(2, kernel: 1), ["padding": limit], [1, 2, 2], "the shape of the padded input"),
            (Conv2d(2, kernel: 1), ["stride": 0], [1, 2, 2], "stride is 0, \(Self.positive)"),
            (Conv2d(2, kernel: 1), ["groups": .integer(.min)], [1, 2, 2], Self.positive),
            (
                Conv3d(2, kernel: 1), ["kernel": limit, "padding": limit], [1, 2, 2, 2],
                "the shape of the weight would be [2, 1, 1073741824"
            ),
            (
                TransposedConv2d(2, kernel: 1), ["stride": limit], [1, 4, 4],
                "the shape of the output with its padding"
            ),
            (
                TransposedConv2d(2, kernel: 1), ["kernel": limit, "dilation": limit], [1, 4, 4],
                "the shape of the weight"
            ),
            (
                TransposedConv2d(2, kernel: 1), ["outputPadding": .integer(.max)], [1, 4, 4],
                "outputPadding is"
            ),
            (MaxPool2d(2), ["padding": .integer(.min)], [1, 2, 2], "padding is"),
            (AdaptiveAvgPool2d(2), ["size": large], [1, 2, 2], most),
            (AdaptiveAvgPool2d(2), ["size": limit], [1, 2, 2], "the shape of the output"),
            (Upsample(2), ["factor": .integer(1 << 40)], [1, 2, 2], "factor is 1099511627776, \(most)"),
            (Upsample(2), ["factor": limit], [1, 2, 2], "the shape of the output"),
            (PadChannels(2), ["outputs": large], [1, 2, 2], "the shape of the output"),
            (GroupNormalization(1), ["groups": .integer(.min)], [1, 2, 2], "expected a divisor"),
        ]
        for key in ["outputs", "kernel", "stride", "padding", "dilation", "groups"] {
            cases.append(
                (Conv2d(2, kernel: 1), [key: large], [1, 2, 2], "\(key) is 4611686018427387904, \(most)"))
            cases.append((TransposedConv2d(2, kernel: 1), [key: large], [1, 2, 2], most))
        }
        for key in ["kernel", "stride"] {
            cases.append((MaxPool2d(2), [key: large], [1, 2, 2], most))
            cases.append((AvgPool2d(2), [key: large], [1, 2, 2], most))
        }
        for (layer, settings, input, words) in cases {
            let got = try message(layer, settings, input: input)
            #expect(got.contains(words), "\(layer) \(settings): \(got)")
        }
    }
}
