import Glibc
import HibariData
import HibariSupport
import Testing

/// A folder of pictures in `$HIBARI_DATA` or `../shared/data`, nil if it is not there.
private func realImages(_ name: String) -> String? {
    let folder = getenv("HIBARI_DATA").map { String(cString: $0) } ?? "../shared/data"
    let path = joinPath(folder, "images/" + name)
    return fileExists(path) ? path : nil
}

@Suite struct RealImagesTests {
    private static let mnist = realImages("mnist")
    private static let fashion = realImages("fashion-mnist")
    private static let cifar = realImages("cifar10-from-jpeg")
    private static let tables = realImages("sklearn")

    private static func rounded(_ values: [Float]) -> [Double] {
        values.map { (Double($0) * 1e4).rounded() / 1e4 }
    }

    /// Mean 0.1307 and deviation 0.3081 are the numbers of every MNIST example.
    @Test(.enabled(if: mnist != nil, "images/mnist is not in $HIBARI_DATA or ../shared/data"))
    func mnistIsMNIST() throws {
        let loaded = try loadImages("mnist", explicit: Self.mnist)
        #expect(loaded.train.count == 60_000 && loaded.test?.count == 10_000)
        #expect(loaded.train.labels.prefix(10) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
        let statistics = loaded.train.channelStatistics()
        #expect(
            Self.rounded(statistics.mean) == [0.1307]
                && Self.rounded(statistics.standardDeviation) == [0.3081])
    }

    @Test(.enabled(if: fashion != nil, "images/fashion-mnist is not in $HIBARI_DATA or ../shared/data"))
    func fashionIsFashionMNIST() throws {
        let loaded = try loadImages("fashion-mnist", explicit: Self.fashion)
        #expect(loaded.train.classCounts == [Int](repeating: 6000, count: 10))
        #expect(loaded.train.classNames[Int(loaded.train.labels[0])] == "ankle boot")
        let statistics = loaded.train.channelStatistics()
        #expect(
            Self.rounded(statistics.mean) == [0.2860]
                && Self.rounded(statistics.standardDeviation) == [0.3530])
    }

    @Test(.enabled(if: cifar != nil, "images/cifar10-from-jpeg is not in $HIBARI_DATA or ../shared/data"))
    func cifarFromJPEG() throws {
        let loaded = try loadImages("cifar10", explicit: Self.cifar)
        #expect(loaded.train.count == 20_000 && loaded.test?.count == 2_000)
        #expect(loaded.train.classCounts.allSatisfy { (1900...2100).contains($0) })
        // Those of all 50,000 are 0.4914, 0.4822, 0.4465.
        let mean = loaded.train.channelStatistics().mean
        #expect(zip(mean, [0.4914, 0.4822, 0.4465] as [Float]).allSatisfy { abs($0 - $1) < 0.01 })
    }

    @Test(.enabled(if: tables != nil, "images/sklearn is not in $HIBARI_DATA or ../shared/data"))
    func scikitLearnTables() throws {
        let folder = try #require(Self.tables)
        let iris = try Table(contentsOf: folder + "/iris.csv")
        let encoder = try TableEncoder(fitting: iris, target: "target")
        #expect(iris.rowCount == 150 && encoder.inputCount == 4)
        #expect(encoder.target == .classes(name: "target", names: ["setosa", "versicolor", "virginica"]))
        #expect(try Table(contentsOf: folder + "/wine_data.csv").columns.count == 14)
        #expect(try Table(contentsOf: folder + "/breast_cancer.csv").rowCount == 569)
        let digits = try Table(contentsOf: folder + "/digits.csv.gz")
        #expect(digits.rowCount == 1797 && digits.columns.count == 65)
        #expect(
            try TableEncoder(fitting: digits, target: "65", kind: .classes).target
                == .classes(name: "65", names: (0...9).map { "\($0)" }))
    }
}
