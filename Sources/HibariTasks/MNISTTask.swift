import ArgumentParser

/// MNIST's 70,000 handwritten digits.
struct MNISTTask: ImageTask {
    static let name = "mnist"
    static let summary = "MNIST: handwritten digits, with a linear layer, an MLP, LeNet, a CNN or a ResNet."
    static let discussion = """
        Fetch the pictures once with: hibari data fetch mnist

        Example: hibari run mnist
                 hibari run mnist --model mlp --epochs 10
                 hibari run mnist --model linear --data DIR
        """
    static let set = ImageSet.mnist
    static let network = ImageNetwork.cnn

    @OptionGroup var options: RunOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var images: ImageOptions
}
