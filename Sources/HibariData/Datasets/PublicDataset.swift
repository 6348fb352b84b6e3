/// A published set of pictures: its files, where they are, and how to know that they are the right ones.
public struct PublicDataset: Sendable {
    /// A file of the set, as it was published.
    public struct File: Sendable {
        public let name: String
        public let byteCount: Int
        /// 64 hexadecimal digits.
        public let sha256: String

        package init(name: String, byteCount: Int, sha256: String) {
            self.name = name
            self.byteCount = byteCount
            self.sha256 = sha256
        }
    }

    /// How the files are laid out.
    public enum Format: Sendable {
        /// Four IDX files, as MNIST's.
        case idx
        /// A `.tar.gz` of CIFAR's binary form.
        case cifar(CIFARFormat)
    }

    public let name: String
    public let title: String
    public let license: String
    public let format: Format
    public let files: [File]
    /// Folders that have the files, tried in order. What comes is checked, so they need not be trusted.
    public let addresses: [String]
    public let shape: ImageShape
    public let trainCount: Int
    public let testCount: Int
    /// Nil if the files have them.
    public let classNames: [String]?
    /// What its folder may be called.
    let folderNames: [String]
    /// Where packages of the distribution put it, and the package.
    let systemFolders: [String]
    public let systemPackage: String?

    public static let all = [mnist, fashionMNIST, cifar10, cifar100]

    /// - Throws: `DatasetError.unknownDataset`.
    public static func named(_ name: String) throws(DatasetError) -> PublicDataset {
        let aliases = ["fashion": "fashion-mnist", "cifar-10": "cifar10", "cifar-100": "cifar100"]
        let wanted = aliases[name] ?? name
        if let dataset = all.first(where: { $0.name == wanted }) { return dataset }
        throw .unknownDataset(name: name, known: all.map(\.name))
    }

    /// LeCun, Cortes & Burges. The hashes are those of the files at the first address, with the MD5 sums that
    /// torchvision and the original page published.
    public static let mnist = PublicDataset(
        name: "mnist", title: "MNIST, handwritten digits", license: "CC BY-SA 3.0", format: .idx,
        files: [
            File(
                name: "train-images-idx3-ubyte.gz", byteCount: 9_912_422,
                sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
            File(
                name: "train-labels-idx1-ubyte.gz", byteCount: 28_881,
                sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            File(
                name: "t10k-images-idx3-ubyte.gz", byteCount: 1_648_877,
                sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
            File(
                name: "t10k-labels-idx1-ubyte.gz", byteCount: 4_542,
                sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
        ],
        addresses: [
            "https://storage.googleapis.com/cvdf-datasets/mnist",
            "https://ossci-datasets.s3.amazonaws.com/mnist",
        ],
        shape: ImageShape(channels: 1, height: 28, width: 28), trainCount: 60_000, testCount: 10_000,
        classNames: (0...9).map { "\($0)" }, folderNames: ["mnist", "MNIST/raw"], systemFolders: [],
        systemPackage: nil)

    /// Xiao, Rasul & Vollgraf 2017, arXiv:1708.07747. The hashes are those of the files in the repository,
    /// with the MD5 sums of its README.
    public static let fashionMNIST = PublicDataset(
        name: "fashion-mnist", title: "Fashion-MNIST, pieces of clothing", license: "MIT", format: .idx,
        files: [
            File(
                name: "train-images-idx3-ubyte.gz", byteCount: 26_421_880,
                sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
            File(
                name: "train-labels-idx1-ubyte.gz", byteCount: 29_515,
                sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
            File(
                name: "t10k-images-idx3-ubyte.gz", byteCount: 4_422_102,
                sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
            File(
                name: "t10k-labels-idx1-ubyte.gz", byteCount: 5_148,
                sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
        ],
        addresses: [
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
        ],
        shape: ImageShape(channels: 1, height: 28, width: 28), trainCount: 60_000, testCount: 10_000,
        classNames: [
            "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
            "ankle boot",
        ],
        folderNames: ["fashion-mnist", "FashionMNIST/raw"],
        systemFolders: ["/usr/share/datasets/fashion-mnist"], systemPackage: "dataset-fashion-mnist")

    /// Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images". The author published an MD5
    /// sum only; size and SHA-256 are those in the checksum list of TensorFlow Datasets.
    public static let cifar10 = PublicDataset(
        name: "cifar10", title: "CIFAR-10, animals and vehicles", license: "none stated",
        format: .cifar(.cifar10),
        files: [
            File(
                name: "cifar-10-binary.tar.gz", byteCount: 170_052_171,
                sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")
        ],
        addresses: ["https://www.cs.toronto.edu/~kriz"], shape: CIFARFormat.shape, trainCount: 50_000,
        testCount: 10_000,
        classNames: [
            "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
        ],
        folderNames: ["cifar10", "cifar-10-batches-bin", "cifar10-from-jpeg"], systemFolders: [],
        systemPackage: nil)

    /// As CIFAR-10.
    public static let cifar100 = PublicDataset(
        name: "cifar100", title: "CIFAR-100, a hundred kinds of things", license: "none stated",
        format: .cifar(.cifar100),
        files: [
            File(
                name: "cifar-100-binary.tar.gz", byteCount: 168_513_733,
                sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec")
        ],
        addresses: ["https://www.cs.toronto.edu/~kriz"], shape: CIFARFormat.shape, trainCount: 50_000,
        testCount: 10_000, classNames: nil, folderNames: ["cifar100", "cifar-100-binary"], systemFolders: [],
        systemPackage: nil)
}
