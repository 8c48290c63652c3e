import Clinical
import Store

/// Who hears what. Inputs in, actions out: no sockets, no database, no clock of its own.
///
/// A room opens with its first listener and reads its patients' state once; who comes later gets the state that the
/// events have kept up to date. While one read runs, all other rooms that need one wait and are read together by the next.
struct Rooms<Listener: Hashable> {
    enum Action {
        /// Read these rooms from the database, then call `loaded` or `loadFailed`. Never two at a time.
        case load([Room])
        /// Send these listeners of the room the event's own message, encoded once for all.
        case forward(Room)
        case send(Message, to: Set<Listener>)
    }

    private struct OpenRoom {
        /// Had the snapshot; hear every event.
        var ready: Set<Listener> = []
        /// Get the snapshot when the state has been read.
        var waiting: Set<Listener> = []
        var state: RoomState
        /// Those who are ready are to be sent the state anew, because something may have been missed.
        var tellsAnew = false
        /// Since when, for their charts; nil when that is not known.
        var missedSince: Instant?
    }

    /// Most rooms in one read.
    static var loadLimit: Int { 500 }
    /// A reading can reach the database this much after it was measured and still count as missed during an outage.
    static var lateSeconds: Double { 60 }

    private let maximumAge: EarlyWarningScore.MaximumAge
    private var open: [Room: OpenRoom] = [:]
    private var roomOf: [Listener: Room] = [:]
    /// In the read that runs.
    private var loading: Set<Room> = []
    /// Wait for the next read. A room can be in both: then the running read's answer is too old for it.
    private var queued: Set<Room> = []
    /// When the events stopped coming; nil while they come.
    private var lostAt: Instant?

    /// - Parameter maximumAge: of the values in a score.
    init(maximumAge: EarlyWarningScore.MaximumAge = .init()) { self.maximumAge = maximumAge }

    var count: Int { open.count }

    /// Everybody who hears the events of a room.
    func listeners(of room: Room) -> Set<Listener> { open[room]?.ready ?? [] }

    /// The same, and those who wait for the snapshot.
    func everybody(in room: Room) -> Set<Listener> { open[room].map { $0.ready.union($0.waiting) } ?? [] }

    func room(of listener: Listener) -> Room? { roomOf[listener] }

    // MARK: Listeners

    mutating func join(_ listener: Listener, _ room: Room, now: Instant) -> [Action] {
        guard roomOf[listener] == nil else { return [] }
        roomOf[listener] = room
        let isOpen = open[room] != nil
        if isOpen, lostAt == nil, !queued.contains(room), !loading.contains(room) {
            let due = dueScores(in: room, now: now)  // first, so that all are told the same
            open[room]?.ready.insert(listener)
            return due + snapshot(of: room, for: [listener], now: now)
        }
        let new = RoomState(of: room, maximumAge: maximumAge)
        open[room, default: OpenRoom(state: new)].waiting.insert(listener)
        let isAwaited = loading.contains(room) && isOpen
        if !queued.contains(room), !isAwaited { enqueue(room) }
        return startLoad()
    }

    mutating func leave(_ listener: Listener) {
        guard let room = roomOf.removeValue(forKey: listener) else { return }
        open[room]?.ready.remove(listener)
        open[room]?.waiting.remove(listener)
        if let left = open[room], left.ready.isEmpty, left.waiting.isEmpty {
            open[room] = nil
            queued.remove(room)
        }
    }

    /// The latest of every vital of every patient in the listener's room, for it alone.
    func latest(for listener: Listener, now: Instant) -> [Action] {
        guard let room = roomOf[listener], let known = open[room], known.ready.contains(listener) else {
            return []  // the snapshot is on its way
        }
        switch room {
        case .alerts:
            return [.send(.error(.noVitalsHere), to: [listener])]
        case .patient(let patient):
            let own = known.state.known.first?.patient
            return [.send(.readings(patient, own?.readings ?? [], others: own?.contradictions(at: now) ?? []), to: [listener])]
        case .ward:
            return known.state.known.map { .send(.readings($0.id, $0.patient.readings, others: $0.patient.contradictions(at: now)), to: [listener]) }
        }
    }

    // MARK: Reading the state

    private mutating func enqueue(_ room: Room) {
        queued.insert(room)
        open[room]?.state.awaitRead()
    }

    private mutating func startLoad() -> [Action] {
        guard loading.isEmpty, !queued.isEmpty else { return [] }
        loading = Set(queued.prefix(Self.loadLimit))
        queued.subtract(loading)
        return [.load(Array(loading))]
    }

    /// The answer of the read that was asked for. A room without an entry has no patients.
    mutating func loaded(_ answer: [Room: RoomContents], now: Instant) -> [Action] {
        let rooms = loading
        loading = []
        var actions: [Action] = []
        for room in rooms where !queued.contains(room) {
            guard var known = open[room] else { continue }
            let news = known.state.merge(answer[room] ?? RoomContents(), now: now)
            let (ready, waiting, tellsAnew, since) = (known.ready, known.waiting, known.tellsAnew, known.missedSince)
            known.ready.formUnion(waiting)
            (known.waiting, known.tellsAnew, known.missedSince) = ([], false, nil)
            open[room] = known
            actions += snapshot(of: room, for: waiting, now: now)
            if tellsAnew {
                actions += snapshot(of: room, for: ready, from: since, over: news.over, now: now)
            } else if !ready.isEmpty {
                let newcomers = messages(of: known.state.known.filter { news.newcomers.contains($0.id) }, in: room, now: now)
                actions += (newcomers + news.changed + news.over).map { .send($0, to: ready) }
            }
        }
        return actions + startLoad()
    }

    /// The read failed. `retry` starts the next one.
    mutating func loadFailed() {
        queued.formUnion(loading.filter { open[$0] != nil })
        loading = []
    }

    /// To be called now and then.
    mutating func retry() -> [Action] { startLoad() }

    private func snapshot(
        of room: Room, for listeners: Set<Listener>, from: Instant? = nil, over: [Message] = [], now: Instant
    ) -> [Action] {
        guard !listeners.isEmpty, let state = open[room]?.state else { return [] }
        var messages = messages(of: state.known, in: room, from: from, now: now)
        if case .ward(let ward) = room { messages += self.messages(of: state.own, .ward(ward), now: now) }
        return (messages + over + [.ready]).map { .send($0, to: listeners) }
    }

    private func messages(
        of patients: [(id: PatientID, patient: RoomState.Patient)], in room: Room, from: Instant? = nil, now: Instant
    ) -> [Message] {
        var messages: [Message] = []
        if room.hasVitals {
            messages += patients.filter { !$0.patient.latest.isEmpty }.map {
                .readings($0.id, $0.patient.readings, others: $0.patient.contradictions(at: now), from: from)
            }
        }
        for (id, patient) in patients { messages += self.messages(of: patient.alarms, .patient(id), now: now) }
        return messages + patients.compactMap { id, _ in open[room]?.state.score(of: id, now: now).map { .score(id, $0) } }
    }

    private func messages(of alarms: RoomState.Alarms, _ subject: SoundPause.Subject, now: Instant) -> [Message] {
        let pause = alarms.pause.flatMap { $0.isRunning(at: now) ? $0 : nil }
        return alarms.alerts.values.sorted { $0.id < $1.id }.map { .alert($0) } + (pause.map { [.pause(subject, $0)] } ?? [])
    }

    // MARK: Scores

    /// Time has passed. To be called every second: where nothing got too old, it costs a comparison a room.
    mutating func age(now: Instant) -> [Action] { open.keys.flatMap { dueScores(in: $0, now: now) } }

    private mutating func dueScores(in room: Room, now: Instant) -> [Action] {
        guard let messages = open[room]?.state.dueScores(now: now), let ready = open[room]?.ready, !ready.isEmpty else { return [] }
        return messages.map { .send($0, to: ready) }
    }
}

// MARK: Events

extension Rooms {
    /// Something happened. `.forward` stands for the message that `event` itself is.
    mutating func event(_ event: Event, now: Instant) -> [Action] {
        switch event {
        case .readings(let patient, let ward, let readings, let from):
            return ask(for: patient, in: ward)
                + audience(patient, ward).filter(\.hasVitals).flatMap { apply(readings, from, of: patient, in: $0, now: now) }
        case .corrected(let patient, let ward, let vital, let latest, _):
            return ask(for: patient, in: ward)
                + audience(patient, ward).filter(\.hasVitals).flatMap { room in
                    open[room]?.state.correct(vital, to: latest, of: patient)
                    let score = open[room]?.state.rescore(patient, now: now)
                    return [forward(to: room, if: patient)].compactMap { $0 } + send(score, to: room)
                }
        case .alert(let alert, let ward, _):
            return ask(for: alert.patient, in: ward)
                + audience(alert.patient, ward).flatMap { room in
                    guard open[room]?.state.apply(alert) == true else { return [Action]() }
                    // It decides which of two devices the score believes.
                    let decides = alert.kind == TechnicalAlarm.sensorsDisagree.rawValue && room.hasVitals
                    let score = decides ? alert.patient.flatMap { open[room]?.state.rescore($0, now: now) } : nil
                    return [forward(to: room, if: alert.patient)].compactMap { $0 } + send(score, to: room)
                }
        case .pause(let pause, let ward):
            return ask(for: pause.patient, in: ward)
                + audience(pause.patient, ward).compactMap { room in
                    open[room]?.state.apply(pause) == true ? forward(to: room, if: pause.patient) : nil
                }
        case .device(let patient, let ward, _):
            return audience(patient, ward).filter(\.hasVitals).compactMap { forward(to: $0, if: patient) }
        case .patient(let patient, let ward, let before):
            return move(patient, from: before, to: ward)
        case .rights:
            return []
        }
    }

    /// What is nobody's is the ward's alone.
    private func audience(_ patient: PatientID?, _ ward: WardID?) -> [Room] {
        (patient.map { [.patient($0), .alerts($0)] } ?? []) + (ward.map { [.ward($0)] } ?? [])
    }

    private mutating func apply(
        _ readings: [Reading], _ from: Instant?, of patient: PatientID, in room: Room, now: Instant
    ) -> [Action] {
        guard let ready = open[room]?.ready, let news = open[room]?.state.apply(readings, of: patient) else { return [] }
        let score = open[room]?.state.rescore(patient, after: readings, now: now)
        if ready.isEmpty || open[room]?.state.has(patient) != true { return [] }
        let others = open[room]?.state.contradictions(of: patient, readings.map(\.vital), at: now) ?? []
        guard !news.older.isEmpty || !others.isEmpty else { return [.forward(room)] + send(score, to: room) }
        // Late readings belong to the chart, not to the card.
        let oldest = ([from] + news.older.map(\.measuredAt)).compactMap { $0 }.min()
        return [.send(.readings(patient, news.newer, others: others, from: oldest), to: ready)] + send(score, to: room)
    }

    private func send(_ score: Message?, to room: Room) -> [Action] {
        guard let score, let ready = open[room]?.ready, !ready.isEmpty else { return [] }
        return [.send(score, to: ready)]
    }

    /// An event can be older than the patient's move and come after it: nothing of it is for a ward that does not know the patient.
    private func forward(to room: Room, if patient: PatientID?) -> Action? {
        guard let state = open[room]?.state else { return nil }
        return patient.map(state.has) ?? true ? .forward(room) : nil
    }

    /// A ward hears of somebody whom it does not know, and no read is awaited that would tell: it is asked for, to be sure.
    private mutating func ask(for patient: PatientID?, in ward: WardID?) -> [Action] {
        guard let patient, let ward, let state = open[.ward(ward)]?.state, !state.has(patient), !state.isAwaitingRead else { return [] }
        enqueue(.ward(ward))
        return startLoad()
    }

    /// Everybody concerned is told where the patient is now, and every room reads anew what decides the score: it may be that which
    /// changed. The old ward forgets the patient, and whom the new one does not know, its listeners get when it is read.
    private mutating func move(_ patient: PatientID, from before: WardID?, to ward: WardID?) -> [Action] {
        let wards = before == ward ? [before] : [before, ward]
        let rooms = ([.patient(patient)] + wards.compactMap { $0.map(Room.ward) }).filter { open[$0] != nil }
        if before != ward {
            before.map { open[.ward($0)]?.state.remove(patient) }
            ward.map { open[.ward($0)]?.state.add(patient) }
        }
        for room in rooms { enqueue(room) }
        return rooms.map { .forward($0) } + startLoad()
    }

    // MARK: The feed

    /// Events may be missed from now on.
    mutating func feedLost(at now: Instant) {
        if lostAt == nil { lostAt = now }
    }

    /// Events come again. Every open room is read anew and its listeners are told.
    mutating func feedReady() -> [Action] {
        let since = lostAt?.advanced(bySeconds: -Self.lateSeconds)
        lostAt = nil
        for room in open.keys {
            enqueue(room)
            open[room]?.tellsAnew = true
            let before = open[room]?.missedSince
            open[room]?.missedSince = [before, since].compactMap { $0 }.min()
        }
        return startLoad()
    }
}

extension Room {
    /// Whether readings and devices are heard here.
    var hasVitals: Bool {
        if case .alerts = self { false } else { true }
    }
}
