import Clinical
import Store

/// What one room's patients are known to be, and what is known of a ward itself: merged from a read of the database and the events
/// that came meanwhile, in whatever order they arrive.
struct RoomState {
    struct Patient {
        var latest: [Vital: LatestReading] = [:]
        var alarms = Alarms()
        /// Nil: no read has told yet what it is made by, or nobody here is told scores.
        var score: KnownScore?

        /// Of each vital the newest.
        var readings: [Reading] { latest.values.compactMap(\.newest).sorted { $0.vital.code < $1.vital.code } }

        /// What contradicts those.
        func contradictions(at now: Instant) -> [Reading] { latest.values.flatMap { $0.contradictions(at: now) } }

        var devicesDisagree: Bool { alarms.alerts.values.contains(where: \.saysThatDevicesDisagree) }
    }

    /// Alerts and the pause of a patient, or of the ward itself.
    struct Alarms {
        /// Open ones only.
        var alerts: [Alert.ID: Alert] = [:]
        /// The newest, also when it has ended: what is older must not bring it back.
        var pause: SoundPause?
    }

    /// What a read brought.
    struct News {
        /// The listeners have not heard of them yet, and are to be told everything.
        var newcomers: Set<PatientID> = []
        /// What changed for the others.
        var changed: [Message] = []
        /// What is over, which no snapshot tells.
        var over: [Message] = []
    }

    private let room: Room
    private let maximumAge: EarlyWarningScore.MaximumAge
    /// Who is in the room: its one patient, or as the last read and the events since then have it.
    private var members: Set<PatientID>
    /// Members who came after the last read: the listeners know of them, but have not got their values and alerts.
    private var unread: Set<PatientID> = []
    /// Members; while a read is awaited, also others who were heard of, and may turn out to be.
    private var patients: [PatientID: Patient] = [:]
    /// Of the ward itself.
    private(set) var own = Alarms()
    /// While a read is awaited, what the events said of alerts (their versions), of whose pauses, and of whom: the read may be older.
    private var heard: (alerts: [Alert.ID: Int], pauses: Set<SoundPause.Subject>, patients: Set<PatientID>)?
    /// No score changes by time alone before this.
    private var scoresDueAt = Instant.never

    init(of room: Room, maximumAge: EarlyWarningScore.MaximumAge = .init()) {
        (self.room, self.maximumAge) = (room, maximumAge)
        switch room {
        case .patient(let patient), .alerts(let patient): members = [patient]
        case .ward: members = []
        }
    }

    func has(_ patient: PatientID) -> Bool { members.contains(patient) }

    /// What is known of the members, in their order.
    var known: [(id: PatientID, patient: Patient)] {
        members.sorted().compactMap { id in patients[id].map { (id, $0) } }
    }

    var isAwaitingRead: Bool { heard != nil }

    /// A read will be asked for. What is heard from here on is not undone by its answer.
    mutating func awaitRead() { heard = ([:], [], []) }

    // MARK: Events

    /// Takes in the readings that are not older than what is known. Returns those that are shown now, and the others; not what another device
    /// measured at about the same time.
    mutating func apply(_ readings: [Reading], of patient: PatientID) -> (newer: [Reading], older: [Reading]) {
        heard?.patients.insert(patient)
        var result: (newer: [Reading], older: [Reading]) = ([], [])
        for reading in readings {
            let place = patients[patient, default: Patient()].latest[reading.vital, default: LatestReading()].place(of: reading)
            if place == .shown, let before = result.newer.firstIndex(where: { $0.vital == reading.vital }) {
                // Two devices' newest of about the same time: neither belongs to the past.
                let isBeside = result.newer[before].device != reading.device && !result.newer[before].isByHand && !reading.isByHand
                if !isBeside { result.older.append(result.newer[before]) }
                result.newer[before] = reading
            } else if place == .shown {
                result.newer.append(reading)
            } else if place == .older {
                result.older.append(reading)
            }
        }
        return result
    }

    /// What other devices say of these vitals of a patient.
    func contradictions(of patient: PatientID, _ vitals: [Vital], at now: Instant) -> [Reading] {
        guard let latest = patients[patient]?.latest else { return [] }
        return vitals.flatMap { (latest[$0]?.devices.count ?? 0) > 1 ? latest[$0]?.contradictions(at: now) ?? [] : [] }
    }

    /// What was known of a vital does not hold any more, but `latest` does.
    mutating func correct(_ vital: Vital, to latest: [Reading], of patient: PatientID) {
        heard?.patients.insert(patient)
        patients[patient, default: Patient()].latest[vital] = [Vital: LatestReading](latest)[vital]
    }

    /// False: it is no news. An alert about the ward itself is nobody's.
    mutating func apply(_ alert: Alert) -> Bool {
        let known = max(alarms(of: alert.patient).alerts[alert.id]?.version ?? 0, heard?.alerts[alert.id] ?? 0)
        guard alert.version > known else { return false }
        heard?.alerts[alert.id] = alert.version
        if let patient = alert.patient { heard?.patients.insert(patient) }
        change(alert.patient) { $0.alerts[alert.id] = alert.isOpen ? alert : nil }
        return true
    }

    /// False: it is no news.
    mutating func apply(_ pause: SoundPause) -> Bool {
        if let known = alarms(of: pause.patient).pause, !pause.isNewer(than: known) { return false }
        if let subject = pause.subject { heard?.pauses.insert(subject) }
        change(pause.patient) { $0.pause = pause }
        return true
    }

    private func alarms(of patient: PatientID?) -> Alarms { patient.map { patients[$0]?.alarms ?? Alarms() } ?? own }

    private mutating func change(_ patient: PatientID?, _ change: (inout Alarms) -> Void) {
        if let patient { change(&patients[patient, default: Patient()].alarms) } else { change(&own) }
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

    // MARK: The score

    /// These readings have come. The message, if they change the score.
    mutating func rescore(_ patient: PatientID, after readings: [Reading], now: Instant) -> Message? {
        // Of several devices another value than the newest may count.
        let isAlone = readings.allSatisfy { (patients[patient]?.latest[$0.vital]?.devices.count ?? 0) <= 1 }
        if !isAlone || patients[patient]?.score?.holds(with: readings, now: now, maximumAge) == false { return rescore(patient, now: now) }
        if let due = patients[patient]?.score?.dueAt { scoresDueAt = min(scoresDueAt, due) }
        return nil
    }

    /// The message, if the score is not what it was when it was last told.
    mutating func rescore(_ patient: PatientID, now: Instant) -> Message? {
        guard let known = patients[patient], let score = known.score else { return nil }
        let report = known.report(score.subject, at: now, maximumAge)
        patients[patient]?.score = KnownScore(report, score.subject)
        scoresDueAt = min(scoresDueAt, report.changesAt)
        return report.says(theSameAs: score.report) ? nil : .score(patient, report)
    }

    /// What has changed because time has passed.
    mutating func dueScores(now: Instant) -> [Message] {
        guard scoresDueAt <= now else { return [] }
        scoresDueAt = .never
        return patients.keys.sorted().compactMap { patient in
            guard let due = patients[patient]?.score?.dueAt else { return nil }
            if due <= now { return rescore(patient, now: now) }
            scoresDueAt = min(scoresDueAt, due)
            return nil
        }
    }

    /// A member's score with the present values.
    func score(of patient: PatientID, now: Instant) -> ScoreReport? {
        guard let known = patients[patient], let subject = known.score?.subject else { return nil }
        return known.report(subject, at: now, maximumAge)
    }

    // MARK: Reads

    /// Takes in the answer of a read.
    mutating func merge(_ read: RoomContents, now: Instant) -> News {
        let heard = self.heard ?? ([:], [], [])
        self.heard = nil
        let before = patients
        var news = News()
        if case .ward = room {
            // The read knows best: who came or left since it began made another one necessary.
            let listed = Set(read.patients.map(\.patient))
            news.newcomers = listed.subtracting(members).union(listed.intersection(unread))
            (members, unread) = (listed, [])
        }
        for patient in patients.keys where !members.contains(patient) { patients[patient] = nil }
        for state in read.patients {
            let id = state.patient
            // Nothing was heard since it was asked for: the read is the truth, also where a correction made it older.
            if !heard.patients.contains(id) { patients[id]?.latest = [:] }
            _ = apply(state.latest, of: id)
            let known = before[id]?.alarms ?? Alarms()
            change(id) { alarms in
                let told = alarms.merge(state.alerts, known: known, heard: heard.alerts, now: now)
                news.over += told.over
                if !news.newcomers.contains(id) { news.changed += told.changed }
                let pause = alarms.merge(state.pause, of: .patient(id), isHeard: heard.pauses.contains(.patient(id)), now: now)
                if !news.newcomers.contains(id) { news.changed += pause.changed }
                news.over += pause.over
            }
            if room.hasVitals, let message = score(state, now: now), !news.newcomers.contains(id) { news.changed.append(message) }
        }
        if case .ward(let ward) = room {
            let told = own.merge(read.alerts, known: own, heard: heard.alerts, now: now)
            let pause = own.merge(read.pause, of: .ward(ward), isHeard: heard.pauses.contains(.ward(ward)), now: now)
            news.changed += told.changed + pause.changed
            news.over += told.over + pause.over
        }
        return news
    }

    /// What decides the score may have changed, and the values. The message, if that changes it.
    private mutating func score(_ state: PatientState, now: Instant) -> Message? {
        let before = patients[state.patient]?.score?.report
        let report = patients[state.patient, default: Patient()].report(state.scored, at: now, maximumAge)
        patients[state.patient, default: Patient()].score = KnownScore(report, state.scored)
        scoresDueAt = min(scoresDueAt, report.changesAt)
        return before.map(report.says) == true ? nil : .score(state.patient, report)
    }
}

/// A patient's score as the listeners know it.
struct KnownScore {
    let report: ScoreReport
    let subject: EarlyWarningScore.Subject
    /// When time alone may change it, at the earliest.
    private(set) var dueAt: Instant

    init(_ report: ScoreReport, _ subject: EarlyWarningScore.Subject) {
        (self.report, self.subject) = (report, subject)
        dueAt = report.changesAt
    }

    /// Whether these readings surely change nothing.
    mutating func holds(with readings: [Reading], now: Instant, _ maximumAge: EarlyWarningScore.MaximumAge) -> Bool {
        guard now < dueAt else { return false }
        for reading in readings {
            guard let end = report.holds(with: reading, of: subject, at: now, maximumAge: maximumAge) else { return false }
            dueAt = min(dueAt, end)  // a device's value lasts less long than the one by hand whose place it takes
        }
        return true
    }
}

extension RoomState.Patient {
    fileprivate func report(
        _ subject: EarlyWarningScore.Subject, at now: Instant, _ maximumAge: EarlyWarningScore.MaximumAge
    ) -> ScoreReport {
        ScoreReport(latest, subject, at: now, maximumAge: maximumAge, devicesDisagree: devicesDisagree)
    }
}

extension LatestReading {
    fileprivate enum Place { case shown, besideShown, older }

    /// Takes it in. Where it stands now: it is shown, or it is another device's newest of about the same time, or neither.
    fileprivate mutating func place(of reading: Reading) -> Place {
        guard take(reading), let newest else { return .older }
        if newest == reading { return .shown }
        let isBeside =
            !reading.isByHand && !newest.isByHand && reading.device != newest.device
            && newest.measuredAt.seconds(since: reading.measuredAt) <= TechnicalAlarm.comparedSeconds
        return isBeside ? .besideShown : .older
    }
}
