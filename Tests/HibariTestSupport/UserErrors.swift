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

/// What `body` fails with, in the words a user reads; "no error" if it does not fail.
package func errorMessage(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch {
        return "\(error)"
    }
}
