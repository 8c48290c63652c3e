import Access
import Clinical
import Postgres

/// Where a patient is.
struct KnownPatient {
    let ward: WardID
    let isDischarged: Bool
    /// The stay, where values are entered by hand.
    var admittedAt: Instant?
    var dischargedAt: Instant?
    /// When the newest of the patient's readings was measured that were corrected or deleted: what is newer was not.
    var newestTombstone: Instant?

    func exists(for scope: Scope) -> Bool { scope.sees(ward: ward, isDischarged: isDischarged) }
}

/// What the database knows of a device in use.
struct KnownDevice {
    struct Assignment {
        let patient: PatientID
        let known: KnownPatient
        let from: Instant
        let to: Instant
    }
    /// `Database.keyHashes`.
    let keyHashes: [UInt8]?
    let offset: ClockOffset
    var assignments: [Assignment] = []

    func wearer(at instant: Instant) -> (patient: PatientID, known: KnownPatient)? {
        assignments.first { $0.from <= instant && instant < $0.to }.map { ($0.patient, $0.known) }
    }
}

extension KnownPatient {
    init(ward: WardID, admittedAt: Timestamp?, dischargedAt: Timestamp?, newestTombstone: Timestamp?) {
        self.init(
            ward: ward, isDischarged: dischargedAt != nil, admittedAt: admittedAt.map(Instant.init), dischargedAt: dischargedAt.map(Instant.init),
            newestTombstone: newestTombstone.map(Instant.init))
    }

    static func instant(_ timestamp: Timestamp?) -> Instant? { timestamp.map(Instant.init) }
}
