import HibariData
import HibariNN
import HibariSupport
import HibariTensor
import HibariTraining

/// An encoder of pictures to a few numbers, the code, and a decoder back.
///
/// Source: Hinton & Salakhutdinov 2006, "Reducing the Dimensionality of Data with Neural Networks".
package struct Autoencoder {
    package enum Kind: String, CaseIterable, Sendable {
        /// Two hidden layers on each side: they can fold the plane of a code of 2.
        case dense
        /// Two convolutions with stride 2 and their transposes.
        case conv
    }

    package let model: Model
    /// Layers up to the code.
    private let encoderCount: Int
    private static let codeName = "code"

    /// - Parameter shape: for `conv` height and width must be multiples of 4.
    package init(_ kind: Kind, _ shape: ImageShape, code: Int, seed: UInt64) throws {
        let input = Shape([shape.channels, shape.height, shape.width])
        let layers: Sequential =
            switch kind {
            case .dense:
                Sequential {
                    Flatten()
                    Dense(256, activation: .relu)
                    Dense(64, activation: .relu)
                    Dense(code).named(Self.codeName)
                    Dense(64, activation: .relu)
                    Dense(256, activation: .relu)
                    Dense(shape.count, activation: .sigmoid)
                    Reshape(input)
                }
            case .conv:
                Sequential {
                    Conv2d(16, kernel: 3, stride: 2, padding: 1, activation: .relu)
                    Conv2d(32, kernel: 3, stride: 2, padding: 1, activation: .relu)
                    Flatten()
                    Dense(code).named(Self.codeName)
                    Dense(32 * (shape.height / 4) * (shape.width / 4), activation: .relu)
                    Reshape([32, shape.height / 4, shape.width / 4])
                    TransposedConv2d(
                        16, kernel: 3, stride: 2, padding: 1, outputPadding: 1, activation: .relu)
                    TransposedConv2d(
                        shape.channels, kernel: 3, stride: 2, padding: 1, outputPadding: 1,
                        activation: .sigmoid)
                }
            }
        model = try layers.build(input: input, seed: seed)
        encoderCount = (model.parts.firstIndex { $0.path == Self.codeName } ?? 0) + 1
    }

    /// `[N, C, H, W]` → `[N, code]`.
    package func encode(_ pictures: Tensor) -> Tensor {
        model.parts.prefix(encoderCount).reduce(pictures) { $1.layer($0, ForwardContext()) }
    }

    /// `[N, code]` → `[N, C, H, W]`.
    package func decode(_ codes: Tensor) -> Tensor {
        model.parts.dropFirst(encoderCount).reduce(codes) { $1.layer($0, ForwardContext()) }
    }
}

/// Pictures that are to be made again from themselves, perhaps from under noise. Samples are in 0...1.
package struct Reconstruction: ExampleSource {
    private let loader: ImageLoader
    /// Standard deviation of normal noise on the inputs; the targets have none.
    private let noise: Double
    private let seed: UInt64

    package init(_ pictures: ImageDataset, noise: Double, seed: UInt64) {
        loader = ImageLoader(
            pictures, mean: Array(repeating: 0, count: pictures.shape.channels),
            standardDeviation: Array(repeating: 1, count: pictures.shape.channels))
        self.noise = noise
        self.seed = seed
    }

    package var count: Int { loader.count }

    /// - Parameter random: of the noise; when evaluating the same pictures get the same noise.
    package func batch(indices: [Int], random: RandomStream?) -> (input: Tensor, target: Tensor) {
        let pictures = loader.batch(indices: indices, random: nil).input
        if noise == 0 { return (pictures, pictures) }
        let stream =
            random ?? RandomStream(seed: seed, purpose: .noise, stream: UInt64(indices.first ?? 0))
        return (pictures + Tensor(normal: pictures.shape, deviation: noise, stream: stream), pictures)
    }

    package var identity: String? { loader.identity.map { "\($0) noise \(noise) \(seed)" } }
}
