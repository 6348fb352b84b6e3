import HibariData
import HibariNN
import HibariReports
import HibariTensor
import HibariTraining

/// What a network makes of test pictures.
struct PictureTest {
    let accuracy, loss: Double
    let matrix: HibariReports.ConfusionMatrix
    /// The wrong ones, those first of which the network was surest.
    let mistakes: [Mistake]
    private let pictures: ImageDataset

    struct Mistake {
        let index: Int
        let predicted: Int
        /// Of the predicted class.
        let probability: Double
    }

    private static let shownMistakes = 48

    init(_ model: Model, _ loader: ImageLoader) throws {
        pictures = loader.dataset
        let logits = try model.predict(loader)
        let targets = Tensor(pictures.labels, shape: [pictures.count])
        loss = try Loss.crossEntropy(logits, targets).item
        let probabilities = softmax(logits).array(of: Float.self)
        let classes = pictures.classNames.count
        var counts = [Int](repeating: 0, count: classes * classes)
        var mistakes: [Mistake] = []
        for (index, label) in pictures.labels.enumerated() {
            let row = probabilities[index * classes..<(index + 1) * classes]
            let predicted = row.placeOfLargest
            counts[Int(label) * classes + predicted] += 1
            if predicted != Int(label) {
                mistakes.append(
                    Mistake(
                        index: index, predicted: predicted,
                        probability: Double(row[row.startIndex + predicted])))
            }
        }
        matrix = HibariReports.ConfusionMatrix(
            classNames: pictures.classNames, counts: counts,
            caption: "Each row is a true class; what lies off the diagonal is wrong.")
        accuracy = matrix.accuracy
        self.mistakes = mistakes.sorted { $0.probability > $1.probability }
    }

    /// Precision, recall and F1 of each class.
    var classTable: DataTable {
        var table = matrix.table
        table.title = "Class by class"
        return table
    }

    /// The pictures that were taken for something else.
    func mistakeGrid(_ title: String = "Mistakes") -> ImageGrid {
        ImageGrid(
            title: title,
            tiles: mistakes.prefix(Self.shownMistakes).map { mistake in
                let truth = pictures.classNames[Int(pictures.labels[mistake.index])]
                return ImageGrid.Tile(
                    Picture(pictures, mistake.index),
                    label: "\(truth) → \(pictures.classNames[mistake.predicted]), "
                        + percent(mistake.probability, decimals: 0))
            },
            caption: """
                What each is → what the network took it for, and how sure it was. \
                \(mistakes.count > Self.shownMistakes ? "The \(Self.shownMistakes) surest of" : "All") \
                \(grouped(mistakes.count)) mistakes.
                """)
    }
}

extension Picture {
    /// A picture of a data set with one or three channels; of others the first channel.
    init(_ pictures: ImageDataset, _ index: Int) {
        let shape = pictures.shape
        let planes = Array(pictures.image(index))
        self.init(
            width: shape.width, height: shape.height,
            planes: shape.channels == 3 ? planes : Array(planes.prefix(shape.height * shape.width)))
    }
}
