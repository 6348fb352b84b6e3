/// The version of Hibari, as `hibari --version` says it.
public let hibariVersion = "0.1.0"
