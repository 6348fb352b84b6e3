import ArgumentParser

/// CIFAR-10's color pictures of animals and vehicles.
struct CIFAR10Task: ImageTask {
    static let name = "cifar10"
    static let summary = "CIFAR-10: animals and vehicles in color, with a residual network."
    static let discussion = """
        Takes about half an hour. Fetch the pictures once with: hibari data fetch cifar10

        Example: hibari run cifar10
                 hibari run cifar10 --model cnn --limit 5000 --epochs 5
                 hibari run cifar10 --shortcut b
        """
    static let set = ImageSet.cifar10
    static let network = ImageNetwork.resnet(depth: 20)

    @OptionGroup var options: RunOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var images: ImageOptions
}
