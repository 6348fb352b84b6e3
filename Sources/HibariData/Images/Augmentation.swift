/// How pictures are changed at random while a network learns from them. Everything is off unless set.
///
/// In this order: crop, flip, shift, rotation, brightness, noise, cutout.
public struct Augmentation: Sendable, Equatable {
    /// The picture moves by up to so many whole pixels along each axis; its edges are repeated.
    public var shift = 0
    /// The picture gets so many black pixels on every side, and a part of the old size is cut out.
    /// Source: He et al. 2015, arXiv:1512.03385, section 4.2.
    public var cropPadding = 0
    /// Half of the pictures are mirrored left to right.
    public var flip = false
    /// Degrees to turn by at most, either way, about the center; bilinear, black outside.
    public var rotation: Float = 0
    /// Samples are multiplied by a number in 1 ± this and cut at white.
    public var brightness: Float = 0
    /// Standard deviation of normal noise, as a part of white. Not cut off at black and white.
    public var noise: Float = 0
    /// The side in pixels of a square that becomes the mean color. Its center is anywhere in the picture, so
    /// that it may stick out.
    /// Source: DeVries & Taylor 2017, arXiv:1708.04552.
    public var cutout = 0

    /// - Precondition: no negative amounts, a brightness of at most 1.
    public init(
        shift: Int = 0, cropPadding: Int = 0, flip: Bool = false, rotation: Float = 0, brightness: Float = 0,
        noise: Float = 0, cutout: Int = 0
    ) {
        precondition(
            shift >= 0 && cropPadding >= 0 && cutout >= 0 && rotation >= 0 && noise >= 0
                && (0...1).contains(brightness),
            "Augmentation: negative amounts, or a brightness beyond 1")
        self.shift = shift
        self.cropPadding = cropPadding
        self.flip = flip
        self.rotation = rotation
        self.brightness = brightness
        self.noise = noise
        self.cutout = cutout
    }
}
