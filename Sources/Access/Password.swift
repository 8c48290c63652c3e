import Dispatch

/// Passwords, kept as scrypt hashes: `scrypt$ln=15,r=8,p=1$<salt>$<hash>`, both base64url. What is hashed is the NFC, so that
/// an é is the same from every keyboard.
///
/// One check takes 32 MiB and about a tenth of a second of one core, so only a few run at a time; callers block.
/// Whose turn it is at a login, `PasswordLine` decides.
public enum Password {
    /// Of UTF-8, as it comes and in NFC.
    public static let maximumBytes = 1024
    public static let maximumAtOnce = 2

    public enum Refusal: Error, Equatable { case empty, tooLong }

    /// The text to store for a password.
    public static func hash(_ password: String) throws -> String {
        guard !password.isEmpty else { throw Refusal.empty }
        guard let password = normalizedIfFits(password) else { throw Refusal.tooLong }
        let salt = try Random.bytes(saltBytes)
        return try encode(password, cost: .current, salt: salt)
    }

    package static func encode(_ password: String, cost: ScryptCost, salt: [UInt8]) throws(CryptoError) -> String {
        let key = try derive(Array(password.utf8), salt: salt, cost: cost)
        return "scrypt$\(cost)$\(Base64URL.encode(salt))$\(Base64URL.encode(key))"
    }

    /// Whether a password belongs to a stored text. With no stored text (no such account), or one that cannot be read,
    /// the same work is done for nothing, so that time does not tell which accounts exist.
    public static func verify(_ password: String, against stored: String?) -> Bool {
        if let imported = stored.flatMap(DjangoPassword.init) { return imported.matches(password) }
        let stored = stored.flatMap(StoredPassword.init)
        let password = normalizedIfFits(password) ?? ""
        let against = stored ?? StoredPassword.nobody
        guard let key = try? derive(Array(password.utf8), salt: against.salt, cost: against.cost) else { return false }
        return equalInConstantTime(key, against.key) && !password.isEmpty && stored != nil
    }

    /// Nil for a password that is too long; a megabyte of them is not even read.
    static func normalizedIfFits(_ password: String) -> String? {
        guard password.utf8.count <= maximumBytes else { return nil }
        let normalized = PasswordPolicy.normalized(password)
        return normalized.utf8.count <= maximumBytes ? normalized : nil
    }

    package static let saltBytes = 16
    static let keyBytes = 32
    private static let gate = DispatchSemaphore(value: maximumAtOnce)

    private static func derive(_ password: [UInt8], salt: [UInt8], cost: ScryptCost) throws(CryptoError) -> [UInt8] {
        try atMostAFew { () throws(CryptoError) in
            try scrypt(
                password, salt: salt, cost: 1 << cost.logarithm, blockSize: cost.blockSize,
                parallelism: cost.parallelism, length: keyBytes)
        }
    }

    /// Runs `work`, which keeps a core busy, once fewer than `maximumAtOnce` do.
    static func atMostAFew<T>(_ work: () throws(CryptoError) -> T) throws(CryptoError) -> T {
        gate.wait()
        defer { gate.signal() }
        return try work()
    }

    /// After a wrong password: spends what its check took less than that of any other account would have, so that time does not tell which accounts
    /// there are as long as some still have the password of the replaced system, whose check takes longer.
    ///
    /// - Parameter iterations: the most that such a password has; 0: there is none.
    public static func spendTheRest(after stored: String?, iterations: Int) {
        let rest = rest(after: stored, iterations: iterations)
        if rest.hasScrypt { _ = try? derive([], salt: StoredPassword.nobody.salt, cost: .current) }
        DjangoPassword.spend(rest.iterations)
    }

    /// What is left to do so that every account takes one scrypt and as many iterations.
    static func rest(after stored: String?, iterations: Int) -> (hasScrypt: Bool, iterations: Int) {
        guard iterations > 0 else { return (false, 0) }
        guard let imported = stored.flatMap(DjangoPassword.init) else { return (false, iterations) }
        return (true, max(0, iterations - imported.iterations))
    }
}

/// scrypt's parameters as they stand in a stored text: `ln=15,r=8,p=1`.
package struct ScryptCost: Equatable, CustomStringConvertible {
    /// N is two to the power of this.
    var logarithm: Int
    var blockSize: Int
    var parallelism: Int

    package init(logarithm: Int, blockSize: Int, parallelism: Int) {
        (self.logarithm, self.blockSize, self.parallelism) = (logarithm, blockSize, parallelism)
    }

    static let current = ScryptCost(logarithm: 15, blockSize: 8, parallelism: 1)

    package var description: String { "ln=\(logarithm),r=\(blockSize),p=\(parallelism)" }
}

/// A stored text, taken apart. Its cost may be another than today's, within limits: a row in the database must not
/// be able to ask for gigabytes.
struct StoredPassword {
    var cost: ScryptCost
    var salt: [UInt8]
    var key: [UInt8]

    static let nobody = StoredPassword(
        cost: .current, salt: [UInt8](repeating: 0, count: Password.saltBytes),
        key: [UInt8](repeating: 0, count: Password.keyBytes))

    init(cost: ScryptCost, salt: [UInt8], key: [UInt8]) { (self.cost, self.salt, self.key) = (cost, salt, key) }

    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "scrypt",
            let cost = ScryptCost(parts[1]),
            let salt = Base64URL.decode(parts[2].utf8), (8...64).contains(salt.count),
            let key = Base64URL.decode(parts[3].utf8), key.count == Password.keyBytes
        else { return nil }
        self.init(cost: cost, salt: salt, key: key)
    }
}

extension ScryptCost {
    /// Nil outside 16 KiB … 256 MiB of memory.
    init?(_ text: Substring) {
        let values = text.split(separator: ",", omittingEmptySubsequences: false)
        guard values.count == 3 else { return nil }
        var numbers: [Int] = []
        for (name, value) in zip(["ln=", "r=", "p="], values) {
            guard value.hasPrefix(name), let number = Int(value.dropFirst(name.count)) else { return nil }
            numbers.append(number)
        }
        guard (4...18).contains(numbers[0]), (1...8).contains(numbers[1]), (1...4).contains(numbers[2]) else { return nil }
        self.init(logarithm: numbers[0], blockSize: numbers[1], parallelism: numbers[2])
        guard description == text else { return nil }
    }
}
