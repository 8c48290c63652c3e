import Access
import Clinical
import FoundationEssentials
import Logging
import Postgres

/// The database as FAJMA sees it: one method a question, in one file a noun. Methods block and throw `PostgresError`.
public struct Database: Sendable {
    let pool: Pool
    /// The hospital's day, `2026-11-30`: nobody is born after it. Unless the hospital's time zone is known, the day where it begins first.
    public var today: @Sendable () -> String = Self.day(secondsFromGMT: { _ in 14 * 3600 })

    /// The day in a hospital's time zone.
    public static func today(in timeZone: TimeZone) -> @Sendable () -> String { day { timeZone.secondsFromGMT(for: $0) } }

    private static func day(secondsFromGMT: @escaping @Sendable (Date) -> Int) -> @Sendable () -> String {
        {
            let now = Date()
            return Instant(milliseconds: Int64(now.timeIntervalSince1970 * 1000)).day(offsetSeconds: secondsFromGMT(now))
        }
    }

    /// - Parameters:
    ///   - url: `DATABASE_URL`, a libpq URI.
    ///   - application: shown in `pg_stat_activity`.
    ///   - connections: how many at most; a statement waits 2 s for a free one.
    ///   - answerSeconds: after so long without an answer a statement is given up, as `PostgresError` of kind `deadlineExceeded`; nil: never.
    ///   - logger: told once when the database does not answer any more, and once when it does again.
    ///   - today: nil: as `today` is where no time zone is known.
    public init(
        url: String, application: String, connections: Int, answerSeconds: Double? = nil, logger: Logger? = nil,
        today: (@Sendable () -> String)? = nil
    ) {
        if let today { self.today = today }
        pool = Pool(url: url, application: application, limit: connections, answerSeconds: answerSeconds) { change in
            switch change {
            case .answers: logger?.notice("the database answers again")
            case .hangs(let error): logger?.error("the database does not answer", metadata: ["why": "\(error)"])
            }
        }
    }
}

extension Database {
    /// What its statements met with.
    public var errors: ErrorCounts { pool.errors }
}

/// Who asks, and what may exist for them. Every statement takes it: who may see what is part of the query.
public struct Scope: Sendable, Hashable {
    public let user: UserID
    public let username: String
    /// Nil: a program, which has a machine key.
    public let role: Role?
    /// Of what, not of whose: that is `wards`.
    public internal(set) var permissions: Set<Permission>
    public let language: String
    /// Nil: every ward.
    let wards: [WardID]?
    /// The session that the token belongs to; nil for programs of ours.
    public let session: String?
    /// The network address that the request came from, as nginx says.
    public let address: String?
    /// Somebody else knows the password: only changing it is allowed.
    public let mustChangePassword: Bool
    /// When the session ends, whatever is done; nil: not known, or never.
    public let sessionEndsAt: Instant?
    /// Nobody is there: nothing but the display of these wards is left, whatever the account's role. Nil: not locked.
    public let lock: SessionLock?

    public init(
        user: UserID, username: String, role: Role, language: String, wards: [WardID], session: String? = nil,
        address: String? = nil, mustChangePassword: Bool = false, sessionEndsAt: Instant? = nil, lock: SessionLock? = nil
    ) {
        (self.user, self.username, self.language) = (user, username, language)
        let effective = lock == nil ? role : .ecran
        (self.role, permissions) = (effective, effective.permissions)
        if let lock {
            self.wards = role == .admin ? lock.wards : lock.wards.filter(wards.contains)
        } else {
            self.wards = role == .admin ? nil : wards
        }
        (self.session, self.address, self.mustChangePassword) = (session, address, mustChangePassword)
        (self.sessionEndsAt, self.lock) = (sessionEndsAt, lock)
    }

    /// Of a program. It sees its wards as a nurse sees hers; every ward, too, is a list.
    init(
        machine user: UserID, name: String, permissions: Set<Permission>, language: String, wards: [WardID], address: String?, endsAt: Instant
    ) {
        (self.user, username, self.language, role) = (user, name, language, nil)
        (self.permissions, self.wards) = (permissions, wards)
        (session, self.address, mustChangePassword, sessionEndsAt, lock) = (nil, address, false, endsAt, nil)
    }

    /// Only of what, not of whose.
    public func may(_ permission: Permission) -> Bool { permissions.contains(permission) }

    /// In the order of the list of all.
    public var permissionNames: [String] { Permission.allCases.filter(may).map(\.rawValue) }

    /// Of these wards those that exist for the caller.
    public func seen(of wards: [WardID]) -> [WardID] { wards.filter { sees(ward: $0) } }

    /// Whether a ward exists for the caller.
    func sees(ward: WardID) -> Bool { wards?.contains(ward) ?? true }
}

extension Scope {
    /// THE condition under which a patient exists for a caller, in SQL: one of the caller's wards, and not discharged. Every
    /// statement that reads or changes what is a patient's carries it.
    ///
    /// - Parameters:
    ///   - patient: what the statement calls its row of `patients`.
    ///   - parameter: the number of the one that is `scope.wards`.
    static func visible(_ patient: String, wards parameter: Int) -> String {
        "($\(parameter)::bigint[] IS NULL OR (\(patient).ward_id = ANY ($\(parameter)) AND \(patient).discharged_at IS NULL))"
    }

    /// The same for a patient of whom this much is known.
    func sees(ward: WardID, isDischarged: Bool) -> Bool { wards.map { $0.contains(ward) && !isDischarged } ?? true }
}

/// Which part of a list: so many rows, after the row where the page before ended.
public struct Page<Cursor: Sendable>: Sendable {
    public var limit: Int
    public var after: Cursor?

    public init(limit: Int, after: Cursor? = nil) {
        self.limit = limit
        self.after = after
    }
}

/// Every row of a list that comes in pages.
public func everyPage<Element, Cursor>(_ cursor: (Element) -> Cursor, _ load: (Page<Cursor>) throws -> [Element]) rethrows -> [Element] {
    let limit = 1_000
    var (all, page) = ([Element](), Page<Cursor>(limit: limit))
    while true {
        let rows = try load(page)
        all += rows
        guard rows.count == limit, let last = rows.last else { return all }
        page.after = cursor(last)
    }
}

extension Instant {
    var timestamp: Timestamp { Timestamp(microseconds: milliseconds * 1000) }
    init(_ timestamp: Timestamp) { self.init(milliseconds: timestamp.microseconds / 1000) }
}
