import ArgumentParser

/// Zalando's 70,000 pieces of clothing, in the form of MNIST.
struct FashionTask: ImageTask {
    static let name = "fashion"
    static let summary = "Fashion-MNIST: pieces of clothing, harder than digits."
    static let discussion = """
        Fetch the pictures once with: hibari data fetch fashion-mnist (or apt-get install dataset-fashion-mnist)

        Example: hibari run fashion
                 hibari run fashion --model mlp
        """
    static let set = ImageSet.fashion
    static let network = ImageNetwork.resnet9

    @OptionGroup var options: RunOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var images: ImageOptions
}
