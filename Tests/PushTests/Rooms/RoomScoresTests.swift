import Clinical
import Store
import Testing

@testable import Push

/// The early warning score in the rooms: told with the snapshot, and when it says something else.
@Suite("Scores in rooms")
struct RoomScoresTests {
    private var rooms = Rooms<Int>()

    private func device(_ vital: Vital, _ value: Double, _ second: Int64) -> Reading {
        Reading(vital: vital, value: value, measuredAt: at(second))
    }

    private func byHand(_ vital: Vital, _ value: Double, _ second: Int64) -> Reading {
        Reading(vital: vital, value: value, measuredAt: at(second), isByHand: true)
    }

    private mutating func open(_ room: Room, _ latest: [Reading], _ scored: EarlyWarningScore.Subject = .init(), now: Int64 = 0) -> [Told] {
        _ = rooms.join(1, room, now: at(now))
        return rooms.loaded([room: [PatientState(patient: 12, ward: 3, latest: latest, alerts: [], scored: scored)]], now: at(now)).scores
    }

    private mutating func hear(_ readings: Reading..., now: Int64) -> [Told] {
        rooms.event(.readings(12, ward: 3, readings, from: nil), now: at(now)).scores
    }

    @Test("The snapshot has the score; then it is told when points change, and not for every value") mutating func points() {
        #expect(open(.patient(12), [device(.spo2, 97, 0), device(.heartRate, 80, 0)]) == ["0–14, 2"])
        #expect(hear(device(.spo2, 96, 1), device(.heartRate, 85, 1), now: 1) == [])
        #expect(hear(device(.spo2, 93, 2), now: 2) == ["2–16, 2"])
        #expect(hear(device(.perfusionIndex, 3, 3), device(.spo2, 92, 3), now: 3) == [])
        #expect(hear(device(.spo2, 99, 1), now: 4) == [], "late: it is not the latest")
        #expect(hear(byHand(.respiratoryRate, 24, 4), now: 4) == ["4–15, 3"])
        #expect(rooms.join(2, .patient(12), now: at(5)).scores == ["4–15, 3"])
        #expect(rooms.event(.corrected(12, ward: 3, .respiratoryRate, latest: [], from: at(4)), now: at(6)).scores == ["2–16, 2"])
    }

    @Test("A value that gets too old is told once, also where nothing comes any more; a fresh one brings it back") mutating func staleness() {
        #expect(open(.ward(3), [device(.spo2, 93, 0)]) == ["2–19, 1"])
        #expect(hear(device(.spo2, 93, 100), now: 100) == [])
        #expect(rooms.age(now: at(301)).isEmpty, "a newer one came")
        #expect(rooms.age(now: at(400)).isEmpty)
        #expect(rooms.age(now: at(401)).scores == ["0–20, 0"])
        #expect(rooms.age(now: at(402)).isEmpty)
        #expect(hear(device(.spo2, 93, 500), now: 500) == ["2–19, 1"])
    }

    @Test("While two devices disagree the worse value counts; else the newest") mutating func disagreement() {
        func spo2(_ value: Double, _ second: Int64, by device: DeviceID) -> Reading {
            Reading(vital: .spo2, value: value, measuredAt: at(second), device: device)
        }
        #expect(open(.patient(12), [spo2(82, 0, by: 5), spo2(98, 1, by: 6)], now: 1) == ["0–17, 1"])
        var alert = Alert(id: 1, patient: 12, kind: "capteurs_discordants", message: "", severity: .warning, measuredAt: at(1))
        alert.device = 5
        #expect(rooms.event(.alert(alert, ward: 3, isNew: true), now: at(2)).scores == ["3–20, 1"])
        #expect(hear(spo2(98, 3, by: 6), now: 3) == [])
        #expect(hear(spo2(97, 4, by: 5), now: 4) == ["0–17, 1"], "they agree again")
        #expect(hear(spo2(82, 5, by: 5), now: 5) == ["3–20, 1"], "the newest is the worse")
        #expect(hear(spo2(98, 6, by: 6), now: 6) == [])
        #expect(hear(spo2(98, 21, by: 6), now: 21) == ["0–17, 1"], "the other has not measured for 15 s")
        #expect(hear(spo2(82, 22, by: 5), now: 22) == ["3–20, 1"])
        #expect(hear(spo2(98, 23, by: 6), now: 23) == [])
        alert.endedAt = at(24)
        alert.version = 2
        #expect(rooms.event(.alert(alert, ward: 3, isNew: false), now: at(24)).scores == ["0–17, 1"])
    }

    @Test("A device's value that takes the place of one by hand lasts a device's time") mutating func otherSource() {
        #expect(open(.patient(12), [byHand(.spo2, 93, 0)]) == ["2–19, 1"])
        #expect(hear(device(.spo2, 93, 10), now: 10) == [])
        #expect(rooms.age(now: at(310)).isEmpty)
        #expect(rooms.age(now: at(311)).scores == ["0–20, 0"])
    }

    @Test(
        "38.5 by hand still counts four hours later while the device on the skin sends 33 each second; where the ward's site is valid, the newer counts"
    )
    mutating func skin() {
        let morning: [Reading] = [byHand(.temperature, 38.5, 0), device(.temperature, 33, 1)]
        #expect(open(.patient(12), morning) == ["1–18, 1"])
        for second in stride(from: Int64(2), through: 4 * 3600, by: 60) {
            #expect(hear(device(.temperature, 33, second), now: second) == [])
        }
        #expect(rooms.age(now: at(4 * 3600)).isEmpty)
        #expect(rooms.join(2, .patient(12), now: at(4 * 3600)).scores == ["1–18, 1"])
        rooms = Rooms()
        #expect(open(.patient(12), morning, .init(takesSkinTemperature: true)) == ["3–20, 1"])
    }

    @Test("Who is under 16 or pregnant has no score, until the birthday, and until what a change of the patient makes be read")
    mutating func applicability() {
        #expect(open(.patient(12), [device(.spo2, 93, 0)], .init(adultFrom: at(50))) == ["under16"])
        #expect(hear(device(.spo2, 80, 1), now: 1) == [])
        #expect(rooms.age(now: at(49)).isEmpty)
        #expect(rooms.age(now: at(50)).scores == ["3–20, 1"])
        for (scored, told) in [
            (EarlyWarningScore.Subject(isPregnant: true), ["pregnant"]), (.init(scale: .two), ["3–20, 1, scale 2"]), (.init(scale: .two), []),
        ] {
            _ = rooms.event(.patient(12, ward: 3, before: 3), now: at(60))
            let read = PatientState(patient: 12, ward: 3, latest: [device(.spo2, 80, 1)], alerts: [], scored: scored)
            #expect(rooms.loaded([.patient(12): [read]], now: at(60)).scores == told)
        }
    }

    @Test("The room of alerts hears no scores") mutating func alertsRoom() {
        #expect(open(.alerts(12), [device(.spo2, 93, 0)]) == [])
        #expect(rooms.age(now: at(1000)).isEmpty)
    }
}

/// What a score says: `3–11, 4` for 4 of 7 parts known.
private typealias Told = String

extension [Rooms<Int>.Action] {
    fileprivate var scores: [Told] {
        compactMap { action in
            guard case .send(.score(12, let report), _) = action else { return nil }
            guard let score = report.score else { return report.notApplicable?.rawValue }
            return "\(score.lower)–\(score.upper), \(score.known)" + (report.scale == .two ? ", scale 2" : "")
        }
    }
}
