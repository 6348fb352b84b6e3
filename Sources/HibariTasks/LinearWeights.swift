import HibariData

extension TableEncoder {
    /// The weights of a linear model in the units of the table: what the output changes by when a column grows by 1, where
    /// the model itself takes (x − mean) / deviation.
    ///
    /// - Parameter fitted: a weight for each input and, last, the constant; the result is ordered alike.
    package func inTableUnits(_ fitted: [Double]) -> [Double] {
        var (weights, constant, place) = (Array(fitted.dropLast()), fitted[fitted.count - 1], 0)
        for feature in features {
            if case .number(_, let mean, let deviation) = feature {
                weights[place] /= deviation
                constant -= weights[place] * mean
            }
            place += feature.width
        }
        return weights + [constant]
    }
}
