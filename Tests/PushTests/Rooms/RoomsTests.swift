import Clinical
import Store
import Testing

@testable import Push

@Suite("Rooms")
struct RoomsTests {
    private var rooms = Rooms<Int>()
    private let spo2 = Reading(vital: .spo2, value: 97, measuredAt: at(10))
    private let older = Reading(vital: .spo2, value: 80, measuredAt: at(5))
    private let newer = Reading(vital: .spo2, value: 98, measuredAt: at(20))

    @Test("The first listener makes the room be read; then comes the snapshot: values, open alerts, ready")
    mutating func snapshot() {
        #expect(rooms.join(1, .patient(12)).plain == [.load([.patient(12)])])
        let open = alert(7, of: 12)
        let closed = alert(8, of: 12, severity: .info).ended
        let state = PatientState(patient: 12, ward: 3, latest: [spo2], alerts: [open, closed])
        #expect(
            rooms.loaded([.patient(12): [state]], now: at(30)).plain == [
                .send(.readings(12, [spo2]), [1]), .send(.alert(open), [1]), .send(.ready, [1]),
            ])
    }

    @Test("Who comes later gets the snapshot at once, as the events left it")
    mutating func later() {
        open(.patient(12), [spo2], [alert(7, of: 12)])
        _ = rooms.event(.readings(12, ward: 3, [newer], from: nil))
        _ = rooms.event(.alert(alert(7, of: 12).ended, ward: 3, isNew: false))  // an error latches: still open
        #expect(
            rooms.join(2, .patient(12)).plain == [
                .send(.readings(12, [newer]), [2]), .send(.alert(alert(7, of: 12).ended), [2]), .send(.ready, [2]),
            ])
        _ = rooms.event(.alert(alert(7, of: 12).ended.acknowledgedBySomebody, ward: 3, isNew: false))
        #expect(rooms.join(3, .patient(12)).plain == [.send(.readings(12, [newer]), [3]), .send(.ready, [3])])
    }

    @Test("After a correction what holds now is told and kept, also where it is older or nothing")
    mutating func corrected() {
        open(.patient(12), [newer], [])
        #expect(rooms.event(.corrected(12, ward: 3, .spo2, latest: [older], from: at(20))).plain == [.forward(.patient(12))])
        #expect(rooms.join(2, .patient(12)).plain == [.send(.readings(12, [older]), [2]), .send(.ready, [2])])
        _ = rooms.event(.corrected(12, ward: 3, .spo2, latest: [], from: at(5)))
        #expect(rooms.join(3, .patient(12)).plain == [.send(.ready, [3])])
    }

    @Test("While one read runs, other rooms wait and are read together")
    mutating func batching() {
        #expect(rooms.join(1, .patient(1)).plain == [.load([.patient(1)])])
        for patient in 2...9 { #expect(rooms.join(patient, .patient(patient)).isEmpty) }
        #expect(rooms.join(10, .ward(3)).isEmpty)
        let actions = rooms.loaded([:], now: at(0)).plain
        #expect(actions.first == .send(.ready, [1]))
        guard case .load(let list) = actions.last else {
            Issue.record("no second read")
            return
        }
        #expect(Set(list) == Set((2...9).map { .patient($0) } + [.ward(3)]))
    }

    @Test("One read takes a limited number of rooms")
    mutating func loadLimit() {
        _ = rooms.join(0, .patient(1))
        for listener in 1...600 { _ = rooms.join(listener, .patient(1 + listener)) }
        let sizes = [rooms.loaded([:], now: at(0)), rooms.loaded([:], now: at(0))].map { actions in
            actions.compactMap { if case .load(let list) = $0 { list.count } else { nil } }
        }
        #expect(sizes == [[500], [100]])
    }

    @Test("Events during the read are not lost, and neither side overwrites the other with something older")
    mutating func duringRead() {
        _ = rooms.join(1, .patient(12))
        #expect(rooms.event(.readings(12, ward: 3, [newer], from: nil)).isEmpty)
        #expect(rooms.event(.alert(alert(7, of: 12, severity: .warning).ended, ward: 3, isNew: false)).plain == [.forward(.patient(12))])
        #expect(rooms.listeners(of: .patient(12)).isEmpty)
        let temperature = Reading(vital: .temperature, value: 37, measuredAt: at(1))
        let read = PatientState(patient: 12, ward: 3, latest: [spo2, temperature], alerts: [alert(7, of: 12, severity: .warning)])
        #expect(
            rooms.loaded([.patient(12): [read]], now: at(30)).plain
                == [.send(.readings(12, [newer, temperature]), [1]), .send(.ready, [1])])
    }

    @Test("Late readings are told with the time to fetch the chart from, and do not replace newer values")
    mutating func lateReadings() {
        open(.patient(12), [spo2], [])
        let heart = Reading(vital: .heartRate, value: 80, measuredAt: at(11))
        #expect(
            rooms.event(.readings(12, ward: 3, [older, heart], from: nil)).plain
                == [.send(.readings(12, [heart], from: at(5)), [1])])
        #expect(
            rooms.event(.readings(12, ward: 3, [older], from: at(2))).plain == [.send(.readings(12, [], from: at(2)), [1])])
        #expect(rooms.latest(for: 1, now: at(0)).plain == [.send(.readings(12, [spo2, heart]), [1])])
    }

    @Test("What another device says at the same time goes beside the newest value where it contradicts it, and makes no chart be fetched again")
    mutating func contradiction() {
        func spo2(_ value: Double, _ second: Int64, by device: DeviceID) -> Reading {
            Reading(vital: .spo2, value: value, measuredAt: at(second), device: device)
        }
        open(.patient(12), [spo2(97, 1, by: 6)], [])
        let (bad, good) = (spo2(82, 2, by: 5), spo2(98, 3, by: 6))
        #expect(
            rooms.event(.readings(12, ward: 3, [bad], from: nil), now: at(2)).plain
                == [.send(.readings(12, [bad], others: [spo2(97, 1, by: 6)]), [1])])
        #expect(
            rooms.event(.readings(12, ward: 3, [good], from: nil), now: at(3)).plain == [.send(.readings(12, [good], others: [bad]), [1])])
        #expect(rooms.latest(for: 1, now: at(3)).plain == [.send(.readings(12, [good], others: [bad]), [1])])
        let close = spo2(95, 4, by: 5)
        #expect(
            rooms.event(.readings(12, ward: 3, [close, spo2(98, 5, by: 6)], from: nil), now: at(5)).plain == [.forward(.patient(12))],
            "within the tolerance, and both of one message")
        #expect(rooms.latest(for: 1, now: at(5)).plain == [.send(.readings(12, [spo2(98, 5, by: 6)]), [1])])
    }

    @Test("A patient's event goes to the patient's rooms and the ward, and to nobody else")
    mutating func audience() {
        for (listener, room) in [Room.patient(12), .alerts(12), .ward(3), .patient(13), .alerts(13), .ward(4)].enumerated() {
            open(room, [], [], listener: listener)
        }
        #expect(rooms.event(.readings(12, ward: 3, [spo2], from: nil)).plain == [.forward(.patient(12)), .forward(.ward(3))])
        #expect(
            rooms.event(.alert(alert(7, of: 12), ward: 3, isNew: true)).plain
                == [.forward(.patient(12)), .forward(.alerts(12)), .forward(.ward(3))])
        #expect(rooms.event(.device(patient: 12, ward: 3, json: [])).plain == [.forward(.patient(12)), .forward(.ward(3))])
        #expect(rooms.event(.device(patient: nil, ward: 4, json: [])).plain == [.forward(.ward(4))])
        #expect(rooms.event(.device(patient: nil, ward: nil, json: [])).isEmpty)
    }

    @Test("The alerts room gets alerts only, also in its snapshot")
    mutating func alertsOnly() {
        _ = rooms.join(1, .alerts(12))
        let state = PatientState(patient: 12, ward: 3, latest: [spo2], alerts: [alert(7, of: 12)])
        #expect(
            rooms.loaded([.alerts(12): [state]], now: at(0)).plain == [.send(.alert(alert(7, of: 12)), [1]), .send(.ready, [1])])
        #expect(rooms.latest(for: 1, now: at(0)).plain == [.send(.error(.noVitalsHere), [1])])
    }

    @Test("The same alert is told once a version")
    mutating func versions() {
        open(.patient(12), [], [alert(7, of: 12, version: 3)])
        #expect(rooms.event(.alert(alert(7, of: 12, version: 3), ward: 3, isNew: true)).isEmpty)
        #expect(rooms.event(.alert(alert(7, of: 12, version: 2), ward: 3, isNew: false)).isEmpty)
        #expect(rooms.event(.alert(alert(7, of: 12, version: 4), ward: 3, isNew: false)).plain == [.forward(.patient(12))])
    }

    @Test("A patient who moves is told to both wards and to those who listen to the patient; the old ward forgets, the new one reads")
    mutating func moves() {
        open(.ward(3), [spo2], [alert(7, of: 12)], listener: 1)
        open(.ward(4), [], [], listener: 2, patient: 13)
        open(.patient(12), [spo2], [], listener: 3)
        let told = rooms.event(.patient(12, ward: 4, before: 3)).plain
        #expect(told == [.forward(.patient(12)), .forward(.ward(3)), .forward(.ward(4)), .load([.patient(12), .ward(3), .ward(4)])])
        let thirteen = PatientState(patient: 13, ward: 4, latest: [], alerts: [])
        let twelve = PatientState(patient: 12, ward: 4, latest: [newer], alerts: [alert(7, of: 12)])
        #expect(
            rooms.loaded([.ward(4): [twelve, thirteen]], now: at(30)).plain
                == [.send(.readings(12, [newer]), [2]), .send(.alert(alert(7, of: 12)), [2])])
        #expect(rooms.join(4, .ward(3)).plain == [.send(.ready, [4])])
    }

    @Test("What is heard of a patient between the move and the read is told once, and not undone by the read")
    mutating func duringMove() {
        open(.ward(4), [], [], patient: 13)
        _ = rooms.event(.patient(12, ward: 4, before: 3))
        #expect(rooms.event(.readings(12, ward: 4, [newer], from: nil)).plain == [.forward(.ward(4))])
        let read = PatientState(patient: 12, ward: 4, latest: [spo2], alerts: [])
        #expect(rooms.loaded([.ward(4): [read]], now: at(30)).plain == [.send(.readings(12, [newer]), [1])])
    }

    @Test("A patient who is discharged leaves the ward, also against a read that began before")
    mutating func discharge() {
        _ = rooms.join(1, .ward(3))
        #expect(rooms.event(.patient(12, ward: nil, before: 3)).plain == [.forward(.ward(3))])
        let stale = PatientState(patient: 12, ward: 3, latest: [spo2], alerts: [])
        #expect(rooms.loaded([.ward(3): [stale]], now: at(0)).plain == [.load([.ward(3)])])
        #expect(rooms.loaded([:], now: at(1)).plain == [.send(.ready, [1])])
    }

    @Test("An admission, and a change of bed, name or birth date, is told to the ward, which is read anew")
    mutating func admission() {
        open(.ward(3), [spo2], [])
        #expect(rooms.event(.patient(12, ward: 3, before: 3)).plain == [.forward(.ward(3)), .load([.ward(3)])])
        #expect(rooms.event(.patient(14, ward: 3, before: nil)).plain == [.forward(.ward(3))])
        #expect(rooms.event(.patient(15, ward: 5, before: 6)).isEmpty)
    }

    @Test("What is heard of a patient whom the ward does not know is not told there, but a read is asked for, to be sure")
    mutating func strangers() {
        open(.ward(3), [spo2], [])
        #expect(rooms.event(.readings(40, ward: 3, [spo2], from: nil)).plain == [.load([.ward(3)])])
        #expect(rooms.event(.alert(alert(9, of: 40), ward: 3, isNew: true)).isEmpty)
        #expect(rooms.event(.device(patient: 40, ward: 3, json: [])).isEmpty)
        let twelve = PatientState(patient: 12, ward: 3, latest: [spo2], alerts: [])
        #expect(rooms.loaded([.ward(3): [twelve]], now: at(0)).isEmpty)
        _ = rooms.event(.readings(41, ward: 3, [spo2], from: nil))
        let missed = PatientState(patient: 41, ward: 3, latest: [older], alerts: [alert(8, of: 41)])
        #expect(
            rooms.loaded([.ward(3): [twelve, missed]], now: at(0)).plain
                == [.send(.readings(41, [spo2]), [1]), .send(.alert(alert(8, of: 41)), [1])])
    }

    @Test("get_latest answers at once for a room that is known, also when there is nothing yet, and never to another")
    mutating func latest() {
        _ = rooms.join(1, .patient(12))
        #expect(rooms.latest(for: 1, now: at(0)).isEmpty)
        _ = rooms.loaded([:], now: at(0))
        #expect(rooms.latest(for: 1, now: at(0)).plain == [.send(.readings(12, []), [1])])
        #expect(rooms.latest(for: 99, now: at(0)).isEmpty)
        open(.ward(3), [spo2], [], listener: 2)
        _ = rooms.event(.patient(13, ward: 3, before: nil))
        _ = rooms.event(.readings(13, ward: 3, [newer], from: nil))
        #expect(rooms.latest(for: 2, now: at(0)).plain == [.send(.readings(12, [spo2]), [2]), .send(.readings(13, [newer]), [2])])
    }

    @Test("After an outage every room is read anew and told: values with the time since when, open alerts, those that closed unseen, ready")
    mutating func outage() {
        open(.patient(12), [spo2], [alert(7, of: 12), alert(8, of: 12), alert(9, of: 12, severity: .warning)])
        rooms.feedLost(at: at(100))
        #expect(rooms.feedReady().plain == [.load([.patient(12)])])
        let how = alert(8, of: 12).ended.acknowledgedBySomebody
        let read = PatientState(patient: 12, ward: 3, latest: [newer], alerts: [alert(7, of: 12, version: 2), how, alert(10, of: 12)])
        var unseen = alert(9, of: 12, severity: .warning, version: 2)
        unseen.endedAt = at(200)
        #expect(
            rooms.loaded([.patient(12): [read]], now: at(200)).plain == [
                .send(.readings(12, [newer], from: at(40)), [1]), .send(.alert(alert(7, of: 12, version: 2)), [1]),
                .send(.alert(alert(10, of: 12)), [1]), .send(.alertUpdate(how), [1]), .send(.alertUpdate(unseen), [1]),
                .send(.ready, [1]),
            ])
    }

    @Test("A read that began before the events came again is not believed")
    mutating func staleRead() {
        _ = rooms.join(1, .patient(12))
        rooms.feedLost(at: at(0))
        #expect(rooms.feedReady().isEmpty)  // one read runs already
        let stale = PatientState(patient: 12, ward: 3, latest: [older], alerts: [alert(7, of: 12)])
        #expect(rooms.loaded([.patient(12): [stale]], now: at(1)).plain == [.load([.patient(12)])])
        #expect(rooms.loaded([:], now: at(2)).plain == [.send(.ready, [1])])
    }

    @Test("Who comes during an outage gets what a fresh read says, and the others stay as they are until it is over")
    mutating func joinDuringOutage() {
        open(.patient(12), [older], [])
        rooms.feedLost(at: at(0))
        #expect(rooms.join(2, .patient(12)).plain == [.load([.patient(12)])])
        let read = PatientState(patient: 12, ward: 3, latest: [spo2], alerts: [])
        #expect(
            rooms.loaded([.patient(12): [read]], now: at(1)).plain == [.send(.readings(12, [spo2]), [2]), .send(.ready, [2])])
    }

    @Test("A room that was left while it was read, and entered again, is read again")
    mutating func leftDuringRead() {
        _ = rooms.join(1, .patient(12))
        rooms.leave(1)
        _ = rooms.event(.readings(12, ward: 3, [newer], from: nil))  // nobody listens: forgotten
        #expect(rooms.join(1, .patient(12)).isEmpty)
        let stale = PatientState(patient: 12, ward: 3, latest: [older], alerts: [])
        #expect(rooms.loaded([.patient(12): [stale]], now: at(0)).plain == [.load([.patient(12)])])
    }

    @Test("A read that failed is tried again when asked, with the rooms that came meanwhile and without those that are left")
    mutating func failedRead() {
        _ = rooms.join(1, .patient(1))
        _ = rooms.join(2, .patient(2))
        rooms.leave(1)
        rooms.loadFailed()
        #expect(rooms.retry().plain == [.load([.patient(2)])])
        #expect(rooms.retry().isEmpty)
    }

    @Test("A room is forgotten with its last listener")
    mutating func forgotten() {
        open(.patient(12), [spo2], [])
        _ = rooms.join(2, .patient(12))
        rooms.leave(1)
        #expect(rooms.listeners(of: .patient(12)) == [2])
        rooms.leave(2)
        #expect(rooms.count == 0)
        #expect(rooms.event(.readings(12, ward: 3, [newer], from: nil)).isEmpty)
    }

    @Test("A device's value does not hide one taken by hand, nor that one the device's: the newer is shown, and what is not is for the chart")
    mutating func twoSources() {
        let byHand = Reading(vital: .spo2, value: 91, measuredAt: at(15), isByHand: true)
        open(.patient(12), [spo2], [])
        #expect(rooms.event(.readings(12, ward: 3, [spo2, byHand], from: nil)).plain == [.send(.readings(12, [byHand], from: at(10)), [1])])
        let between = Reading(vital: .spo2, value: 96, measuredAt: at(12))
        #expect(rooms.event(.readings(12, ward: 3, [between], from: nil)).plain == [.send(.readings(12, [], from: at(12)), [1])])
        #expect(rooms.event(.readings(12, ward: 3, [newer], from: nil)).plain == [.forward(.patient(12))])
        #expect(rooms.event(.corrected(12, ward: 3, .spo2, latest: [between, byHand], from: at(20))).plain == [.forward(.patient(12))])
        #expect(rooms.latest(for: 1, now: at(0)).plain == [.send(.readings(12, [byHand]), [1])])
    }

    @Test("An alert about a ward itself is heard in the ward, and nowhere else")
    mutating func wardAlerts() {
        var unheard = alert(9, of: 0)
        (unheard.patient, unheard.ward) = (nil, 3)
        _ = rooms.join(1, .ward(3))
        let twelve = PatientState(patient: 12, ward: 3, latest: [], alerts: [])
        #expect(
            rooms.loaded([.ward(3): RoomContents([twelve], alerts: [unheard])], now: at(0)).plain == [
                .send(.alert(unheard), [1]), .send(.ready, [1]),
            ])
        open(.patient(12), [], [], listener: 2)
        #expect(rooms.event(.alert(unheard, ward: 3, isNew: true)).isEmpty)
        #expect(rooms.event(.alert(unheard.ended, ward: 3, isNew: false)).plain == [.forward(.ward(3))])
        _ = rooms.event(.alert(unheard.ended.acknowledgedBySomebody, ward: 3, isNew: false))
        #expect(rooms.join(3, .ward(3)).plain == [.send(.ready, [3])])
    }

    @Test("A patient's pause is heard in the patient's rooms and the ward, a ward's in the ward; who comes later is told while it runs")
    mutating func pauses() {
        for (listener, room) in [Room.patient(12), .alerts(12), .ward(3)].enumerated() { open(room, [], [], listener: listener) }
        let (own, wards) = (pause(5, of: .patient(12), until: 40), pause(6, of: .ward(3)))
        #expect(rooms.event(.pause(own, ward: 3)).plain == [.forward(.patient(12)), .forward(.alerts(12)), .forward(.ward(3))])
        #expect(rooms.event(.pause(wards, ward: 3)).plain == [.forward(.ward(3))])
        #expect(rooms.join(3, .ward(3)).plain == [.send(.pause(.patient(12), own), [3]), .send(.pause(.ward(3), wards), [3]), .send(.ready, [3])])
        #expect(rooms.join(4, .alerts(12)).plain == [.send(.pause(.patient(12), own), [4]), .send(.ready, [4])])
        #expect(rooms.event(.pause(wards.ended(by: 9), ward: 3)).plain == [.forward(.ward(3))])
        #expect(rooms.join(5, .ward(3), now: at(40)).plain == [.send(.ready, [5])], "one's time is up, the other is broken")
    }

    @Test("The newest pause wins, whatever comes late: neither an event nor a read brings back one that is over")
    mutating func lateKnowledge() {
        let (old, new) = (pause(5, of: .patient(12)), pause(6, of: .patient(12)))
        open(.patient(12), [], [])
        #expect(rooms.event(.pause(new, ward: 3)).plain == [.forward(.patient(12))])
        #expect(rooms.event(.pause(old, ward: 3)).isEmpty)
        #expect(rooms.event(.pause(new.ended(), ward: 3)).plain == [.forward(.patient(12))])
        #expect(rooms.event(.pause(new, ward: 3)).isEmpty)
        _ = rooms.event(.patient(12, ward: 3, before: 3))
        let stale = PatientState(patient: 12, ward: 3, latest: [], alerts: [], pause: new)
        #expect(rooms.loaded([.patient(12): [stale]], now: at(30)).isEmpty)
        let next = PatientState(patient: 12, ward: 3, latest: [], alerts: [], pause: pause(7, of: .patient(12)))
        _ = rooms.event(.patient(12, ward: 3, before: 3))
        #expect(rooms.loaded([.patient(12): [next]], now: at(30)).plain == [.send(.pause(.patient(12), next.pause), [1])])
    }

    @Test("A pause that ended unseen is told as none, one whose time is up is not told again")
    mutating func pauseUnseen() {
        open(.ward(3), [], [])
        _ = rooms.event(.pause(pause(5, of: .patient(12)), ward: 3))
        _ = rooms.event(.pause(pause(6, of: .ward(3), until: 20), ward: 3))
        rooms.feedLost(at: at(10))
        _ = rooms.feedReady()
        let twelve = PatientState(patient: 12, ward: 3, latest: [], alerts: [])
        #expect(rooms.loaded([.ward(3): [twelve]], now: at(30)).plain == [.send(.pause(.patient(12), nil), [1]), .send(.ready, [1])])
    }

    @Test("What a read brings of alerts before their events is told to those who listen already, once")
    mutating func readBeforeEvent() {
        open(.ward(3), [], [])
        _ = rooms.event(.patient(12, ward: 3, before: 3))
        let read = PatientState(patient: 12, ward: 3, latest: [], alerts: [alert(7, of: 12)])
        #expect(rooms.loaded([.ward(3): [read]], now: at(30)).plain == [.send(.alert(alert(7, of: 12)), [1])])
        #expect(rooms.event(.alert(alert(7, of: 12), ward: 3, isNew: true)).isEmpty)
    }

    /// Enters a room with one patient and lets it be read.
    private mutating func open(
        _ room: Room, _ latest: [Reading], _ alerts: [Alert], listener: Int = 1, patient: PatientID = 12
    ) {
        _ = rooms.join(listener, room)
        _ = rooms.loaded([room: [PatientState(patient: patient, ward: 3, latest: latest, alerts: alerts)]], now: at(0))
    }
}

/// An action that can be compared.
enum PlainAction: Equatable {
    case load(Set<Room>)
    case forward(Room)
    case send(Message, Set<Int>)

    static func load(_ list: [Room]) -> PlainAction { .load(Set(list)) }
}

extension Rooms<Int> {
    /// Where the time does not matter.
    mutating func join(_ listener: Int, _ room: Room) -> [Action] { join(listener, room, now: at(30)) }
    mutating func event(_ event: Event) -> [Action] { self.event(event, now: at(30)) }
}

extension [Rooms<Int>.Action] {
    /// Without scores, which have tests of their own.
    var plain: [PlainAction] {
        compactMap { action in
            switch action {
            case .send(.score, _): nil
            case .load(let list): .load(Set(list))
            case .forward(let room): .forward(room)
            case .send(let message, let listeners): .send(message, listeners)
            }
        }
    }
}
