import Foundation

/// A password as the replaced system keeps it: `pbkdf2_sha256$<iterations>$<salt>$<hash>`, Django's default. `fajma import` brings such texts; the
/// first right login replaces each by one of `Password.hash`.
public struct DjangoPassword: Sendable {
    public static let prefix = "pbkdf2_sha256$"
    /// Django 6.1 takes 1,500,000. A row in the database must not be able to keep a core busy for minutes.
    public static let maximumIterations = 2_000_000
    static let maximumSaltBytes = 128

    public let iterations: Int
    private let salt: [UInt8]
    private let key: [UInt8]

    /// Nil for another of Django's ways to keep a password, and for none.
    public init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, text.hasPrefix(Self.prefix), let iterations = Int(parts[1]), String(iterations) == parts[1],
            (1...Self.maximumIterations).contains(iterations), (1...Self.maximumSaltBytes).contains(parts[2].utf8.count),
            let key = Data(base64Encoded: String(parts[3])), key.count == Password.keyBytes
        else { return nil }
        (self.iterations, salt, self.key) = (iterations, Array(parts[2].utf8), Array(key))
    }

    /// As it is typed: Django does not normalise.
    func matches(_ password: String) -> Bool {
        let fits = Password.normalizedIfFits(password) != nil
        guard let key = try? Self.derive(fits ? Array(password.utf8) : [], salt: salt, iterations: iterations) else { return false }
        return equalInConstantTime(key, self.key) && fits && !password.isEmpty
    }

    /// Work for nothing.
    static func spend(_ iterations: Int) {
        guard iterations > 0 else { return }
        _ = try? derive([], salt: StoredPassword.nobody.salt, iterations: iterations)
    }

    private static func derive(_ password: [UInt8], salt: [UInt8], iterations: Int) throws(CryptoError) -> [UInt8] {
        try Password.atMostAFew { () throws(CryptoError) in
            try pbkdf2SHA256(password, salt: salt, iterations: iterations, length: Password.keyBytes)
        }
    }
}
