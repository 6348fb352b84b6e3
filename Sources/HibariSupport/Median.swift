/// The middle of the values in order, or the mean of the two in the middle.
///
/// - Precondition: at least one value.
package func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
