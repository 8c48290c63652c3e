import Clinical

/// What one room's patients are known to be: merged from a read of the database and the events that came meanwhile, in
/// whatever order they arrive.
struct RoomState {
    struct Patient {
        var latest: [Vital: Reading] = [:]
        /// Open ones only.
        var alerts: [Alert.ID: Alert] = [:]

        var readings: [Reading] { latest.values.sorted { $0.vital.code < $1.vital.code } }
    }

    /// Who is in the room: its one patient, or as the last read and the events since then have it.
    private var members: Set<PatientID>
    private let isWard: Bool
    /// Members who came after the last read: the listeners know of them, but have not got their values and alerts.
    private var unread: Set<PatientID> = []
    /// Members; while a read is awaited, also others who were heard of, and may turn out to be.
    private var patients: [PatientID: Patient] = [:]
    /// While a read is awaited, what the events said of alerts (their versions) and of whom: the read may be older than they.
    private var heard: (alerts: [Alert.ID: Int], patients: Set<PatientID>)?

    init(of room: Room) {
        switch room {
        case .patient(let patient), .alerts(let patient): (members, isWard) = ([patient], false)
        case .ward: (members, isWard) = ([], true)
        }
    }

    func has(_ patient: PatientID) -> Bool { members.contains(patient) }

    /// What is known of the members, in their order.
    var known: [(id: PatientID, patient: Patient)] {
        members.sorted().compactMap { id in patients[id].map { (id, $0) } }
    }

    var isAwaitingRead: Bool { heard != nil }

    /// A read will be asked for. What is heard from here on is not undone by its answer.
    mutating func awaitRead() { heard = ([:], []) }

    /// Takes in the readings that are not older than what is known. Returns them, and the older ones.
    mutating func apply(_ readings: [Reading], of patient: PatientID) -> (newer: [Reading], older: [Reading]) {
        heard?.patients.insert(patient)
        var result: (newer: [Reading], older: [Reading]) = ([], [])
        for reading in readings {
            if let known = patients[patient]?.latest[reading.vital], known.measuredAt > reading.measuredAt {
                result.older.append(reading)
            } else {
                patients[patient, default: Patient()].latest[reading.vital] = reading
                result.newer.append(reading)
            }
        }
        return result
    }

    /// What was known of a vital does not hold any more, but `latest` does.
    mutating func correct(_ vital: Vital, to latest: Reading?, of patient: PatientID) {
        heard?.patients.insert(patient)
        patients[patient, default: Patient()].latest[vital] = latest
    }

    /// False: it is no news.
    mutating func apply(_ alert: Alert, of patient: PatientID) -> Bool {
        let known = max(patients[patient]?.alerts[alert.id]?.version ?? 0, heard?.alerts[alert.id] ?? 0)
        guard alert.version > known else { return false }
        heard?.alerts[alert.id] = alert.version
        heard?.patients.insert(patient)
        patients[patient, default: Patient()].alerts[alert.id] = alert.isOpen ? alert : nil
        return true
    }

    /// Somebody came into the ward; a read must follow.
    mutating func add(_ patient: PatientID) {
        members.insert(patient)
        unread.insert(patient)
    }

    /// Somebody left the ward; a read that has begun is too old.
    mutating func remove(_ patient: PatientID) {
        members.remove(patient)
        unread.remove(patient)
        patients[patient] = nil
    }

    /// Takes in the answer of a read. Returns the alerts that were open here and are not any more, and those of whom the listeners
    /// have not heard yet.
    mutating func merge(_ read: [PatientState], now: Instant) -> (closed: [Alert], newcomers: Set<PatientID>) {
        let heard = self.heard ?? ([:], [])
        self.heard = nil
        let before = patients
        var newcomers: Set<PatientID> = []
        if isWard {
            // The read knows best: who came or left since it began made another one necessary.
            let listed = Set(read.map(\.patient))
            newcomers = listed.subtracting(members).union(listed.intersection(unread))
            (members, unread) = (listed, [])
        }
        for patient in patients.keys where !members.contains(patient) { patients[patient] = nil }
        var closed: [Alert] = []
        for state in read {
            // Nothing was heard since it was asked for: the read is the truth, also where a correction made it older.
            if !heard.patients.contains(state.patient) { patients[state.patient]?.latest = [:] }
            _ = apply(state.latest, of: state.patient)
            let known = before[state.patient]?.alerts ?? [:]
            var alerts = patients[state.patient]?.alerts ?? [:]
            for alert in state.alerts where alert.version > max(heard.alerts[alert.id] ?? 0, alerts[alert.id]?.version ?? 0) {
                alerts[alert.id] = alert.isOpen ? alert : nil
                if !alert.isOpen, known[alert.id] != nil { closed.append(alert) }
            }
            let read = Set(state.alerts.map(\.id))
            for alert in alerts.values where !read.contains(alert.id) && heard.alerts[alert.id] == nil {
                alerts[alert.id] = nil
                closed.append(alert.closedUnseen(by: now))
            }
            patients[state.patient, default: Patient()].alerts = alerts
        }
        return (closed, newcomers)
    }
}

extension Alert {
    /// It is not open any more and nobody saw how it closed: it ended, and if it had to be acknowledged, it was. Its true
    /// version is at least one greater than the one that is known.
    fileprivate func closedUnseen(by now: Instant) -> Alert {
        var alert = self
        alert.endedAt = endedAt ?? now
        alert.acknowledged = acknowledged || severity == .error
        alert.version += 1
        return alert
    }
}
