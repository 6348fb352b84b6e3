import HibariSupport

/// A file of records to evaluate, and its errors.
struct EvaluationRecords {
    let path: String
    let records: [(object: JSONObject, place: RecordPlace)]

    /// Reads JSON lines or an array of objects.
    ///
    /// - Parameter limit: read only so many; nil for all.
    init(path: String, limit: Int? = nil) throws(EvaluationError) {
        let bytes = try readEvaluationFile(path)
        let values = try readJSONRecords(bytes) { EvaluationError.invalidJSON(path: path, place: $0, $1) }
        var records: [(JSONObject, RecordPlace)] = []
        for (value, place) in values.prefix(limit ?? values.count) {
            guard let object = value.object else {
                throw .invalidRecord(
                    path: path, place: place, key: "the record",
                    problem: "is \(value.kind); expected an object")
            }
            records.append((object, place))
        }
        guard !records.isEmpty else { throw .noRecords(path: path) }
        (self.path, self.records) = (path, records)
    }

    func failure(_ place: RecordPlace, _ key: String, _ problem: String) -> EvaluationError {
        .invalidRecord(path: path, place: place, key: key, problem: problem)
    }

    func string(_ object: JSONObject, _ key: String, _ place: RecordPlace) throws(EvaluationError) -> String {
        guard let value = object[key] else { throw failure(place, key, "is missing; expected a string") }
        return try string(value, key, place)
    }

    func string(_ value: JSONValue, _ key: String, _ place: RecordPlace) throws(EvaluationError) -> String {
        guard let text = value.string else {
            throw failure(place, key, "is \(value.kind); expected a string")
        }
        return text
    }
}

func readEvaluationFile(_ path: String) throws(EvaluationError) -> [UInt8] {
    do {
        return try readFile(path)
    } catch {
        throw .file(error)
    }
}
