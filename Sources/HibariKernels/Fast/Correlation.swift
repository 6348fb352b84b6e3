import CKernels
import HibariSupport

/// A correlation of one group of channels of one image, cut into bands along its first axis so that the padded
/// input of a band stays in the second-level cache.
///
/// The padded input is stored so that neighbors of an output place are neighbors in memory: with a step of s along
/// the last axis, its places are sorted by their remainder modulo s.
struct Correlation {
    /// Floats of a padded band: 256 KB.
    private static let bandFloats = 1 << 16

    let table = KernelTable.active
    let axes: [CorrelationAxis]
    let channels: Int
    /// The input needs no copy: neither padding nor steps, and no vector reads behind a row.
    let readsInPlace: Bool
    /// Output places of a band along the first axis; the last band may have fewer.
    let bandSize: Int
    /// Floats of a row of the padded input, and the part of it that has one remainder.
    private let rowSize, pitch: Int
    /// Rows of one place of the first axis.
    private let rows: Int
    /// Places are counted through the ends of rows, because fewer vectors cover them so.
    private let isFlat: Bool

    /// - Parameters:
    ///   - channels: of the input, in a group.
    ///   - minimumBands: at least so many bands, if there are places for them.
    init(_ axes: [CorrelationAxis], channels: Int, minimumBands: Int = 1) {
        self.axes = axes
        self.channels = channels
        let last = axes[2]
        let lanes = Int(table.lanes)
        readsInPlace = axes.allSatisfy(\.isInside) && last.inputStep == 1 && last.count % lanes == 0
        let step = last.inputStep
        let pitch = readsInPlace ? last.inputSize : (last.extent + step - 1) / step
        self.pitch = pitch
        rowSize = pitch * step
        rows = readsInPlace ? axes[1].inputSize : axes[1].extent
        let perRow = (last.count + lanes - 1) / lanes
        let places = axes[0].count
        isFlat =
            !readsInPlace && rows == 1 && axes.allSatisfy { $0.inputStep == 1 && $0.outputStep == 1 }
            && ((places - 1) * rowSize + last.count + lanes - 1) / lanes < places * perRow
        let perPlace = max(1, channels * rows * rowSize * axes[0].inputStep)
        let fitting = max(1, Self.bandFloats / perPlace)
        bandSize = max(1, min(fitting, (places + minimumBands - 1) / minimumBands))
    }

    var depth: Int { channels * axes.reduce(1) { $0 * $1.taps.count } }
    var isEmpty: Bool { axes.contains { $0.count == 0 } }
    var bandCount: Int { (axes[0].count + bandSize - 1) / bandSize }

    /// The output places of a band along the first axis.
    func band(_ index: Int) -> Range<Int> {
        index * bandSize..<min(axes[0].count, (index + 1) * bandSize)
    }

    /// Floats of one channel of the padded input of a band.
    private func planeSize(_ places: Int) -> Int {
        (readsInPlace ? axes[0].inputSize : axes[0].extent(of: places)) * rows * rowSize
    }

    /// Floats that `pad` writes for a band, and those that a last vector may read behind them.
    func paddedCount(_ places: Int) -> Int {
        readsInPlace ? 0 : channels * planeSize(places) + 2 * Int(table.lanes)
    }

    /// Where each tap of each channel lies from the input of an output place; channels first, as in the weights.
    func tapOffsets(_ places: Int) -> [Int32] {
        var offsets: [Int32] = []
        offsets.reserveCapacity(depth)
        for channel in 0..<channels {
            for a in axes[0].taps {
                for b in axes[1].taps {
                    for c in axes[2].taps {
                        let row = a.shift * rows + b.shift
                        let step = axes[2].inputStep
                        let column = c.shift % step * pitch + c.shift / step
                        offsets.append(Int32(channel * planeSize(places) + row * rowSize + column))
                    }
                }
            }
        }
        return offsets
    }

    /// Copies the input of a band with its padding.
    ///
    /// - Parameters:
    ///   - x: the first channel of the group; channels are planes of the input's size.
    ///   - padded: `paddedCount` floats.
    func pad(_ band: Range<Int>, _ x: UnsafePointer<Float>, _ padded: UnsafeMutablePointer<Float>) {
        let (outer, middle, last) = (axes[0], axes[1], axes[2])
        let height = outer.extent(of: band.count)
        let first = outer.first + band.lowerBound * outer.inputStep
        let size = planeSize(band.count)
        if rows == 1, middle.inputSize == 1 {
            padRows(height, first, outer.inputSize, x, padded, size)
        } else {
            for a in 0..<height {
                let isInside = (0..<outer.inputSize).contains(first + a)
                let source = isInside ? (first + a) * middle.inputSize * last.inputSize : 0
                padRows(
                    rows, middle.first, isInside ? middle.inputSize : 0, x + source,
                    padded + a * rows * rowSize, size)
            }
        }
        (padded + channels * size).update(repeating: 0, count: 2 * Int(table.lanes))
    }

    /// Writes `count` rows of each channel, beginning with row `first` of `inputRows` rows of the input.
    private func padRows(
        _ count: Int, _ first: Int, _ inputRows: Int, _ x: UnsafePointer<Float>,
        _ padded: UnsafeMutablePointer<Float>, _ size: Int
    ) {
        let (last, step) = (axes[2], axes[2].inputStep)
        let plane = axes.reduce(1) { $0 * $1.inputSize }
        let above = min(count, max(0, -first))
        let end = max(above, min(count, inputRows - first))
        for phase in 0..<step {
            // The first place of the row that is in the input, and how many follow it.
            let start = last.first + phase
            let left = min(pitch, start < 0 ? (-start + step - 1) / step : 0)
            let source = start + left * step
            let inside = max(0, min(pitch - left, (last.inputSize - source + step - 1) / step))
            let offset = end > above && inside > 0 ? (first + above) * last.inputSize + source : 0
            table.copy_padded(
                channels, above, end - above, count - end, left, inside, pitch, x + offset, plane,
                last.inputSize, step, padded + phase * pitch, size, rowSize)
        }
    }

    /// Where the input of a band begins if it is read in place.
    func offsetInPlace(_ band: Range<Int>) -> Int {
        let middle = axes[1]
        let row = (axes[0].first + band.lowerBound * axes[0].inputStep) * middle.inputSize + middle.first
        return row * axes[2].inputSize + axes[2].first
    }

    /// Where the first output place of a band lies in a plane of the output.
    func outputOffset(_ band: Range<Int>) -> Int {
        let row = (axes[0].outputStart + band.lowerBound * axes[0].outputStep) * axes[1].outputSize
        return (row + axes[1].outputStart) * axes[2].outputSize + axes[2].outputStart
    }

    /// The vectors of output places of a band.
    func places(_ count: Int) -> [hibari_places] {
        isFlat ? flatPlaces(count) : rowPlaces(count)
    }

    private func rowPlaces(_ count: Int) -> [hibari_places] {
        let (outer, middle, last) = (axes[0], axes[1], axes[2])
        let lanes = Int(table.lanes)
        var vectors: [hibari_places] = []
        for a in 0..<count {
            for b in 0..<middle.count {
                let input = (a * outer.inputStep * rows + b * middle.inputStep) * rowSize
                let output =
                    (a * outer.outputStep * middle.outputSize + b * middle.outputStep) * last.outputSize
                for c in stride(from: 0, to: last.count, by: lanes) {
                    vectors.append(
                        hibari_places(
                            input: Int32(input + c), output: Int32(output + c * last.outputStep),
                            lanes: ~0 >> UInt32(32 - min(lanes, last.count - c))))
                }
            }
        }
        return vectors
    }

    /// Rows of the output lie one behind the other, those of the input too, with a gap.
    private func flatPlaces(_ count: Int) -> [hibari_places] {
        let (width, lanes) = (axes[2].count, Int(table.lanes))
        var vectors: [hibari_places] = []
        for start in stride(from: 0, to: (count - 1) * rowSize + width, by: lanes) {
            let valid = (start..<start + lanes).filter { $0 / rowSize < count && $0 % rowSize < width }
            guard let first = valid.first else { continue }
            let mask = valid.reduce(UInt32(0)) { $0 | 1 << UInt32($1 - start) }
            vectors.append(
                hibari_places(
                    input: Int32(start), output: Int32(first / rowSize * width + first % rowSize),
                    lanes: mask))
        }
        return vectors
    }
}
