import Access
import Clinical
import Foundation
import Postgres
import Store
import TestDatabase
import Testing

/// What may not be seen does not exist.
@Suite struct ScopeTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    @Test("lists hold what belongs to the caller's wards") func lists() throws {
        let (database, nurse) = (store.database, store.nurse)
        #expect(try database.wards(nurse, Page(limit: 100)) == [store.wards[0]])
        #expect(try database.patients(nurse, ward: nil, Page(limit: 100)) == [store.patients[0]])
        #expect(try database.patients(nurse, ward: store.wards[1].id, Page(limit: 100)) == [])
        #expect(try database.devices(nurse, DeviceFilter(), Page(limit: 100)).map(\.id) == [store.devices[0].id])
        #expect(try database.patients(store.admin, ward: nil, Page(limit: 100)) == store.patients)
    }

    @Test("one thing of a foreign ward is not there, by id, by hospital number, for reading or writing") func foreign() throws {
        let (database, nurse, now) = (store.database, store.nurse, try TestStore.now)
        let (patient, device) = (store.patients[1], store.devices[1])
        #expect(try database.patient(.id(patient.id), nurse) == nil)
        #expect(try database.patient(.hospitalNumber("H1"), nurse) == nil)
        #expect(try database.patient(.hospitalNumber("H1"), store.admin) == patient)
        var stolen = patient.fields
        stolen.ward = store.wards[0].id
        #expect(try database.updatePatient(patient.id, stolen, nurse) == nil)
        #expect(throws: PostgresError.self) { try database.addPatient(patient.fields, nurse) }
        #expect(try database.device(device.id, nurse) == nil)
        #expect(try database.newDeviceKey(device.id, nurse) == nil)
        #expect(try !database.retireDevice(device.id, nurse))
        #expect(try !database.setDeviceStatus(device.id, "x", nurse))
        let alert = try #require(try database.addAlert(patient: patient.id, kind: "k", message: "m", severity: .info, measuredAt: now, store.admin))
        #expect(try database.alert(alert.id, nurse) == nil)
        #expect(try database.acknowledgeAlert(alert.id, nurse) == nil)
        #expect(try database.alerts(nurse, AlertFilter(), Page(limit: 100)) == [])
        #expect(try database.addAlert(patient: patient.id, kind: "k", message: "m", severity: .info, measuredAt: now, nurse) == nil)
        _ = try store.ingest().submit(
            Submission(
                origin: .device(store.keys[1]), readings: [Reading(vital: .spo2, value: 90, measuredAt: now)], receivedAt: now))
        let key = StoredReading.Key(patient: patient.id, vital: .spo2, measuredAt: now, device: device.id)
        #expect(try database.reading(key, nurse) == nil)
        #expect(try database.reading(key, store.admin)?.value == 90)
        // The same as for a reading that is not there, or that somebody else entered.
        #expect(throws: StoreError.notOwnEntry) { try database.correctReading(key, value: 99, nurse) }
        #expect(throws: StoreError.notOwnEntry) { try database.deleteReading(key, nurse) }
        #expect(try database.readings(nurse, ReadingFilter(), Page(limit: 100)) == [])
    }

    @Test("readings are listed newest first, and pages join without a gap") func pages() throws {
        let now = try TestStore.now
        _ = try store.ingest().submit(
            Submission(
                origin: .device(store.keys[0]),
                readings: (0..<50).flatMap { i in
                    [Vital.spo2, .heartRate].map { Reading(vital: $0, value: 90, measuredAt: now.advanced(bySeconds: -Double(i / 2))) }
                }, receivedAt: now))
        let all = try store.database.readings(store.nurse, ReadingFilter(), Page(limit: 100))
        #expect(all.count == 50)
        var (pages, after): ([StoredReading], StoredReading.Key?) = ([], nil)
        repeat {
            let page = try store.database.readings(store.nurse, ReadingFilter(), Page(limit: 7, after: after))
            pages += page
            after = page.last?.key
        } while after != nil
        #expect(pages == all)
        let filter = ReadingFilter(vital: .spo2, from: now.advanced(bySeconds: -3), to: now)
        #expect(try store.database.readings(store.nurse, filter, Page(limit: 100)).count == 3)
    }

    private func token(_ id: String, expires: Instant) -> TokenClaims {
        TokenClaims(kind: .refresh, userID: store.nurse.user, id: id, issuedAt: expires, expiresAt: expires, session: "f")
    }

    private func open(_ token: TokenClaims) throws {
        let opened = try store.database.openSession(
            token, passwordHash: "-", kind: .program, agent: nil, expires: nil, by: store.nurse.author)
        #expect(opened)
    }

    @Test("a refresh token works once; used again it ends its session, but not within the grace") func refresh() throws {
        let later = try TestStore.now.advanced(bySeconds: 60)
        func rotate(_ old: String, _ new: String, grace: Double = 0) throws -> Rotation {
            try store.database.rotateRefreshToken(
                token(old, expires: later), to: token(new, expires: later), graceSeconds: grace, by: store.nurse.author)
        }
        func isUsable(_ id: String) throws -> Bool { try store.database.isRefreshTokenUsable(token(id, expires: later)) }
        try open(token("a", expires: later))
        #expect(try rotate("a", "b") == .rotated)
        #expect(try rotate("a", "c", grace: 60) == .rotated)
        #expect(try isUsable("b"))
        #expect(try rotate("a", "d") == .refused)
        #expect(try rotate("b", "e") == .refused)
        #expect(try !isUsable("c"))
        #expect(try rotate("unknown", "g") == .refused)
    }

    /// A wall display's session, whose first token is a; and what exchanges one token of it for another, a minute after the exchange before.
    private func wallDisplay() throws -> (String, String) throws -> Rotation {
        let later = try TestStore.now.advanced(bySeconds: 600)
        try open(token("a", expires: later))
        try store.connection().script(
            "UPDATE users SET role = 'ecran' WHERE id = \(store.nurse.user); UPDATE sessions SET kind = 'browser' WHERE id = 'f'")
        return { old, new in
            try store.connection().script("UPDATE refresh_tokens SET used_at = used_at - interval '1 minute'")
            return try store.database.rotateRefreshToken(
                token(old, expires: later), to: token(new, expires: later), graceSeconds: 10, by: store.nurse.author)
        }
    }

    @Test("a wall display that got no answer exchanges its token again, however often, until it has used the next") func lostAnswer() throws {
        let rotate = try wallDisplay()
        for new in ["b", "c", "d"] { #expect(try rotate("a", new) == .rotated) }
        #expect(try rotate("d", "e") == .rotated)
        #expect(try rotate("a", "g") == .refused)
        #expect(try rotate("e", "h") == .refused)  // that was somebody else
    }

    @Test("a wall display's token that was superseded is somebody's who should not have it: the session ends") func superseded() throws {
        let rotate = try wallDisplay()
        for new in ["b", "c"] { #expect(try rotate("a", new) == .rotated) }
        #expect(try rotate("b", "d") == .refused)
        #expect(try rotate("c", "e") == .refused)
    }

    @Test("a login whose password was changed while it was checked begins no session") func overtaken() throws {
        let token = token("a", expires: try TestStore.now.advanced(bySeconds: 60))
        #expect(try store.database.setPassword(store.nurse.user, passwordHash: "new", by: store.admin.author))
        #expect(
            try !store.database.openSession(
                token, passwordHash: "-", kind: .browser, agent: nil, expires: nil, by: store.nurse.author))
        #expect(try !store.database.isRefreshTokenUsable(token))
    }

    @Test("refresh tokens are forgotten when they have expired, not before") func expiredTokens() throws {
        let now = try TestStore.now
        let (old, new) = (token("old", expires: now.advanced(bySeconds: -1)), token("new", expires: now.advanced(bySeconds: 60)))
        try open(old)
        try store.connection().query(
            "INSERT INTO refresh_tokens (id, session_id, expires_at) VALUES ('new', 'f', now() + interval '1 minute')")
        #expect(try store.database.forgetExpired() == 1)
        #expect(try store.database.isRefreshTokenUsable(new))
    }

    @Test("a second use ends the session with the successor that is just being stored", )
    func race() throws {
        let (database, author) = (store.database, store.nurse.author)
        let later = try TestStore.now.advanced(bySeconds: 60)
        let (a, b, c, d) = (token("a", expires: later), token("b", expires: later), token("c", expires: later), token("d", expires: later))
        try open(a)
        #expect(try database.rotateRefreshToken(a, to: b, graceSeconds: 0, by: author) == .rotated)
        // A renewal with the newest token, as far as before its end.
        let renewal = try store.connection()
        try renewal.script("BEGIN")
        try renewal.query("SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE", [store.nurse.user])
        try renewal.query(
            "INSERT INTO refresh_tokens (id, session_id, expires_at) VALUES ('c', 'f', now() + interval '1 minute')")
        let second = OnThread { try database.rotateRefreshToken(a, to: d, graceSeconds: 0, by: author) }
        try store.waitForLocked()
        try renewal.script("COMMIT")
        #expect(try second.value() == .refused)
        #expect(try !database.isRefreshTokenUsable(c))
    }
}
