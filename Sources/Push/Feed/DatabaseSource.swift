import Access
import Clinical
import Logging
import Store

/// What the daemon learns from the database.
public struct DatabaseSource: Source {
    private let database: Database
    /// For what clients send to be stored: nobody who comes in waits for it.
    private let storing: Database
    private let ingest: Ingest
    private let tokens: Tokens
    private let logger: Logger
    private let now: @Sendable () -> Instant
    private let confirmed = AdmittedKeys()

    /// - Parameter storing: where rights are asked for what is to be stored; nil: as for everything else.
    public init(
        database: Database, storing: Database? = nil, ingest: Ingest, tokens: Tokens, logger: Logger, now: @escaping @Sendable () -> Instant
    ) {
        (self.database, self.storing, self.ingest, self.tokens) = (database, storing ?? database, ingest, tokens)
        (self.logger, self.now) = (logger, now)
    }

    public func account(of token: String) -> UserID? {
        // Whose a key is only the database knows: those that are shown for the first time wait together with what is made up.
        if MachineKey.isMeant(by: token) { return MachineKey(token).flatMap { confirmed.account(of: $0) } }
        return (try? tokens.verify(token, kind: .access, now: now()))?.userID
    }

    public func session(of token: String) -> String? {
        guard let session = (try? tokens.verify(token, kind: .access, now: now()))?.session, !MachineKey.isSession(session) else { return nil }
        return session
    }

    public func admit(token: String, kind: RoomKind, key: String) throws -> Admission {
        try admit(token, to: kind, isNew: true) { scope in
            let room: Room? =
                switch kind {
                case .iot: try database.presentPatient(PatientKey(key), scope).map { .patient(try opened($0, scope)) }
                case .alerts: try database.presentPatient(PatientKey(key), scope).map { .alerts(try opened($0, scope)) }
                case .service: try WardID(key).flatMap { try database.ward($0, scope) }.map { .ward($0.id) }
                }
            if room == nil { try recordRefusal(kind == .service ? .ward(Int32(key).map(Int.init) ?? 0) : .patient(PatientKey(key)), scope) }
            return room
        }
    }

    private func recordRefusal(_ object: NamedObject, _ scope: Scope) throws {
        if try database.recordIfForeign(object, scope) { logger.refused("patient.refused", account: scope.username, address: scope.address) }
    }

    /// Recorded, or nobody is let in.
    private func opened(_ patient: PatientID, _ scope: Scope) throws -> PatientID {
        try database.recordOnceAnHour(.opened(patient), by: scope.author)
        return patient
    }

    public func renew(token: String, room: Room, isNew: Bool) throws -> Admission {
        try admit(token, to: room.kind, isNew: isNew) { scope in
            switch room {
            // A socket may last a shift: each hour of it is recorded.
            case .patient(let id), .alerts(let id): try database.presentPatient(.id(id), scope).map { try opened($0, scope) }.map { _ in room }
            case .ward(let id): try database.ward(id, scope).map { _ in room }
            }
        }
    }

    /// What a token or key opens now, and when that is over whatever happens.
    ///
    /// - Parameter isNew: false: it has let somebody in, and holds as long as its session.
    private func who(_ token: String, _ database: Database, isNew: Bool) throws -> (scope: Scope, ends: Instant?)? {
        if MachineKey.isMeant(by: token) { return try scope(ofKey: token, database).map { ($0, $0.sessionEndsAt) } }
        guard let claims = try? tokens.verify(token, kind: .access, now: now(), mayHaveExpired: !isNew) else { return nil }
        if claims.expiresAt <= now(), !MachineKey.isSession(claims.session) {
            guard let session = claims.session, try database.session(session, of: claims.userID) != nil else { return nil }
        }
        guard let scope = try database.scope(of: claims) else { return nil }
        // A token of no session is all that there is to judge by.
        return (scope, claims.session == nil ? claims.expiresAt : scope.sessionEndsAt)
    }

    private func scope(ofKey text: String, _ database: Database) throws -> Scope? {
        guard let key = MachineKey(text) else { return nil }
        switch try database.admit(key, address: nil) {
        case .admitted(let scope):
            confirmed.insert(key)
            return scope
        case .refused(let why, let account):
            logger.refused(why.rawValue, account: account?.name, address: nil)
            if let account { try database.recordRefusedKey(why, account) }
            return nil
        }
    }

    private func admit(_ token: String, to kind: RoomKind, isNew: Bool, _ find: (Scope) throws -> Room?) throws -> Admission {
        guard let (scope, ends) = try who(token, database, isNew: isNew) else { return .unauthenticated }
        // A ward's room is all that a locked session has.
        guard kind.permissions.isSubset(of: scope.permissions), !scope.mustChangePassword, kind == .service || scope.lock == nil else {
            return .forbidden
        }
        guard let room = try find(scope) else { return .unknown }
        return .allowed(
            room, user: scope.user, ends: ends, mayEnter: scope.may(.enterReadings), language: Language(rawValue: scope.language) ?? .french)
    }

    public func load(_ rooms: [Room]) throws -> [Room: RoomContents] {
        var (patients, wards): (Set<PatientID>, Set<WardID>) = ([], [])
        for room in rooms {
            switch room {
            case .patient(let id), .alerts(let id): patients.insert(id)
            case .ward(let id): wards.insert(id)
            }
        }
        let state = try database.state(patients: Array(patients), wards: Array(wards))
        let byWard = Dictionary(grouping: state.patients) { $0.ward }
        let byPatient = Dictionary(grouping: state.patients, by: \.patient)
        return Dictionary(
            uniqueKeysWithValues: Set(rooms).map { room in
                switch room {
                case .patient(let id), .alerts(let id): (room, RoomContents(byPatient[id] ?? []))
                case .ward(let id):
                    (
                        room,
                        RoomContents(
                            byWard[id] ?? [], alerts: state.alerts.filter { $0.ward == id }, pause: state.pauses.first { $0.ward == id })
                    )
                }
            })
    }

    public func heard(_ wards: [WardID]) throws { try database.heard(wards: wards) }

    public func store(inbound: [UInt8], patient: PatientID, token: String, language: Language) throws -> String? {
        let received = now()
        let report: Report
        do {
            report = try Report.decode(inbound, now: received)
        } catch {
            return error.text(in: language)
        }
        if !report.readings.isEmpty {
            // Asked again for each message: since the handshake the patient may have moved, the account lost the right or the session ended.
            guard let (scope, _) = try who(token, storing, isNew: false), scope.may(.enterReadings), !scope.mustChangePassword,
                try storing.presentPatient(.id(patient), scope) != nil
            else { return Message.Fault.mayNotEnter.text(in: language) }
            let receipt = try ingest.submit(
                Submission(origin: .entered(patient: patient, by: scope), readings: report.readings, receivedAt: received))
            if let position = receipt.conflicts.first {
                let name = report.readings[position].vital.rawValue
                return Rejection(index: report.index(ofReading: position), name: name, reason: .conflict).text(in: language)
            }
        }
        return report.rejected.first?.text(in: language)
    }
}

extension Room {
    fileprivate var kind: RoomKind {
        switch self {
        case .patient: .iot
        case .alerts: .alerts
        case .ward: .service
        }
    }
}

extension RoomKind {
    /// What is told there: who may not read all of it does not come in. Every role has all of them.
    fileprivate var permissions: Set<Permission> {
        switch self {
        case .iot: [.readReadings, .readAlerts]
        case .alerts: [.readAlerts]
        case .service: [.readPatients, .readReadings, .readAlerts, .readDevices]
        }
    }
}
