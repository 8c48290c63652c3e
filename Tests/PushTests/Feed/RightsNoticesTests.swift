import Clinical
import Postgres
import Store
import TestDatabase
import Testing

@testable import Push

/// What the triggers tell about rights and patients, as the daemon reads it.
@Suite("Notices of rights", .timeLimit(.minutes(1)))
struct RightsNoticesTests {
    private let store: TestStore
    private let heard: AsyncStream<Event>
    private let listener: Listener

    init() async throws {
        store = try TestStore()
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
        heard = stream
        listener = Listener(url: store.url, application: "tests", channels: Event.channels) { event in
            switch event {
            case .ready: isReady.yield()
            case .notified(let channel, let payload):
                if let event = try? NotificationEnvelope(channel: channel, payload: payload).event() { continuation.yield(event) }
            case .alive, .lost: break
            }
        }
        listener.start()
        for await _ in ready { break }
    }

    /// What one transaction tells: everything until an event that is known to come last.
    private func told(_ statement: String) async throws -> [Event] {
        try store.connection().script("\(statement); SELECT pg_notify('fajma_right', '0 0 {\"user\":999}')")
        var events: [Event] = []
        for await event in heard {
            if event == .rights(.user(999)) { break }
            events.append(event)
        }
        return events
    }

    @Test("A change of role, state, password duty, ward or session tells the account; what changes no right does not") func accounts() async throws {
        let (user, ward) = (store.nurse.user, store.wards[1].id)
        let rights = [Event.rights(.user(user))]
        #expect(try await told("UPDATE users SET role = 'medecin' WHERE id = \(user)") == rights)
        #expect(try await told("UPDATE users SET role = 'medecin', language = 'en', password_hash = 'x' WHERE id = \(user)").isEmpty)
        #expect(try await told("UPDATE users SET must_change_password = true WHERE id = \(user)") == rights)
        #expect(try await told("UPDATE users SET disabled_at = now() WHERE id = \(user)") == rights)
        #expect(try await told("INSERT INTO user_wards (user_id, ward_id) VALUES (\(user), \(ward))") == rights)
        #expect(try await told("DELETE FROM user_wards WHERE user_id = \(user)") == rights)
        #expect(try await told("INSERT INTO sessions (id, user_id, kind) VALUES ('s1', \(user), 'browser'), ('s2', \(user), 'browser')").isEmpty)
        #expect(try await told("UPDATE sessions SET last_used_at = now(), active_at = now()").isEmpty)
        #expect(try await told("UPDATE sessions SET locked_at = now(), locked_wards = ARRAY[1] WHERE id = 's2'") == rights)
        #expect(try await told("UPDATE sessions SET ended_at = now() WHERE id = 's1'") == rights)
        #expect(try await told("DELETE FROM sessions WHERE id = 's1'").isEmpty)
        #expect(try await told("DELETE FROM users WHERE id = \(user)") == rights)
    }

    @Test("An admission, another bed or name, a move and a discharge tell the screens, and the last two the sockets") func patients() async throws {
        let (patient, old, new) = (store.patients[0].id, store.wards[0].id, store.wards[1].id)
        #expect(try await told("UPDATE patients SET bed = '17' WHERE id = \(patient)") == [.patient(patient, ward: old, before: old)])
        #expect(try await told("UPDATE patients SET last_name = last_name WHERE id = \(patient)").isEmpty)
        #expect(
            try await told("UPDATE patients SET ward_id = \(new) WHERE id = \(patient)")
                == [.patient(patient, ward: new, before: old), .rights(.patient(patient))])
        #expect(
            try await told("UPDATE patients SET discharged_at = now() WHERE id = \(patient)")
                == [.patient(patient, ward: nil, before: new), .rights(.patient(patient))])
        #expect(
            try await told("UPDATE patients SET discharged_at = NULL WHERE id = \(patient)")
                == [.patient(patient, ward: new, before: nil), .rights(.patient(patient))])
        let admitted = try store.database.addPatient(
            PatientFields(hospitalNumber: "NEW", lastName: "Ba", firstName: "", birthDate: nil, sex: nil, ward: old, bed: nil), store.admin)
        #expect(try await told("") == [.patient(admitted.id, ward: old, before: nil)])
    }

    @Test("A pause that begins, is replaced, is broken or ends tells patient and ward; when its time is up nobody need be told") func pauses()
        async throws
    {
        let (patient, ward) = (store.patients[0].id, store.wards[0].id)
        func pauses(_ events: [Event]) -> [(SoundPause, WardID?)] {
            events.compactMap { if case .pause(let pause, let ward) = $0 { (pause, ward) } else { nil } }
        }
        let first = try #require(try store.database.beginPause(of: .patient(patient), seconds: 60, store.nurse))
        let second = try #require(try store.database.beginPause(of: .patient(patient), seconds: 60, store.nurse))
        let third = try #require(try store.database.beginPause(of: .ward(ward), seconds: 60, store.nurse))
        let begun = pauses(try await told(""))
        #expect(begun.map(\.0.id) == [first.id, first.id, second.id, third.id] && begun.allSatisfy { $0.1 == ward })
        #expect(begun[0].0 == first && begun[1].0.endedAt != nil && begun[2].0 == second && begun[3].0 == third)
        let insert =
            "INSERT INTO alerts (patient_id, kind, message, severity, measured_at, raised_by) VALUES (\(patient), 'k', 'm', 'error', now(), 1)"
        let broken = try await told(insert)
        guard case .alert(let alert, _, _) = broken.first else {
            Issue.record("the alert comes first")
            return
        }
        #expect(pauses(broken).map(\.0.brokenBy) == [alert.id, alert.id])
        #expect(Set(pauses(broken).map(\.0.id)) == [second.id, third.id])
        _ = try store.database.beginPause(of: .patient(patient), seconds: 60, store.nurse)
        _ = try store.database.dischargePatient(.id(patient), store.nurse)
        let ended = pauses(try await told(""))
        #expect(ended.map(\.1) == [ward, ward] && ended[1].0.endedAt != nil)
    }

    @Test("A ward's word on skin temperatures, or on names at a locked desk, is told as a change of each patient") func wardScoring() async throws {
        let (patient, ward) = (store.patients[0].id, store.wards[0].id)
        #expect(try await told("UPDATE wards SET skin_temperature_valid = true WHERE id = \(ward)") == [.patient(patient, ward: ward, before: ward)])
        #expect(try await told("UPDATE wards SET skin_temperature_valid = true, name = 'X' WHERE id = \(ward)").isEmpty)
        #expect(try await told("UPDATE wards SET names_when_locked = true WHERE id = \(ward)") == [.patient(patient, ward: ward, before: ward)])
    }

    @Test("What still arrives of a discharged patient is told to no ward") func late() async throws {
        let patient = store.patients[0].id
        _ = try await told("UPDATE patients SET discharged_at = now() WHERE id = \(patient)")
        let insert =
            "INSERT INTO readings (patient_id, vital, measured_at, device_id, value, received_at) VALUES (\(patient), 1, now(), 0, 97, now())"
        let wards = try await told(insert).map(\.address.wards)
        #expect(wards == [[]])
        let alert =
            "INSERT INTO alerts (patient_id, kind, message, severity, measured_at, raised_by) VALUES (\(patient), 'spo2', 'm', 'info', now(), 1)"
        #expect(try await told(alert).map(\.address.wards) == [[]])
    }
}
