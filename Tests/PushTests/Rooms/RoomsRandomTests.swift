import Clinical
import DeviceSimulation
import Store
import Testing

@testable import Push

@Suite("Rooms, at random")
struct RoomsRandomTests {
    /// A hospital whose patients move, a feed that breaks, reads that are answered late or fail, screens that come and go. A screen believes
    /// whatever came last: so that it ends with the truth, nothing may be lost and nothing may be told in the wrong order.
    @Test("Whatever happens in whatever order, every screen ends with what the database holds", arguments: 0..<400)
    func converge(seed: UInt64) {
        var world = World(seed: seed)
        for _ in 0..<250 { world.step() }
        world.settle()
        for (listener, screen) in world.screens {
            #expect(screen.isReady, "seed \(seed), listener \(listener)")
            let truth = world.truth(in: screen.room)
            #expect(screen.readings == truth.readings, "seed \(seed), listener \(listener), \(screen.room)")
            #expect(screen.alerts == truth.alerts, "seed \(seed), listener \(listener), \(screen.room)")
            #expect(screen.pauses == truth.pauses, "seed \(seed), listener \(listener), \(screen.room)")
            #expect(screen.scores.keys == truth.scores.keys, "seed \(seed), listener \(listener), \(screen.room)")
            for (patient, score) in screen.scores {
                #expect(truth.scores[patient]?.says(theSameAs: score) == true, "seed \(seed), listener \(listener), \(screen.room)")
            }
        }
    }
}

private struct Key: Hashable {
    let patient: PatientID
    let vital: Vital
}

private struct Screen {
    let room: Room
    var readings: [Key: Reading] = [:]
    var alerts: [Alert.ID: Alert] = [:]
    var pauses: [SoundPause.Subject: SoundPause] = [:]
    var scores: [PatientID: ScoreReport] = [:]
    var isReady = false

    init(_ room: Room) { self.room = room }

    /// A ward's page: who is not on the list has no tile.
    mutating func drop(where isGone: (PatientID) -> Bool) {
        guard case .ward = room else { return }
        readings = readings.filter { !isGone($0.key.patient) }
        alerts = alerts.filter { $0.value.patient.map { !isGone($0) } ?? true }
        pauses = pauses.filter { $0.key.patient.map { !isGone($0) } ?? true }
        scores = scores.filter { !isGone($0.key) }
    }

    mutating func show(_ message: Message) {
        switch message {
        case .patient(let patient, let ward): if ward.map(Room.ward) != room { drop { $0 == patient } }
        case .readings(let patient, let list, _, _):
            for reading in list { readings[Key(patient: patient, vital: reading.vital)] = reading }
        case .corrected(let patient, let vital, let latest, _): readings[Key(patient: patient, vital: vital)] = latest
        case .alert(let alert), .alertUpdate(let alert): alerts[alert.id] = alert.isOpen ? alert : nil
        case .pause(let subject, let pause): pauses[subject] = pause?.endedAt == nil ? pause : nil
        case .score(let patient, let report): scores[patient] = report
        case .ready: isReady = true
        case .device, .pulse, .error: break
        }
    }
}

private struct World {
    /// Of those who are not discharged.
    private var ward: [PatientID: WardID] = [1: 1, 2: 1, 3: 2, 4: 2]
    /// Where each was before the last move, as a transaction that began before it still believes.
    private var wardBefore: [PatientID: WardID] = [:]
    private static let vitals: [Vital] = [.spo2, .heartRate, .temperature]

    private var random: SeededGenerator
    private var rooms = Rooms<Int>()
    private(set) var screens: [Int: Screen] = [:]
    private var latest: [Key: LatestReading] = [:]
    private var scored: [PatientID: EarlyWarningScore.Subject] = [:]
    private var pauses: [SoundPause.Subject: SoundPause] = [:]
    private var alerts: [Alert.ID: Alert] = [:]
    private var clock: Int64 = 0
    private var nextListener = 0
    private var isListening = true
    private var feed: [Event] = []
    /// The read that was asked for; answered once the database has looked.
    private var asked: [Room]?
    private var answer: [Room: RoomContents]?

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func step() {
        switch Int.random(in: 0..<24, using: &random) {
        case 0..<5: measure()
        case 5..<8: changeAlert()
        case 8..<11: deliver()
        case 11: enter()
        case 12: if Bool.random(using: &random) { enter() } else { move() }
        case 13: leave()
        case 14, 15: look()
        case 16: answerRead()
        case 17: failRead()
        case 18 where isListening: loseFeed()
        case 20, 21: changePause()
        case 22: changeScoring()
        case 23: perform(rooms.age(now: at(clock)))
        default: if !isListening { regainFeed() }
        }
    }

    mutating func settle() {
        if !isListening { regainFeed() }
        while !feed.isEmpty { deliver() }
        perform(rooms.retry())
        while asked != nil {
            look()
            answerRead()
        }
        perform(rooms.age(now: at(clock)))
    }

    func truth(in room: Room) -> Screen {
        var truth = Screen(room)
        truth.alerts = alerts.filter { _, alert in
            alert.isOpen && (alert.patient.map { covers(room, $0) } ?? (alert.ward.map(Room.ward) == room))
        }
        truth.pauses = pauses.filter { subject, pause in
            pause.endedAt == nil && (subject.patient.map { covers(room, $0) } ?? (subject.ward.map(Room.ward) == room))
        }
        guard room.hasVitals else { return truth }
        truth.readings = latest.filter { covers(room, $0.key.patient) }.compactMapValues(\.newest)
        for patient in 1...4 where covers(room, patient) {
            let own = latest.filter { $0.key.patient == patient }.map { ($0.key.vital, $0.value) }
            truth.scores[patient] = ScoreReport(Dictionary(uniqueKeysWithValues: own), scored[patient] ?? .init(), at: at(clock))
        }
        return truth
    }

    private func covers(_ room: Room, _ patient: PatientID) -> Bool {
        switch room {
        case .patient(let one), .alerts(let one): one == patient
        case .ward(let ward): self.ward[patient] == ward
        }
    }

    // MARK: The database

    private mutating func measure() {
        clock += 1
        let patient = Int.random(in: 1...4, using: &random)
        let vital = Self.vitals.randomElement(using: &random) ?? .spo2
        let isLate = Int.random(in: 0..<5, using: &random) == 0
        let isByHand = Int.random(in: 0..<4, using: &random) == 0
        let reading = Reading(vital: vital, value: Double(clock), measuredAt: at(isLate ? clock - 1000 : clock), isByHand: isByHand)
        _ = latest[Key(patient: patient, vital: vital), default: LatestReading()].take(reading)
        notify(.readings(patient, ward: ward[patient], [reading], from: nil))
        // From a transaction that began before the move: nothing that the new ward would miss, and nothing for the old one.
        if let before = wardBefore[patient], before != ward[patient] {
            let old = Reading(vital: vital, value: 0, measuredAt: at(-100_000), isByHand: isByHand)
            notify(.readings(patient, ward: before, [old], from: nil))
        }
    }

    private mutating func changeAlert() {
        clock += 1
        if Bool.random(using: &random) || alerts.isEmpty {
            var raised = alert(
                Int(clock), of: Int.random(in: 1...4, using: &random),
                severity: Severity.allCases.randomElement(using: &random) ?? .error)
            if Int.random(in: 0..<4, using: &random) == 0 { (raised.patient, raised.ward) = (nil, Int.random(in: 1...2, using: &random)) }
            alerts[raised.id] = raised
            notify(.alert(raised, ward: whereabouts(raised), isNew: true))
        } else if let old = alerts.values.sorted(by: { $0.id < $1.id }).randomElement(using: &random) {
            let changed = old.endedAt == nil && Bool.random(using: &random) ? old.ended : old.acknowledgedBySomebody
            alerts[old.id] = changed
            notify(.alert(changed, ward: whereabouts(changed), isNew: false))
        }
    }

    private func whereabouts(_ alert: Alert) -> WardID? { alert.ward ?? ward[alert.patient ?? 0] }

    /// Begins one, ends it, or puts another in its place.
    private mutating func changePause() {
        clock += 1
        let subject: SoundPause.Subject =
            Bool.random(using: &random) ? .patient(Int.random(in: 1...4, using: &random)) : .ward(Int.random(in: 1...2, using: &random))
        let told = subject.ward ?? ward[subject.patient ?? 0]
        var isEnded = false
        if let running = pauses[subject], running.endedAt == nil {
            let ended = running.ended()
            pauses[subject] = ended
            notify(.pause(ended, ward: told))
            isEnded = Bool.random(using: &random)
        }
        if isEnded { return }
        let begun = pause(Int(clock), of: subject)
        pauses[subject] = begun
        notify(.pause(begun, ward: told))
    }

    private mutating func changeScoring() {
        let patient = Int.random(in: 1...4, using: &random)
        let birthday = at(Int64.random(in: 0..<400, using: &random))
        scored[patient] = EarlyWarningScore.Subject(
            scale: Bool.random(using: &random) ? .one : .two, adultFrom: Bool.random(using: &random) ? birthday : nil,
            isPregnant: Int.random(in: 0..<4, using: &random) == 0, takesSkinTemperature: Bool.random(using: &random))
        notify(.patient(patient, ward: ward[patient], before: ward[patient]))
    }

    private mutating func notify(_ event: Event) {
        if isListening { feed.append(event) }
    }

    private func contents(of room: Room) -> RoomContents {
        func running(_ subject: SoundPause.Subject) -> SoundPause? { pauses[subject].flatMap { $0.endedAt == nil ? $0 : nil } }
        let patients = (1...4).filter { covers(room, $0) }.map { patient in
            PatientState(
                patient: patient, ward: ward[patient],
                latest: latest.filter { $0.key.patient == patient }.values.flatMap { [$0.device, $0.byHand].compactMap { $0 } },
                alerts: alerts.values.filter { $0.patient == patient && $0.isOpen }, pause: running(.patient(patient)),
                scored: scored[patient] ?? .init())
        }
        guard case .ward(let ward) = room else { return RoomContents(patients) }
        return RoomContents(patients, alerts: alerts.values.filter { $0.ward == ward && $0.isOpen }, pause: running(.ward(ward)))
    }

    private mutating func move() {
        let patient = Int.random(in: 1...4, using: &random)
        let before = ward[patient]
        let after: WardID? = [1, 2, nil].randomElement(using: &random) ?? nil
        (ward[patient], wardBefore[patient]) = (after, before)
        notify(.patient(patient, ward: after, before: before))
    }

    // MARK: Between the database and the rooms

    private mutating func deliver() {
        guard !feed.isEmpty else { return }
        let event = feed.removeFirst()
        perform(rooms.event(event, now: at(clock)), forwarding: event.message)
    }

    private mutating func loseFeed() {
        isListening = false
        feed = []
        rooms.feedLost(at: at(clock))
    }

    private mutating func regainFeed() {
        isListening = true
        perform(rooms.feedReady())
    }

    private mutating func look() {
        guard let asked, answer == nil else { return }
        answer = Dictionary(uniqueKeysWithValues: asked.map { ($0, contents(of: $0)) })
    }

    private mutating func answerRead() {
        guard let answer else { return }
        (self.answer, asked) = (nil, nil)
        perform(rooms.loaded(answer, now: at(clock)))
    }

    private mutating func failRead() {
        guard asked != nil else { return perform(rooms.retry()) }
        (answer, asked) = (nil, nil)
        rooms.loadFailed()
    }

    // MARK: Screens

    private mutating func enter() {
        nextListener += 1
        let patient = Int.random(in: 1...4, using: &random)
        let choice: [Room] = [.patient(patient), .alerts(patient), .ward(1), .ward(2)]
        let room = choice.randomElement(using: &random) ?? .ward(1)
        screens[nextListener] = Screen(room)
        perform(rooms.join(nextListener, room, now: at(clock)))
    }

    private mutating func leave() {
        guard let listener = screens.keys.sorted().randomElement(using: &random) else { return }
        screens[listener] = nil
        rooms.leave(listener)
    }

    private mutating func perform(_ actions: [Rooms<Int>.Action], forwarding message: Message? = nil) {
        for action in actions {
            switch action {
            case .load(let list):
                #expect(asked == nil, "two reads at once")
                asked = list
            case .forward(let room):
                guard let message else { continue }
                for listener in rooms.listeners(of: room) { screens[listener]?.show(message) }
            case .send(let message, let listeners):
                for listener in listeners {
                    screens[listener]?.show(message)
                    // A page then asks for the list of its ward's patients.
                    guard case .ready = message, var screen = screens[listener] else { continue }
                    let room = screen.room
                    screen.drop { !covers(room, $0) }
                    screens[listener] = screen
                }
            }
        }
    }
}
