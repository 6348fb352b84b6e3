import HibariData
import HibariSupport
import HibariTensor
import HibariTraining

/// Names as sequences of characters: id 0 begins and ends every name, the characters follow in order.
package struct NameList {
    package let names: [String]
    /// Without the mark of id 0.
    package let characters: [Character]
    /// Characters of the longest name, and the mark.
    package let length: Int
    private let ids: [Character: Int32]

    package var vocabularySize: Int { characters.count + 1 }

    private static let longest = 64
    private static let fewest = 10

    /// - Parameter path: of a file with a name on each line; empty lines do not count.
    package init(contentsOf path: String) throws {
        guard let text = String(validating: try readFile(path), as: UTF8.self) else {
            throw DatasetError.contents(path: path, problem: "not UTF-8")
        }
        var names: [String] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .enumerated()
        {
            let name = String(trimmed(line))
            if name.isEmpty { continue }
            guard name.count <= Self.longest else {
                throw DatasetError.line(
                    path: path, line: index + 1,
                    problem: "\(name.count) characters; a name has at most \(Self.longest)")
            }
            names.append(name)
        }
        guard names.count >= Self.fewest else {
            throw DatasetError.contents(
                path: path, problem: "\(names.count) names; at least \(Self.fewest) are needed")
        }
        self.init(names)
    }

    /// - Precondition: at least one name, none empty.
    package init(_ names: [String]) {
        self.names = names
        let characters = Set(names.lazy.joined()).sorted()
        self.characters = characters
        length = (names.map(\.count).max() ?? 0) + 1
        ids = Dictionary(uniqueKeysWithValues: characters.enumerated().map { ($1, Int32($0 + 1)) })
    }

    /// Names to train on, to choose the best weights on, and to test on: as makemore's, whose test names are a tenth of
    /// all but no more than 1000. The second part is as large as the third.
    package func split(seed: UInt64) -> (train: [String], validation: [String], test: [String]) {
        var random = RandomStream(seed: seed, purpose: .splitting)
        let shuffled = names.shuffled(using: &random)
        let held = max(1, min(1000, names.count / 10))
        return (
            Array(shuffled.dropLast(2 * held)), Array(shuffled.suffix(2 * held).prefix(held)),
            Array(shuffled.suffix(held))
        )
    }

    /// Input `[N, length]`: the mark and the characters, padded with marks. Target: the characters and the mark, and
    /// `ignoredTarget` behind it.
    package func examples(_ names: [String]) -> Examples {
        var inputs = [Int32](repeating: 0, count: names.count * length)
        var targets = [Int32](repeating: ignoredTarget, count: names.count * length)
        for (row, name) in names.enumerated() {
            for (place, character) in name.enumerated() {
                inputs[row * length + place + 1] = ids[character] ?? 0
                targets[row * length + place] = ids[character] ?? 0
            }
            targets[row * length + name.count] = 0
        }
        let shape: Shape = [names.count, length]
        return Examples(inputs: Tensor(inputs, shape: shape), targets: Tensor(targets, shape: shape))
    }
}

private func trimmed(_ line: Substring) -> Substring {
    let start = line.drop(while: \.isWhitespace)
    return start[..<(start.lastIndex { !$0.isWhitespace }.map { start.index(after: $0) } ?? start.startIndex)]
}
