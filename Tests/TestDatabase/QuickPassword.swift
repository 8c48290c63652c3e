import Access

/// A password's hash that is quick to check: the product's own takes a tenth of a second of a core on purpose, which tests of what follows a login
/// need not wait for.
public func quickHash(_ password: String) throws -> String {
    try Password.encode(password, cost: ScryptCost(logarithm: 4, blockSize: 8, parallelism: 1), salt: Random.bytes(Password.saltBytes))
}
