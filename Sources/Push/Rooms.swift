import Clinical

/// Who hears what. Inputs in, actions out: no sockets, no database, no clock.
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

    private var open: [Room: OpenRoom] = [:]
    private var roomOf: [Listener: Room] = [:]
    /// In the read that runs.
    private var loading: Set<Room> = []
    /// Wait for the next read. A room can be in both: then the running read's answer is too old for it.
    private var queued: Set<Room> = []
    /// When the events stopped coming; nil while they come.
    private var lostAt: Instant?

    var count: Int { open.count }

    /// Everybody who hears the events of a room.
    func listeners(of room: Room) -> Set<Listener> { open[room]?.ready ?? [] }

    /// The same, and those who wait for the snapshot.
    func everybody(in room: Room) -> Set<Listener> { open[room].map { $0.ready.union($0.waiting) } ?? [] }

    func room(of listener: Listener) -> Room? { roomOf[listener] }

    // MARK: Listeners

    mutating func join(_ listener: Listener, _ room: Room) -> [Action] {
        guard roomOf[listener] == nil else { return [] }
        roomOf[listener] = room
        let isOpen = open[room] != nil
        if isOpen, lostAt == nil, !queued.contains(room), !loading.contains(room) {
            open[room]?.ready.insert(listener)
            return snapshot(of: room, for: [listener])
        }
        open[room, default: OpenRoom(state: RoomState(of: room))].waiting.insert(listener)
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
    func latest(for listener: Listener) -> [Action] {
        guard let room = roomOf[listener], let known = open[room], known.ready.contains(listener) else {
            return []  // the snapshot is on its way
        }
        switch room {
        case .alerts:
            return [.send(.error(.noVitalsHere), to: [listener])]
        case .patient(let patient):
            return [.send(.readings(patient, known.state.known.first?.patient.readings ?? []), to: [listener])]
        case .ward:
            return known.state.known.map { .send(.readings($0.id, $0.patient.readings), to: [listener]) }
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
    mutating func loaded(_ answer: [Room: [PatientState]], now: Instant) -> [Action] {
        let rooms = loading
        loading = []
        var actions: [Action] = []
        for room in rooms where !queued.contains(room) {
            guard var known = open[room] else { continue }
            let (closed, newcomers) = known.state.merge(answer[room] ?? [], now: now)
            let (ready, waiting, tellsAnew, since) = (known.ready, known.waiting, known.tellsAnew, known.missedSince)
            known.ready.formUnion(waiting)
            (known.waiting, known.tellsAnew, known.missedSince) = ([], false, nil)
            open[room] = known
            actions += snapshot(of: room, for: waiting)
            if tellsAnew {
                actions += snapshot(of: room, for: ready, from: since, closed: closed)
            } else if !ready.isEmpty {
                let news = known.state.known.filter { newcomers.contains($0.id) }
                let messages = messages(of: news, in: room) + closed.map { .alertUpdate($0) }
                actions += messages.map { .send($0, to: ready) }
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
        of room: Room, for listeners: Set<Listener>, from: Instant? = nil, closed: [Alert] = []
    ) -> [Action] {
        guard !listeners.isEmpty, let state = open[room]?.state else { return [] }
        let messages = messages(of: state.known, in: room, from: from) + closed.map { .alertUpdate($0) }
        return (messages + [.ready]).map { .send($0, to: listeners) }
    }

    private func messages(
        of patients: [(id: PatientID, patient: RoomState.Patient)], in room: Room, from: Instant? = nil
    ) -> [Message] {
        var messages: [Message] = []
        if room.hasVitals {
            messages += patients.filter { !$0.patient.latest.isEmpty }.map { .readings($0.id, $0.patient.readings, from: from) }
        }
        for (_, patient) in patients {
            messages += patient.alerts.values.sorted { $0.id < $1.id }.map { .alert($0) }
        }
        return messages
    }
}

// MARK: Events

extension Rooms {
    /// Something happened. `.forward` stands for the message that `event` itself is.
    mutating func event(_ event: Event) -> [Action] {
        switch event {
        case .readings(let patient, let ward, let readings, let from):
            return ask(for: patient, in: ward)
                + audience(patient, ward).filter(\.hasVitals).flatMap { apply(readings, from, of: patient, in: $0) }
        case .corrected(let patient, let ward, let vital, let latest, _):
            return ask(for: patient, in: ward)
                + audience(patient, ward).filter(\.hasVitals).compactMap { room in
                    open[room]?.state.correct(vital, to: latest, of: patient)
                    return forward(to: room, if: patient)
                }
        case .alert(let alert, let ward, _):
            guard let patient = alert.patient else { return [] }
            return ask(for: patient, in: ward)
                + audience(patient, ward).compactMap { room in
                    open[room]?.state.apply(alert, of: patient) == true ? forward(to: room, if: patient) : nil
                }
        case .device(let patient?, let ward, _):
            return audience(patient, ward).filter(\.hasVitals).compactMap { forward(to: $0, if: patient) }
        case .device(nil, let ward, _):
            return ward.map { [.ward($0)] }?.filter { open[$0] != nil }.map { .forward($0) } ?? []
        case .patient(let patient, let ward, let before):
            return move(patient, from: before, to: ward)
        case .rights:
            return []
        }
    }

    private func audience(_ patient: PatientID, _ ward: WardID?) -> [Room] {
        [.patient(patient), .alerts(patient)] + (ward.map { [.ward($0)] } ?? [])
    }

    private mutating func apply(_ readings: [Reading], _ from: Instant?, of patient: PatientID, in room: Room) -> [Action] {
        guard let ready = open[room]?.ready, let news = open[room]?.state.apply(readings, of: patient) else { return [] }
        if ready.isEmpty || open[room]?.state.has(patient) != true { return [] }
        guard let oldest = news.older.map(\.measuredAt).min() else { return [.forward(room)] }
        // Late readings belong to the chart, not to the card.
        return [.send(.readings(patient, news.newer, from: min(from ?? oldest, oldest)), to: ready)]
    }

    /// An event can be older than the patient's move and come after it: nothing of it is for a ward that does not know the patient.
    private func forward(to room: Room, if patient: PatientID) -> Action? {
        open[room]?.state.has(patient) == true ? .forward(room) : nil
    }

    /// A ward hears of somebody whom it does not know, and no read is awaited that would tell: it is asked for, to be sure.
    private mutating func ask(for patient: PatientID, in ward: WardID?) -> [Action] {
        guard let ward, let state = open[.ward(ward)]?.state, !state.has(patient), !state.isAwaitingRead else { return [] }
        enqueue(.ward(ward))
        return startLoad()
    }

    /// Everybody concerned is told where the patient is now. The old ward forgets the patient; the new one reads what it does not
    /// know, and its listeners get that when it is there.
    private mutating func move(_ patient: PatientID, from before: WardID?, to ward: WardID?) -> [Action] {
        let wards = before == ward ? [before] : [before, ward]
        let rooms = ([.patient(patient)] + wards.compactMap { $0.map(Room.ward) }).filter { open[$0] != nil }
        if before != ward {
            before.map { open[.ward($0)]?.state.remove(patient) }
            ward.map { open[.ward($0)]?.state.add(patient) }
            for case .ward(let ward) in rooms { enqueue(.ward(ward)) }
        }
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
