import Access
import Clinical
import Glibc
import Postgres

/// Where a login comes from, and in whose name.
public struct LoginSource: Sendable {
    /// As it was typed, cut; not necessarily that of an account.
    public var username: String
    public var address: String?
    /// The secrets in the browser's cookies, of `KnownBrowser.bytes`: one, unless another page of the host has set some.
    public var browsers: [[UInt8]]

    public init(username: String, address: String?, browsers: [[UInt8]]) {
        (self.username, self.address, self.browsers) = (username.cutAsUsername, address, browsers)
    }
}

extension LoginSource {
    /// What tells apart those who wait for a check: the browser, if the account knows it, else the network.
    public func name(_ candidate: LoginCandidate) -> [UInt8] {
        if let browser = candidate.knownBrowser { return browser }
        return address.map(LoginBucket.network) ?? []
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
    /// The password is one that somebody else knows, set longer ago than `provisionalHours`.
    public var isProvisionalExpired: Bool
    /// The most iterations among all imported passwords that have not been used since the import; 0: there is none.
    public var importedIterations: Int
    /// Without regard to case.
    public internal(set) var foldedName: String
    /// The secret of the browser that sends it, where the account has logged in with that before.
    var knownBrowser: [UInt8]?
    /// Whether the account has logged in with this browser before.
    public var isBrowserKnown: Bool { knownBrowser != nil }

    /// How long a provisional password is good for.
    public static let provisionalHours = 72.0
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

    /// Of wrong machine keys: at a hospital's programs' address, one that was renewed and not everywhere replaced asks again and again.
    static func keys(_ address: String?) -> LoginBucket {
        LoginBucket(Array("keys:".utf8) + (address.map(network) ?? []), capacity: 60, refillSeconds: 1)
    }

    /// Of admissions that contradict who is stored: names and birth dates are guessed so.
    static func admissions(of user: UserID) -> LoginBucket {
        LoginBucket(Array("admissions:\(user)".utf8), capacity: 10, refillSeconds: 30)
    }

    static func all(of candidate: LoginCandidate, _ source: LoginSource) -> [LoginBucket] {
        if let browser = candidate.knownBrowser { return [.browser(browser, candidate.foldedName)] }
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
                    (SELECT min(b.place) FROM unnest($2::bytea[]) WITH ORDINALITY AS b (hash, place)
                        JOIN known_browsers k ON (k.browser, k.user_id) = (b.hash, u.id)),
                    coalesce(u.must_change_password AND u.password_changed_at < now() - $3 * interval '1 hour', false),
                    coalesce((SELECT max(split_part(password_hash, '$', 2)::integer) FROM users WHERE starts_with(password_hash, '\(DjangoPassword.prefix)')), 0)
                FROM normalize($1) AS name LEFT JOIN users u ON u.username = name AND u.role <> 'machine'
                """, [source.username, source.browsers.map { Bytes(sha256($0)) }, LoginCandidate.provisionalHours])[0]
            let (user, hash): (UserID?, String?) = try (row[1], row[2])
            let isDisabled: Bool = try row[3]
            let account: (UserID, String)? = if let user, let hash, !isDisabled { (user, hash) } else { nil }
            let place: Int? = try row[4]
            return LoginCandidate(
                account: account, isProvisionalExpired: try row[5], importedIterations: try row[6], foldedName: try row[0],
                knownBrowser: place.map { source.browsers[$0 - 1] })
        }
    }

    /// Counts an attempt before its password is checked, so that guesses made at once do not slip by together.
    public func countAttempt(_ candidate: LoginCandidate, _ source: LoginSource) throws -> LoginAttempt {
        try count(LoginBucket.all(of: candidate, source))
    }

    func count(_ buckets: [LoginBucket]) throws -> LoginAttempt {
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

    /// The account has logged in with this browser. A secret that it does not know yet may come from somebody else, who would have it, too: then
    /// the browser gets a fresh one, and with it what else it was known for.
    ///
    /// - Returns: the secret by which it is known from now on.
    public func rememberBrowser(_ sent: [[UInt8]], fresh: [UInt8], of user: UserID) throws -> [UInt8] {
        try pool.with { connection in
            for browser in sent {
                let known = try connection.query(
                    "UPDATE known_browsers SET last_login_at = now() WHERE (browser, user_id) = ($1, $2)", [Bytes(sha256(browser)), user])
                if known.affectedRows > 0 { return browser }
            }
            try connection.query(
                """
                INSERT INTO known_browsers (browser, user_id, last_login_at)
                SELECT $1, user_id, max(last_login_at) FROM (
                    SELECT user_id, last_login_at FROM known_browsers WHERE browser = ANY ($2) UNION ALL SELECT $3::integer, now()
                ) AS of GROUP BY user_id
                """, [Bytes(sha256(fresh)), sent.map { Bytes(sha256($0)) }, user])
            return fresh
        }
    }
}
