import HibariSupport

/// Whether `body` fails as wrong input should: with an error for the user.
package func failsForTheUser(_ body: () throws -> Void) -> Bool {
    do {
        try body()
        return false
    } catch {
        return error is any UserError
    }
}
