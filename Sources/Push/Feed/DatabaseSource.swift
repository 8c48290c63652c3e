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

    /// - Parameter storing: where rights are asked for what is to be stored; nil: as for everything else.
    public init(
        database: Database, storing: Database? = nil, ingest: Ingest, tokens: Tokens, logger: Logger, now: @escaping @Sendable () -> Instant
    ) {
        (self.database, self.storing, self.ingest, self.tokens) = (database, storing ?? database, ingest, tokens)
        (self.logger, self.now) = (logger, now)
    }

    public func account(of token: String) -> UserID? { (try? tokens.verify(token, kind: .access, now: now()))?.userID }

    public func session(of token: String) -> String? { (try? tokens.verify(token, kind: .access, now: now()))?.session }

    public func admit(token: String, kind: RoomKind, key: String) throws -> Admission {
        try admit(token, isOfWard: kind == .service, isNew: true) { scope in
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
        try admit(token, isOfWard: room.isOfWard, isNew: isNew) { scope in
            switch room {
            // A socket may last a shift: each hour of it is recorded.
            case .patient(let id), .alerts(let id): try database.presentPatient(.id(id), scope).map { try opened($0, scope) }.map { _ in room }
            case .ward(let id): try database.ward(id, scope).map { _ in room }
            }
        }
    }

    /// - Parameter isNew: false: it has let somebody in, and holds as long as its session.
    private func who(_ token: String, _ database: Database, isNew: Bool) throws -> (TokenClaims, Scope)? {
        guard let claims = try? tokens.verify(token, kind: .access, now: now(), mayHaveExpired: !isNew) else { return nil }
        if claims.expiresAt <= now() {
            guard let session = claims.session, try database.session(session, of: claims.userID) != nil else { return nil }
        }
        guard let scope = try database.scope(of: claims) else { return nil }
        return (claims, scope)
    }

    /// - Parameter isOfWard: it is a ward's room, which is all that a locked session has.
    private func admit(_ token: String, isOfWard: Bool, isNew: Bool, _ find: (Scope) throws -> Room?) throws -> Admission {
        guard let (claims, scope) = try who(token, database, isNew: isNew) else { return .unauthenticated }
        guard scope.role.may(.readReadings), !scope.mustChangePassword, isOfWard || scope.lock == nil else { return .forbidden }
        guard let room = try find(scope) else { return .unknown }
        // A token of no session is all that there is to judge by.
        let ends = claims.session == nil ? claims.expiresAt : scope.sessionEndsAt
        return .allowed(
            room, user: scope.user, ends: ends, mayEnter: scope.role.may(.enterReadings), language: Language(rawValue: scope.language) ?? .french)
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
            guard let (_, scope) = try who(token, storing, isNew: false), scope.role.may(.enterReadings), !scope.mustChangePassword,
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
    fileprivate var isOfWard: Bool { if case .ward = self { true } else { false } }
}
