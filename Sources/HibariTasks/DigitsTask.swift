import ArgumentParser

/// Digits that the program draws: a data set with nothing to install.
struct DigitsTask: ImageTask {
    static let name = "digits"
    static let summary = "Handwritten-looking digits, told apart by a small convolutional network."
    static let discussion = """
        The 10,000 training and 2,000 test pictures are drawn by the program, so this runs anywhere. With --data it
        learns pictures of your own: PNG files in a folder for each class, IDX files, or an .npz of Keras.

        Example: hibari run digits
                 hibari run digits --model linear
                 hibari run digits --data my-pictures --epochs 20
        """
    static let set = ImageSet.digits
    static let network = ImageNetwork.cnn

    @OptionGroup var options: RunOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var images: ImageOptions
}
