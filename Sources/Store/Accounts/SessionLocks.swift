import Access
import Clinical
import Postgres

/// A session of a desk that nobody touches: what is left of it is the display of these wards, until somebody logs in again.
public struct SessionLock: Sendable, Hashable {
    public var since: Instant
    public var wards: [WardID]
    /// Those of them whose patients are shown by name.
    public var namedWards: [WardID]
}

/// What a page says of the wards whose alarms are heard there.
public struct LockRequest: Sendable {
    /// What is left if the session is locked. None: it is ended instead when nobody is there.
    public var wards: [WardID]
    /// Lock it now; else only if nobody has touched the page for too long.
    public var isWanted: Bool

    public init(wards: [WardID] = [], isWanted: Bool = false) { (self.wards, self.isWanted) = (wards, isWanted) }
}

extension Database {
    /// Locks the session, unless it is locked: a lock never gets other wards. Only after the account's row was locked, as by `lockSessions`.
    ///
    /// - Parameter idleSince: nobody has touched the page since then, so it is locked though nobody asks for it.
    func lockSession(_ id: String, _ request: LockRequest, idleSince: Instant?, on connection: Connection) throws {
        guard !request.wards.isEmpty else { return }
        try connection.query(
            """
            UPDATE sessions SET locked_at = now(), locked_wards = $2::bigint[]::integer[]
            WHERE id = $1 AND locked_at IS NULL AND ($3 OR active_at < $4)
            """, [id, request.wards, request.isWanted, idleSince?.timestamp])
    }

    /// Ends the session if it is locked: somebody, of any account, has logged in in its place.
    public func endLockedSession(of token: TokenClaims, by author: Author) throws {
        try change(by: author) { connection in
            try lockSessions(of: token.userID, on: connection)
            try connection.query(
                "UPDATE sessions SET ended_at = now() WHERE id = $1 AND user_id = $2 AND locked_at IS NOT NULL AND ended_at IS NULL",
                [token.session, token.userID])
        }
    }
}

extension Patient {
    /// What a caller gets of the patient: a locked session only the bed, unless the ward shows names there.
    func shown(to scope: Scope) -> Patient {
        guard let lock = scope.lock, !lock.namedWards.contains(fields.ward) else { return self }
        let shown = PatientFields(
            hospitalNumber: "", lastName: "", firstName: "", birthDate: nil, sex: nil, ward: fields.ward, bed: fields.bed, spo2Scale: fields.spo2Scale
        )
        return Patient(id: id, fields: shown, dischargedAt: dischargedAt, ownLimits: ownLimits)
    }
}
