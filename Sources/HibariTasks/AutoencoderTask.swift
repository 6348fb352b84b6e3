import ArgumentParser
import HibariCommandLine
import HibariData
import HibariNN
import HibariOptimizers
import HibariReports
import HibariSupport
import HibariTensor
import HibariTraining

/// Pictures squeezed into a few numbers and made again, or cleaned of noise.
struct AutoencoderTask: TaskCommand {
    static let name = "autoencoder"
    static let summary = "Pictures through a bottleneck of a few numbers and back; also removing noise."
    static let discussion = """
        An encoder makes a code of a few numbers from a picture, a decoder makes the picture from the code; both learn
        from nothing but pictures. With --noise it gets noisy pictures and must give the clean ones; with --code 2 the
        report shows where each class lies in the plane of the codes.

        Example: hibari run autoencoder
                 hibari run autoencoder --model dense --code 2 --epochs 20
                 hibari run autoencoder --noise 0.5 --data-set mnist
        """

    @OptionGroup var options: RunOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var pictures: PictureOptions
    @Option(help: ArgumentHelp("The network: dense or conv.", valueName: "name"))
    var model: Autoencoder.Kind = .conv
    @Option(help: ArgumentHelp("Numbers in the code.", valueName: "n")) var code = 16
    @Option(
        help: ArgumentHelp(
            "Standard deviation of noise on the pictures it is given; white is 1.", valueName: "share"))
    var noise = 0.0

    func perform(in run: TaskRun) throws -> TaskResult {
        try require(code, in: 1...4096, option: "code")
        try require(noise, in: 0...10, option: "noise")
        let parts = try pictures.load(seed: options.seed)
        let shape = parts.train.shape
        if model == .conv, shape.height % 4 != 0 || shape.width % 4 != 0 {
            throw UsageError.invalidOption(
                name: "model", value: "conv",
                expected: "dense for pictures of \(shape.height) × \(shape.width): conv halves them twice")
        }
        let network = try Autoencoder(model, shape, code: code, seed: options.seed)
        func examples(_ pictures: ImageDataset) -> Reconstruction {
            Reconstruction(pictures, noise: noise, seed: options.seed)
        }
        let recipe = FitOptions(
            epochs: 10, batch: 64, optimizer: .adam(learningRate: 2e-3), loss: .meanSquaredError,
            schedule: .cosine, seed: options.seed)
        try run.fit(
            network.model, examples(parts.train), validation: examples(parts.held),
            try training.applied(to: recipe))
        let test = try network.model.evaluate(examples(parts.test), loss: .meanSquaredError)
        let mean = try meanPictureLoss(parts)
        return TaskResult(
            subtitle: noise > 0
                ? "\(parts.title), cleaned of noise of \(readable(noise)) through \(code) numbers"
                : "\(parts.title), \(grouped(shape.count)) samples through \(code) numbers and back",
            values: [
                "test_loss": .number(test.loss), "mean_picture_loss": .number(mean), "code": .integer(code),
                "noise": .number(noise), "parameters": .integer(network.model.parameterCount),
                "incomplete_data": parts.incomplete.map { .string($0) } ?? .null,
            ],
            figures: [
                SummaryFigure(
                    "test loss", readable(test.loss), note: "mean squared error of a sample, white being 1"),
                SummaryFigure(
                    "without any code", readable(mean), note: "always guessing the mean picture"),
                SummaryFigure(
                    "the code", "\(code) numbers", note: "for \(grouped(shape.count)) samples of a picture"),
            ],
            sections: [
                ReportSection(
                    "Originals and reconstructions",
                    introduction: test.loss < mean
                        ? ""
                        : "The network does no better than the mean picture yet: let it learn longer, with --epochs.",
                    pictures(network, parts.test)),
                ReportSection(
                    "The code",
                    codeBlocks(network, parts.test)
                        + [Preformatted(title: "Layers", network.model.summary.description, wraps: false)]),
            ],
            data: parts.rows)
    }

    /// The mean squared error of test pictures to the mean training picture.
    private func meanPictureLoss(_ parts: ImageParts) throws -> Double {
        let size = parts.train.shape.count
        var sums = [Int](repeating: 0, count: size)
        for (index, sample) in parts.train.images.enumerated() { sums[index % size] += Int(sample) }
        let mean = sums.map { Double($0) / Double(255 * parts.train.count) }
        var squares = 0.0
        for (index, sample) in parts.test.images.enumerated() {
            let difference = Double(sample) / 255 - mean[index % size]
            squares += difference * difference
        }
        return squares / Double(parts.test.images.count)
    }

    private static let shownPictures = 12

    private func pictures(_ network: Autoencoder, _ test: ImageDataset) -> [any ReportBlock] {
        let indices = Array(0..<min(Self.shownPictures, test.count))
        let (input, target) = Reconstruction(test, noise: noise, seed: options.seed)
            .batch(indices: indices, random: nil)
        let output = network.model(input)
        let labels = indices.map { test.classNames[Int(test.labels[$0])] }
        func row(_ title: String, _ samples: Tensor, caption: String = "") -> ImageGrid {
            ImageGrid(
                title: title,
                tiles: zip(tiles(samples, test.shape), labels).map { ImageGrid.Tile($0, label: $1) },
                caption: caption)
        }
        var blocks = [row("Test pictures", target)]
        if noise > 0 { blocks.append(row("With noise: what the network gets", input)) }
        blocks.append(
            row(
                "What comes out", output,
                caption: "Strokes that many pictures share come through; what is rare is smoothed away."))
        return blocks
    }

    private func codeBlocks(_ network: Autoencoder, _ test: ImageDataset) -> [any ReportBlock] {
        let count = min(2000, test.count)
        let clean = Reconstruction(test, noise: 0, seed: options.seed)
        let codes = network.encode(clean.batch(indices: Array(0..<count), random: nil).input)
        var blocks: [any ReportBlock] = []
        if code == 2 {
            let numbers = codes.array(of: Float.self).map(Double.init)
            blocks.append(
                ScatterPlot(
                    title: "Where test pictures lie",
                    groups: test.classNames.indices.map { label in
                        let members = (0..<count).filter { Int(test.labels[$0]) == label }
                        return PointGroup(
                            test.classNames[label], x: members.map { numbers[2 * $0] },
                            y: members.map { numbers[2 * $0 + 1] })
                    }, xLabel: "first number", yLabel: "second number",
                    caption: "The network was never told the classes; pictures that look alike came together."
                ))
        }
        return blocks + [walk(network, codes, test)]
    }

    /// From one picture to one of another class, along a line between their codes.
    private func walk(_ network: Autoencoder, _ codes: Tensor, _ test: ImageDataset) -> ImageGrid {
        let other = (0..<codes.shape[0]).first { test.labels[$0] != test.labels[0] } ?? 0
        let (start, end) = (codes.slice(0..<1), codes.slice(other..<other + 1))
        let steps = 11
        let points = (0...steps).map { step in
            let share = Double(step) / Double(steps)
            return (1 - share) * start + share * end
        }
        let names = [0, other].map { test.classNames[Int(test.labels[$0])] }
        return ImageGrid(
            title: "From \(names[0]) to \(names[1])",
            tiles: tiles(network.decode(concatenate(points)), test.shape).map {
                ImageGrid.Tile($0, label: "")
            },
            caption: "What the decoder makes of the codes between those of two test pictures.")
    }
}

extension Autoencoder.Kind: ExpressibleByArgument {}

/// Samples in 0...1, `[N, C, H, W]`, as pictures.
private func tiles(_ samples: Tensor, _ shape: ImageShape) -> [Picture] {
    let bytes = samples.array(of: Float.self).map { UInt8(255 * min(1, max(0, $0.isFinite ? $0 : 0))) }
    return stride(from: 0, to: bytes.count, by: shape.count).map { start in
        let pictures = ImageDataset(
            images: Array(bytes[start..<start + shape.count]), shape: shape, labels: [0], classNames: [""])
        return Picture(pictures, 0)
    }
}
