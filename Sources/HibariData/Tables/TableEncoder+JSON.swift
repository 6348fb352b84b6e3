import HibariSupport

extension TableEncoder {
    /// What `init(json:path:)` reads.
    public var json: JSONValue {
        let features = features.map { feature -> JSONValue in
            switch feature {
            case .number(let name, let mean, let deviation):
                ["name": .string(name), "mean": .number(mean), "standard_deviation": .number(deviation)]
            case .category(let name, let categories):
                ["name": .string(name), "categories": .array(categories.map { .string($0) })]
            }
        }
        let target: JSONValue =
            switch target {
            case .number(let name): ["name": .string(name)]
            case .classes(let name, let names):
                ["name": .string(name), "classes": .array(names.map { .string($0) })]
            }
        return ["features": .array(features), "target": target, "missing": .string(missing.rawValue)]
    }

    /// - Parameter path: the file that `json` is from, for errors.
    public init(json: JSONValue, path: String) throws(DatasetError) {
        guard let features = json["features"]?.array, !features.isEmpty, let target = json["target"],
            let targetName = target["name"]?.string,
            let missing = json["missing"]?.string.flatMap({ MissingValues(rawValue: $0) })
        else {
            throw .contents(path: path, problem: "not how a table is encoded: features, target and missing")
        }
        let classes = try target["classes"].map { (names) throws(DatasetError) in
            try strings(names, targetName, path)
        }
        if let classes, Set(classes).count < 2 {
            throw .contents(
                path: path, problem: "the classes of \(targetName) are not at least two different ones")
        }
        self.init(
            features: try features.map { (feature) throws(DatasetError) in try Self.feature(feature, path) },
            target: classes.map { .classes(name: targetName, names: $0) } ?? .number(name: targetName),
            missing: missing)
    }

    private static func feature(_ json: JSONValue, _ path: String) throws(DatasetError) -> Feature {
        guard let name = json["name"]?.string else {
            throw .contents(path: path, problem: "a feature without a name")
        }
        if let categories = json["categories"] {
            return .category(name: name, categories: try strings(categories, name, path))
        }
        guard let mean = json["mean"]?.double, let deviation = json["standard_deviation"]?.double,
            mean.isFinite, deviation > 0, deviation.isFinite
        else {
            throw .contents(
                path: path,
                problem: "the feature \(name) has neither categories nor a mean and a positive deviation")
        }
        return .number(name: name, mean: mean, deviation: deviation)
    }
}

private func strings(_ json: JSONValue, _ name: String, _ path: String) throws(DatasetError) -> [String] {
    guard let strings = json.array?.compactMap(\.string), !strings.isEmpty, strings.count == json.array?.count
    else { throw .contents(path: path, problem: "the categories of \(name) are not a list of texts") }
    return strings
}
