import Access
import Clinical
import Glibc
import Postgres

/// Where a login comes from, and in whose name.
public struct LoginSource: Sendable {
    /// As it was typed, cut; not necessarily that of an account.
    public var username: String
    public var address: String?
    /// The secret in the browser's cookie, of `KnownBrowser.bytes`.
    public var browser: [UInt8]?

    public init(username: String, address: String?, browser: [UInt8]?) {
        (self.username, self.address, self.browser) = (username.cutAsUsername, address, browser)
    }
}

extension String {
    /// What is left of a text that claims to be an account's name, however long. PostgreSQL's `normalize` takes a time that grows with the
    /// square of a run of combining marks, and nothing interrupts it: half a minute for 40,000, which anybody could send.
    ///
    /// Nothing that fits is cut: NFC makes one character of four at most, and a name has 150.
    var cutAsUsername: String { String(unicodeScalars.prefix(4 * 150 + 1)) }
}

/// A browser is recognised by a secret in a cookie, for so long after the last login.
public enum KnownBrowser {
    /// The secret's length.
    public static let bytes = 32
    public static let days = 180
}

/// What the database knows of a name that somebody types. The same question is asked for every name.
public struct LoginCandidate: Sendable {
    /// Nil where there is no such account or it is disabled.
    public var account: (user: UserID, passwordHash: String)?
    /// Without regard to case.
    var foldedName: String
    /// Whether the account has logged in with this browser before.
    var isBrowserKnown: Bool
}

/// Whether a password may be tried now.
public enum LoginAttempt: Sendable {
    /// Counted; to be given back when the password was right.
    case counted(Counted)
    /// Too many went before; the next may come in so many seconds.
    case refused(seconds: Double)

    public struct Counted: Sendable { let keys: [Bytes] }
}

/// How fast a password may be guessed. A login that succeeds costs nothing.
///
/// An account and an address have a bucket each, and an attempt must find room in both. That alone would let an attacker keep
/// others out by filling theirs. So a browser in which the account has logged in before is not held by them; it has a bucket of its own for
/// that account. Whoever attacks has no such cookie, and locks nobody out where they usually work; sessions that run are not concerned.
///
/// No account is ever locked for good: at one guess in 30 s, a password that the policy allows outlives every guesser.
struct LoginBucket {
    let key: Bytes
    /// So many at once.
    let capacity: Double
    /// And then one in so many seconds.
    let refillSeconds: Double

    private init(_ name: [UInt8], capacity: Double, refillSeconds: Double) {
        (key, self.capacity, self.refillSeconds) = (Bytes(sha256(name)), capacity, refillSeconds)
    }

    static func account(_ foldedName: String) -> LoginBucket {
        LoginBucket(Array("account:\(foldedName)".utf8), capacity: 10, refillSeconds: 30)
    }

    /// A whole ward logs in from one address at the change of shift.
    static func address(_ address: String) -> LoginBucket {
        LoginBucket(Array("address:".utf8) + network(of: address), capacity: 60, refillSeconds: 1)
    }

    static func browser(_ browser: [UInt8], _ foldedName: String) -> LoginBucket {
        LoginBucket(Array("browser:".utf8) + browser + Array(foldedName.utf8), capacity: 10, refillSeconds: 30)
    }

    static func all(of candidate: LoginCandidate, _ source: LoginSource) -> [LoginBucket] {
        if candidate.isBrowserKnown, let browser = source.browser { return [.browser(browser, candidate.foldedName)] }
        return [.account(candidate.foldedName)] + [source.address.map(LoginBucket.address)].compactMap { $0 }
    }

    /// An IPv4 address; of IPv6 the /64, within which a single client chooses freely. What is neither stays as it is.
    static func network(of address: String) -> [UInt8] {
        var (four, six) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, address, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        guard inet_pton(AF_INET6, address, &six) == 1 else { return Array(address.utf8) }
        let bytes = withUnsafeBytes(of: six) { Array($0) }
        // IPv4 as a socket for both families writes it: without this, all of IPv4 would be one network.
        let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]
        return Array(bytes.starts(with: mapped) ? bytes[12...] : bytes[..<8])
    }
}

extension Database {
    /// Whom a name belongs to, as it is typed: in NFC, and the case counts.
    public func loginCandidate(_ source: LoginSource) throws -> LoginCandidate {
        try pool.with {
            let row = try $0.query(
                """
                SELECT lower(name COLLATE "und-x-icu"), u.id, u.password_hash, u.disabled_at IS NOT NULL,
                    EXISTS (SELECT FROM known_browsers WHERE browser = $2 AND user_id = u.id)
                FROM normalize($1) AS name LEFT JOIN users u ON u.username = name
                """, [source.username, source.browser.map { Bytes(sha256($0)) }])[0]
            let (user, hash): (UserID?, String?) = try (row[1], row[2])
            let isDisabled: Bool = try row[3]
            let account: (UserID, String)? = if let user, let hash, !isDisabled { (user, hash) } else { nil }
            return LoginCandidate(account: account, foldedName: try row[0], isBrowserKnown: try row[4])
        }
    }

    /// Counts an attempt before its password is checked, so that guesses made at once do not slip by together.
    public func countAttempt(_ candidate: LoginCandidate, _ source: LoginSource) throws -> LoginAttempt {
        let buckets = LoginBucket.all(of: candidate, source)
        let wait: Double = try pool.with {
            try $0.query(
                "SELECT take_login_attempt($1, $2, $3)", [buckets.map(\.key), buckets.map(\.capacity), buckets.map(\.refillSeconds)])[0][0]
        }
        return wait > 0 ? .refused(seconds: wait) : .counted(.init(keys: buckets.map(\.key)))
    }

    /// The password was right.
    public func giveBack(_ attempt: LoginAttempt.Counted) throws {
        try pool.with {
            _ = try $0.query(
                """
                UPDATE login_buckets b SET spent = greatest(0, b.spent - 1)
                FROM (SELECT key FROM login_buckets WHERE key = ANY ($1) ORDER BY key FOR UPDATE) AS taken WHERE b.key = taken.key
                """, [attempt.keys])
        }
    }

    /// The account has logged in with this browser.
    public func rememberBrowser(_ browser: [UInt8], of user: UserID) throws {
        try pool.with {
            _ = try $0.query(
                """
                INSERT INTO known_browsers (browser, user_id) VALUES ($1, $2)
                ON CONFLICT (browser, user_id) DO UPDATE SET last_login_at = now()
                """, [Bytes(sha256(browser)), user])
        }
    }
}
