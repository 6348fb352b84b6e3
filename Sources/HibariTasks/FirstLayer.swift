import HibariData
import HibariNN
import HibariReports
import HibariTensor

/// A network's layers, and what its first layer looks for.
func networkBlocks(_ model: Model, _ shape: ImageShape) -> [any ReportBlock] {
    let layers = Preformatted(title: "Layers", model.summary.description, wraps: false)
    return firstLayerPictures(of: model, shape).map { [$0, layers] } ?? [layers]
}

/// The weights of a network's first layer as pictures: what each unit looks for. Nil if they are no pictures.
private func firstLayerPictures(of model: Model, _ shape: ImageShape) -> ImageGrid? {
    guard let weight = model.parameters.first(where: { $0.shape.rank >= 2 })?.value else { return nil }
    let numbers = weight.array(of: Float.self).map(Double.init)
    let units = weight.shape[0]
    let size = numbers.count / max(1, units)
    let isConvolution = weight.shape.rank == 4
    let channels = isConvolution ? weight.shape[1] : shape.channels
    let height = isConvolution ? weight.shape[2] : shape.height
    let width = isConvolution ? weight.shape[3] : shape.width
    guard size == channels * height * width, channels == 1 || channels == 3 else { return nil }
    let filters = (0..<units).map { Array(numbers[$0 * size..<($0 + 1) * size]) }
    func strength(_ filter: [Double]) -> Double { filter.reduce(0) { $0 + $1 * $1 } }
    let shown = filters.indices.sorted { (strength(filters[$0]), $1) > (strength(filters[$1]), $0) }.prefix(
        64)
    // The units of a single layer are the classes, in their order.
    let order = units <= 64 ? Array(filters.indices) : Array(shown)
    return ImageGrid(
        title: isConvolution ? "Filters of the first layer" : "Weights of the first layer",
        tiles: order.map {
            ImageGrid.Tile(picture(filters[$0], channels, height, width), label: isConvolution ? "" : "\($0)")
        },
        tileWidth: isConvolution ? 44 : 72,
        caption: """
            \(units > 64 ? "The strongest 64 of \(grouped(units)). " : "")\
            \(channels == 1
                ? "Blue where ink counts for a unit, orange where it counts against it."
                : "Gray is no weight; a color is what a filter answers to.")
            """)
}

private func picture(_ filter: [Double], _ channels: Int, _ height: Int, _ width: Int) -> Picture {
    if channels == 1 { return Picture(width: width, height: height, signed: filter) }
    let largest = max(filter.map(abs).max() ?? 0, 1e-12)
    return Picture(
        width: width, height: height,
        planes: filter.map { $0.isFinite ? UInt8(127.5 + 127.5 * min(1, max(-1, $0 / largest))) : 127 })
}
