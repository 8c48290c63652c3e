import Access
import Clinical
import Logging
import Postgres
import Store
import TestDatabase
import Testing

@testable import Push

/// Whom a handshake lets in, and who may stay, on a real database.
@Suite("Rights on rooms", .timeLimit(.minutes(1)))
struct RightsMatrixTests {
    private static let secret = Array("0123456789abcdef0123456789abcdef".utf8)

    private let store: TestStore
    private let tokens: Tokens
    private let source: DatabaseSource
    private let now: Instant
    /// One account of each role, of the first ward where a role has wards.
    private let users: [Role: UserID]
    private let discharged: Patient

    init() throws {
        store = try TestStore()
        now = try TestStore.now
        tokens = Tokens(secret: try SigningSecret(bytes: Self.secret))
        let time = now
        source = DatabaseSource(database: store.database, ingest: store.ingest(), tokens: tokens, logger: Logger(label: "tests"), now: { time })
        let (database, admin, ward) = (store.database, store.admin, store.wards[0].id)
        func user(_ role: Role) throws -> UserID {
            try database.addUser(username: role.rawValue + "1", passwordHash: "-", role: role, wards: [ward], by: admin.author)
        }
        users = [.admin: admin.user, .infirmier: store.nurse.user, .medecin: try user(.medecin), .ecran: try user(.ecran)]
        discharged = try database.addPatient(
            PatientFields(hospitalNumber: "GONE", lastName: "Sow", firstName: "", birthDate: nil, sex: nil, ward: ward, bed: nil), admin)
        try store.connection().script("UPDATE patients SET discharged_at = now() WHERE id = \(discharged.id)")
    }

    private func token(_ user: UserID, session: String? = nil) -> String {
        tokens.sign(TokenClaims(kind: .access, userID: user, id: "test", issuedAt: now, expiresAt: expires, session: session))
    }

    /// In whole seconds, as a token has it.
    private var expires: Instant { Instant(milliseconds: now.milliseconds / 1000 * 1000 + 60_000) }

    private enum Whose: String, CaseIterable { case own, foreign, discharged, unknown }

    /// Who gets in: `e` and may enter readings, `r` and may only look, `-` for whom there is no such room.
    private static let matrix = """
                  own foreign discharged unknown
        iot
          admin     e    e        -         -
          medecin   e    -        -         -
          infirmier e    -        -         -
          ecran     r    -        -         -
        alerts
          admin     e    e        -         -
          medecin   e    -        -         -
          infirmier e    -        -         -
          ecran     r    -        -         -
        service
          admin     e    e        .         -
          medecin   e    -        .         -
          infirmier e    -        .         -
          ecran     r    -        .         -
        """

    @Test("Every room, role and ward is as the matrix says, at the handshake and afterwards") func rooms() throws {
        var kind: RoomKind?
        var looked = 0
        for line in Self.matrix.split(separator: "\n").dropFirst() {
            let words = line.split(separator: " ")
            if let heading = RoomKind(rawValue: String(words[0])) {
                kind = heading
                continue
            }
            let (kind, role) = (try #require(kind), try #require(Role(rawValue: String(words[0]))))
            let user = try #require(users[role])
            for (whose, expected) in zip(Whose.allCases, words.dropFirst()) where expected != "." {
                for (key, room) in addresses(kind, whose) {
                    let admission: Admission =
                        expected == "-"
                        ? .unknown : .allowed(room, user: user, ends: expires, mayEnter: expected == "e")
                    #expect(try source.admit(token: token(user), kind: kind, key: key) == admission, "\(kind) \(role) \(whose) \(key)")
                    #expect(try source.renew(token: token(user), room: room, isNew: false) == admission, "\(kind) \(role) \(whose) stays")
                    looked += 1
                }
            }
        }
        #expect(looked == Role.allCases.count * (2 * 8 + 3))
    }

    /// What a client writes, and the room that it means: a patient by both of its names.
    private func addresses(_ kind: RoomKind, _ whose: Whose) -> [(String, Room)] {
        let patient: (PatientID, String) =
            switch whose {
            case .own: (store.patients[0].id, store.patients[0].fields.hospitalNumber)
            case .foreign: (store.patients[1].id, store.patients[1].fields.hospitalNumber)
            case .discharged: (discharged.id, discharged.fields.hospitalNumber)
            case .unknown: (999_999, "NOBODY")
            }
        let ward = [Whose.own: store.wards[0].id, .foreign: store.wards[1].id][whose] ?? 999_999
        switch kind {
        case .iot: return [("\(patient.0)", .patient(patient.0)), (patient.1, .patient(patient.0))]
        case .alerts: return [("\(patient.0)", .alerts(patient.0)), (patient.1, .alerts(patient.0))]
        case .service: return [("\(ward)", .ward(ward))]
        }
    }

    @Test("A hospital number that equals another patient's id opens no room of that patient") func numbers() throws {
        let (own, foreign) = (store.patients[0].id, store.patients[1].id)
        try change("UPDATE patients SET hospital_number = (\(own + foreign) - id)::text WHERE id IN (\(own), \(foreign))")
        for kind in [RoomKind.iot, .alerts] {
            func room(_ key: String) throws -> Room? {
                guard case .allowed(let room, _, _, _, _) = try source.admit(token: token(store.nurse.user), kind: kind, key: key) else { return nil }
                return room
            }
            let expected = kind == .iot ? Room.patient(own) : .alerts(own)
            #expect(try room("\(own)") == expected && room("n:\(foreign)") == expected)
            for key in ["\(foreign)", "n:\(own)", "0\(own)", "4294967297"] { #expect(try room(key) == nil, "\(key)") }
        }
    }

    @Test("An account that must change its password hears nothing until it has") func mustChange() throws {
        try change("UPDATE users SET must_change_password = true WHERE id = \(store.nurse.user)")
        #expect(try nurse() == .forbidden)
        try change("UPDATE users SET must_change_password = false WHERE id = \(store.nurse.user)")
        #expect(try nurse() != .forbidden)
    }

    @Test("A token of a disabled account, of an ended session or of somebody else's opens nothing") func ended() throws {
        try change("INSERT INTO sessions (id, user_id, kind) VALUES ('s1', \(store.nurse.user), 'browser'), ('s2', \(store.admin.user), 'browser')")
        func isAllowed(_ session: String) throws -> Bool { try nurse(session: session) != .unauthenticated }
        #expect(try isAllowed("s1"))
        #expect(try !isAllowed("s2"))
        try change("UPDATE sessions SET ended_at = now() WHERE id = 's1'")
        #expect(try !isAllowed("s1"))
        try change("UPDATE users SET disabled_at = now() WHERE id = \(store.nurse.user)")
        #expect(try nurse() == .unauthenticated)
    }

    @Test("Who came in with a token stays as long as its session, though it expires; with an expired one nobody comes in") func lasting() throws {
        let (patient, old) = (store.patients[0].id, now.advanced(bySeconds: -1))
        try change(
            """
            INSERT INTO sessions (id, user_id, kind, expires_at) VALUES ('s1', \(store.nurse.user), 'program', '2100-01-01Z');
            INSERT INTO refresh_tokens (id, session_id, expires_at) VALUES ('t1', 's1', now() + interval '1 hour')
            """)
        func token(_ session: String?) -> String {
            tokens.sign(TokenClaims(kind: .access, userID: store.nurse.user, id: "x", issuedAt: old, expiresAt: old, session: session))
        }
        func stays(_ session: String? = "s1", isNew: Bool = false) throws -> Admission {
            try source.renew(token: token(session), room: .patient(patient), isNew: isNew)
        }
        func enters() throws -> String? {
            try source.store(inbound: Array(#"{"spo2":{"valeur":97}}"#.utf8), patient: patient, token: token("s1"), language: .french)
        }
        let century = Instant(milliseconds: 4_102_444_800_000)
        #expect(try stays() == .allowed(.patient(patient), user: store.nurse.user, ends: century, mayEnter: true))
        #expect(try enters() == nil)
        #expect(try source.admit(token: token("s1"), kind: .iot, key: "\(patient)") == .unauthenticated)
        #expect(try stays(isNew: true) == .unauthenticated && stays(nil) == .unauthenticated && stays("s2") == .unauthenticated)
        // Nobody has renewed it.
        try change("UPDATE refresh_tokens SET expires_at = now() - interval '1 second'")
        #expect(try stays() == .unauthenticated && enters() == Message.Fault.mayNotEnter.text(in: .french))
        try change("UPDATE refresh_tokens SET expires_at = now() + interval '1 hour'; UPDATE sessions SET ended_at = now() WHERE id = 's1'")
        #expect(try stays() == .unauthenticated)
    }

    @Test("A locked session has the rooms of its wards and no other, and a socket that is open already is asked to go") func locked() throws {
        let (patient, own, other) = (store.patients[0].id, store.wards[0].id, store.wards[1].id)
        for user in [store.nurse.user, store.admin.user] {
            let session = "l\(user)"
            try change("INSERT INTO sessions (id, user_id, kind) VALUES ('\(session)', \(user), 'browser')")
            let token = token(user, session: session)
            let rooms: [(RoomKind, String, Room)] = [
                (.iot, "\(patient)", .patient(patient)), (.alerts, "\(patient)", .alerts(patient)), (.service, "\(own)", .ward(own)),
            ]
            for (kind, key, room) in rooms {
                #expect(try source.admit(token: token, kind: kind, key: key) == .allowed(room, user: user, ends: nil, mayEnter: true))
            }
            try change("UPDATE sessions SET locked_at = now(), locked_wards = ARRAY[\(own)] WHERE id = '\(session)'")
            for (kind, key, room) in rooms {
                let admission: Admission = kind == .service ? .allowed(room, user: user, ends: nil, mayEnter: false) : .forbidden
                #expect(try source.admit(token: token, kind: kind, key: key) == admission, "\(kind)")
                #expect(try source.renew(token: token, room: room, isNew: false) == admission, "\(kind)")
            }
            #expect(try source.admit(token: token, kind: .service, key: "\(other)") == .unknown)
            #expect(try source.renew(token: token, room: .ward(other), isNew: false) == .unknown)
            let report = Array(#"{"type":"iot_data","spo2":{"valeur":97}}"#.utf8)
            #expect(try source.store(inbound: report, patient: patient, token: token, language: .french) != nil)
        }
    }

    @Test("A handshake for a patient or ward of others is recorded, and each hour in which a socket of a patient lasts") func recorded() throws {
        func written() throws -> [String] {
            let rows = try store.connection().query("SELECT concat_ws(' ', action, username, patient_id, subject) FROM audit ORDER BY id")
            return try rows.map { try $0[0] }
        }
        let token = token(store.nurse.user)
        try change("DELETE FROM audit")
        for key in ["\(store.patients[1].id)", "H1"] {
            for kind in [RoomKind.iot, .alerts] { #expect(try source.admit(token: token, kind: kind, key: key) == .unknown) }
        }
        #expect(try source.admit(token: token, kind: .service, key: "\(store.wards[1].id)") == .unknown)
        #expect(try source.admit(token: token, kind: .iot, key: "NOBODY") == .unknown)
        #expect(try written() == ["patient.refused nurse 2 patient 2", "ward.refused nurse ward 2"])
        try change("DELETE FROM audit")
        #expect(try source.admit(token: token, kind: .iot, key: "H0") != .unknown)
        #expect(try nurse() != .unknown)
        #expect(try written() == ["patient.opened nurse 1 patient 1"])
        // The next hour.
        try change("UPDATE audit SET once = once || ' before'")
        #expect(try nurse() != .unknown)
        #expect(try written() == ["patient.opened nurse 1 patient 1", "patient.opened nurse 1 patient 1"])
    }

    @Test("What is entered over a socket is recorded with session and address, and only while the session lasts") func entered() throws {
        try change("INSERT INTO sessions (id, user_id, kind, address) VALUES ('s1', \(store.nurse.user), 'browser', '10.0.0.7')")
        let (token, patient) = (token(store.nurse.user, session: "s1"), store.patients[0].id)
        func enter(_ value: Int) throws -> String? {
            try source.store(inbound: Array(#"{"spo2":{"valeur":\#(value),"unite":"%"}}"#.utf8), patient: patient, token: token, language: .french)
        }
        #expect(try enter(97) == nil)
        let rows = try store.connection().query("SELECT session, address FROM audit WHERE action = 'reading.created'")
        let (session, address): (String?, String?) = try (rows[0][0], rows[0][1])
        #expect(rows.count == 1 && session == "s1" && address == "10.0.0.7")
        try change("UPDATE users SET must_change_password = true WHERE id = \(store.nurse.user)")
        #expect(try enter(96) == Message.Fault.mayNotEnter.text(in: .french))
        try change("UPDATE users SET must_change_password = false WHERE id = \(store.nurse.user)")
        #expect(try enter(95) == nil)
        try change("UPDATE sessions SET ended_at = now() WHERE id = 's1'")
        #expect(try enter(94) == Message.Fault.mayNotEnter.text(in: .french))
    }

    @Test("A patient who moves leaves the reach of the old ward's accounts and comes into the new one's") func moved() throws {
        try change("UPDATE patients SET ward_id = \(store.wards[1].id), bed = '' WHERE id = \(store.patients[0].id)")
        #expect(try nurse() == .unknown)
        try change("INSERT INTO user_wards (user_id, ward_id) VALUES (\(store.nurse.user), \(store.wards[1].id))")
        #expect(try nurse() != .unknown)
    }

    @Test("Who is discharged is in no ward's state, and whoever came is") func state() throws {
        try change("UPDATE patients SET ward_id = \(store.wards[0].id), bed = '' WHERE id = \(store.patients[1].id)")
        let rooms = store.wards.map { Room.ward($0.id) }
        let state = try source.load(rooms + [.patient(discharged.id)])
        #expect(rooms.map { state[$0]?.patients.map(\.patient) } == [store.patients.map(\.id), []])
        #expect(state[.patient(discharged.id)]?.patients.map(\.ward) == [nil])
    }

    private func change(_ statement: String) throws { try store.connection().script(statement) }

    /// What the first patient's room says to the first ward's nurse.
    private func nurse(session: String? = nil) throws -> Admission {
        try source.renew(token: token(store.nurse.user, session: session), room: .patient(store.patients[0].id), isNew: false)
    }
}
