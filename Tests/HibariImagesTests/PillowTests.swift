import Foundation
import HibariImages
import Testing

/// Files that another program wrote (Pillow 13.0, libpng): 6 × 5 pixels each.
@Suite struct PillowTests {
    static let gray = """
        iVBORw0KGgoAAAANSUhEUgAAAAYAAAAFCAAAAABDM8I6AAAAGElEQVR4nGNk0NDQ0NBg4uTk5OTkxEoBACTaAapaoI3RAAAAAElFTkSuQmCC
        """
    static let gray16 = """
        iVBORw0KGgoAAAANSUhEUgAAAAYAAAAFEAAAAAATox55AAAALUlEQVR4nEXJoQ0AIBAEwduETkBsj98yGo0g5DNySKbfSMUYEclZPdQ7RNg9\
        FxXeCTRF+YsxAAAAAElFTkSuQmCC
        """
    static let rgba = """
        iVBORw0KGgoAAAANSUhEUgAAAAYAAAAFCAYAAABmWJ3mAAAALUlEQVR4nGNkYGD4r8HA8AYdszAYMTAwMHBhYCQJERSMJiEHx1gkNBgYGDQY\
        ADQACM3GAu9xAAAAAElFTkSuQmCC
        """
    static let palette = """
        iVBORw0KGgoAAAANSUhEUgAAAAYAAAAFAgMAAAAbNnV1AAAADFBMVEUAAAD/AAAA/wAAAP+bwBPcAAAAA3RSTlP//wDXyg1BAAAAF0lEQVR4\
        2mOWZmYJ/MLi+p9F9Bej9FcAHewE13VnWq8AAAAASUVORK5CYII=
        """
    static let bits = """
        iVBORw0KGgoAAAANSUhEUgAAAAYAAAAFAQAAAABOI6BLAAAAEklEQVR4nGMIYQphCGEKYQgBAAhWAamCgWzDAAAAAElFTkSuQmCC
        """

    private func pixels(_ base64: String, _ channels: Int) throws -> [UInt8] {
        let bytes = Array(try #require(Data(base64Encoded: base64)))
        let image = try bytes.withUnsafeBytes { try RasterImage(png: $0, path: "a.png") }
        #expect(image.width == 6 && image.height == 5 && image.channels == channels)
        return image.pixels
    }

    private func expected(_ value: (_ x: Int, _ y: Int) -> [Int]) -> [UInt8] {
        (0..<5).flatMap { y in (0..<6).flatMap { x in value(x, y).map { UInt8($0) } } }
    }

    @Test func theirPixels() throws {
        #expect(try pixels(Self.gray, 1) == expected { x, y in [(40 * x + 9 * y) % 256] })
        let wide = expected { x, y in [Int((Double((9000 * x + 123 * y) % 65536) / 257).rounded())] }
        #expect(try pixels(Self.gray16, 1) == wide)
        #expect(try pixels(Self.rgba, 4) == expected { x, y in [40 * x, 50 * y, 10 * x * y, 255 - 20 * x] })
        let colors = [[0, 0, 0, 255], [255, 0, 0, 255], [0, 255, 0, 0], [0, 0, 255, 255]]
        #expect(try pixels(Self.palette, 4) == expected { x, y in colors[(x + y) % 4] })
        #expect(try pixels(Self.bits, 1) == expected { x, y in [255 * ((x + y) % 2)] })
    }
}
