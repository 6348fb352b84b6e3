/// Where the nodes of a graph stand and how its edges run, from top to bottom.
///
/// Layers by longest path; edges over several layers pass through a place in each; the order in a layer by
/// barycenters, horizontal positions by least squares. Source: Sugiyama, Tagawa & Toda 1981, IEEE SMC 11(2).
struct GraphLayout {
    struct Box: Equatable {
        var x, y, width, height: Double

        var middle: Double { x + width / 2 }
        var bottom: Double { y + height }
    }

    private(set) var boxes: [Box] = []
    /// For each edge the points it passes, from the lower edge of one box to the upper edge of another.
    private(set) var routes: [[(x: Double, y: Double)]] = []
    private(set) var width = 0.0
    private(set) var height = 0.0

    static let lineHeight = 17.0
    private static let layerGap = 38.0
    private static let nodeGap = 18.0
    static let margin = 14.0

    /// A node, or a place where an edge passes a layer.
    private struct Place {
        var node: Int?
        var layer: Int
        var width, height: Double
        var above: [Int] = []
        var below: [Int] = []
    }

    private var places: [Place]
    private var layers: [[Int]] = []
    /// The places each edge goes through, the nodes at its ends included.
    private var chains: [[Int]] = []

    init(_ graph: Graph) {
        places = graph.nodes.indices.map { index in
            let size = Self.size(of: graph.nodes[index])
            return Place(node: index, layer: 0, width: size.width, height: size.height)
        }
        guard !graph.nodes.isEmpty else { return }
        assignLayers(graph)
        makeChains(graph)
        orderLayers()
        positionPlaces()
        routes = chains.indices.map { route(ofEdge: $0) }
    }

    /// The box around the text of a node.
    static func size(of node: Graph.Node) -> (width: Double, height: Double) {
        let title = Double(displayWidth(node.title)) * 8.4
        let detail = Double(node.details.map(displayWidth).max() ?? 0) * 7.1
        return (max(title, detail, 30) + 24, Double(node.details.count + 1) * lineHeight + 12)
    }

    // MARK: Layers

    private mutating func assignLayers(_ graph: Graph) {
        // Edges lead to later nodes, so one pass in order finds the longest paths.
        for edge in graph.edges.sorted(by: { $0.to < $1.to }) {
            places[edge.to].layer = max(places[edge.to].layer, places[edge.from].layer + 1)
        }
        // What nothing leads to stands right above what needs it.
        let targets = Dictionary(grouping: graph.edges, by: \.from)
        let fed = Set(graph.edges.map(\.to))
        for node in graph.nodes.indices where !fed.contains(node) {
            if let nearest = targets[node]?.map({ places[$0.to].layer }).min() {
                places[node].layer = nearest - 1
            }
        }
    }

    private mutating func makeChains(_ graph: Graph) {
        for edge in graph.edges {
            var chain = [edge.from]
            let (first, last) = (places[edge.from].layer + 1, places[edge.to].layer)
            if first < last {
                for layer in first..<last {
                    chain.append(places.count)
                    places.append(Place(node: nil, layer: layer, width: 8, height: 0))
                }
            }
            chain.append(edge.to)
            for (from, to) in zip(chain, chain.dropFirst()) {
                places[from].below.append(to)
                places[to].above.append(from)
            }
            chains.append(chain)
        }
        layers = Array(repeating: [], count: (places.map(\.layer).max() ?? 0) + 1)
        for index in places.indices { layers[places[index].layer].append(index) }
    }

    // MARK: Order

    /// Sweeps down and up, each layer in the order of the mean place of its neighbors; the order with the fewest
    /// crossings wins.
    private mutating func orderLayers() {
        var best = layers
        var fewest = crossings
        for sweep in 0..<24 where fewest > 0 {
            let isDown = sweep % 2 == 0
            for layer in isDown ? Array(layers.indices) : layers.indices.reversed() {
                let ranks = self.ranks
                let keys = layers[layer].map { index -> Double in
                    let neighbors = isDown ? places[index].above : places[index].below
                    if neighbors.isEmpty { return ranks[index] }
                    return neighbors.reduce(0) { $0 + ranks[$1] } / Double(neighbors.count)
                }
                // Ties keep their order.
                layers[layer] = zip(layers[layer], keys).enumerated()
                    .sorted { ($0.element.1, $0.offset) < ($1.element.1, $1.offset) }.map(\.element.0)
            }
            let count = crossings
            if count < fewest { (fewest, best) = (count, layers) }
        }
        layers = best
    }

    /// The place of each node in its layer, from 0 to 1.
    private var ranks: [Double] {
        var ranks = [Double](repeating: 0, count: places.count)
        for layer in layers {
            for (position, index) in layer.enumerated() {
                ranks[index] = (Double(position) + 0.5) / Double(layer.count)
            }
        }
        return ranks
    }

    private var crossings: Int {
        let ranks = self.ranks
        return layers.reduce(0) { total, layer in
            let lines = layer.flatMap { from in places[from].below.map { (ranks[from], ranks[$0]) } }
            var count = 0
            for (index, one) in lines.enumerated() {
                for other in lines[(index + 1)...] where (one.0 - other.0) * (one.1 - other.1) < 0 {
                    count += 1
                }
            }
            return total + count
        }
    }

    // MARK: Positions

    private mutating func positionPlaces() {
        var middles = [Double](repeating: 0, count: places.count)
        for layer in layers {
            var x = 0.0
            for index in layer {
                middles[index] = x + places[index].width / 2
                x += places[index].width + Self.nodeGap
            }
        }
        for sweep in 0..<120 {
            for layer in sweep % 2 == 0 ? Array(layers.indices) : layers.indices.reversed() {
                place(layers[layer], at: &middles)
            }
        }
        let left = places.indices.map { middles[$0] - places[$0].width / 2 }.min() ?? 0
        let right = places.indices.map { middles[$0] + places[$0].width / 2 }.max() ?? 0
        width = right - left + 2 * Self.margin
        var y = Self.margin + 8
        var all = [Box](repeating: Box(x: 0, y: 0, width: 0, height: 0), count: places.count)
        for layer in layers {
            let tallest = layer.map { places[$0].height }.max() ?? 0
            for index in layer {
                let place = places[index]
                // Nodes stand on the lower edge of their layer, so that short ones are near what they feed.
                let nodeHeight = place.node == nil ? tallest : place.height
                all[index] = Box(
                    x: middles[index] - place.width / 2 - left + Self.margin,
                    y: y + (tallest - nodeHeight) / 2,
                    width: place.width, height: nodeHeight)
            }
            y += tallest + Self.layerGap
        }
        height = y - Self.layerGap + Self.margin
        placeBoxes = all
        boxes = Array(all.prefix(places.filter { $0.node != nil }.count))
    }

    private var placeBoxes: [Box] = []

    /// Moves the places of one layer as near as they can come to the mean of their neighbors without touching each
    /// other: least squares under the order, solved by pooling neighbors that push each other (Ayer et al. 1955).
    private func place(_ layer: [Int], at middles: inout [Double]) {
        // With the widths subtracted, "apart by at least" becomes "not in the wrong order".
        var offsets: [Double] = []
        var offset = 0.0
        for (position, index) in layer.enumerated() {
            if position > 0 {
                offset += (places[layer[position - 1]].width + places[index].width) / 2 + Self.nodeGap
            }
            offsets.append(offset)
        }
        var pools: [(sum: Double, weight: Double, count: Int)] = []
        for (position, index) in layer.enumerated() {
            // Long edges should be straight, and a node rather above what it alone feeds than between its inputs.
            var (sum, total) = (0.0, 0.0)
            for neighbor in places[index].above + places[index].below {
                let passes = [index, neighbor].count { places[$0].node == nil }
                let pull = passes == 2 ? 8.0 : passes == 1 ? 1 : 2
                sum += pull * middles[neighbor]
                total += pull
            }
            let wish = total == 0 ? middles[index] : sum / total
            let weight = max(1, total)
            pools.append((weight * (wish - offsets[position]), weight, 1))
            while pools.count > 1 {
                let (last, before) = (pools[pools.count - 1], pools[pools.count - 2])
                if before.sum / before.weight <= last.sum / last.weight { break }
                pools.removeLast(2)
                pools.append((before.sum + last.sum, before.weight + last.weight, before.count + last.count))
            }
        }
        var position = 0
        for pool in pools {
            for _ in 0..<pool.count {
                middles[layer[position]] = pool.sum / pool.weight + offsets[position]
                position += 1
            }
        }
    }

    /// Through each layer an edge runs straight down; at its ends it finds a place of its own on the box.
    private func route(ofEdge edge: Int) -> [(x: Double, y: Double)] {
        let chain = chains[edge]
        let (first, last) = (placeBoxes[chain[0]], placeBoxes[chain[chain.count - 1]])
        var points = [(x: port(edge, atEnd: false), y: first.bottom)]
        for index in chain.dropFirst().dropLast() {
            let box = placeBoxes[index]
            points.append((box.middle, box.y))
            if box.height > 0 { points.append((box.middle, box.bottom)) }
        }
        points.append((port(edge, atEnd: true), last.y))
        return points
    }

    /// Where an edge meets a box: the edges of one side in the order of their other ends.
    private func port(_ edge: Int, atEnd: Bool) -> Double {
        func node(_ chain: [Int]) -> Int { atEnd ? chain[chain.count - 1] : chain[0] }
        func neighbor(_ chain: [Int]) -> Double {
            placeBoxes[atEnd ? chain[chain.count - 2] : chain[1]].middle
        }
        let box = placeBoxes[node(chains[edge])]
        // What leaves a box leaves it in the middle: it is one value.
        guard atEnd else { return box.middle }
        let rivals = chains.indices.filter { node(chains[$0]) == node(chains[edge]) }
            .sorted { (neighbor(chains[$0]), $0) < (neighbor(chains[$1]), $1) }
        guard rivals.count > 1, let position = rivals.firstIndex(of: edge) else { return box.middle }
        let spacing = min(22, (box.width - 24) / Double(rivals.count - 1))
        return box.middle + (Double(position) - Double(rivals.count - 1) / 2) * spacing
    }
}
