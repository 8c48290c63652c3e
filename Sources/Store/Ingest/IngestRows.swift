import Clinical
import Postgres

/// The rows of `readings` that a batch inserts.
struct IngestRows {
    struct Row {
        let patient: PatientID
        var reading: Reading
        let device: DeviceID
        let author: UserID?
        let receivedAt: Instant
        /// Which submission of the batch it came with, and its place there.
        let submission: Int
        let position: Int
        /// It came without a time, and has that of its arrival: a millisecond more or less does not matter.
        let isUntimed: Bool
        /// When it was measured by the server's clock, as far as that can be told (`ClockOffset`).
        var effectiveAt: Instant

        /// `ClockOffset.isInDoubt`.
        var isInDoubt = false
        /// Not newer than the patient's newest tombstone.
        var mayBeBuried = false
        /// Of a report that came before (`IngestReports`).
        var isRepetition = false

        /// New enough to raise, change or end an alert.
        var isLive: Bool { !isInDoubt && receivedAt.seconds(since: effectiveAt) <= AlarmState.liveSeconds }

        /// What the alarms look at.
        var evaluated: Reading {
            Reading(vital: reading.vital, value: reading.value, measuredAt: effectiveAt, source: ReadingSource(code: device))
        }

        /// As the table has it: nil where it is not worth keeping. `ordered_at` in SQL goes by the same rule.
        var storedEffectiveAt: Instant? {
            abs(effectiveAt.milliseconds - reading.measuredAt.milliseconds) < ClockOffset.keptMilliseconds ? nil : effectiveAt
        }

        /// Of a reading that came without a time: its identity was taken.
        mutating func move(byMilliseconds later: Int64) {
            reading.measuredAt = Instant(milliseconds: reading.measuredAt.milliseconds + later)
            effectiveAt = Instant(milliseconds: effectiveAt.milliseconds + later)
        }

        var key: StoredReading.Key {
            StoredReading.Key(patient: patient, vital: reading.vital, measuredAt: reading.measuredAt, device: device)
        }
    }
    private var rows: [Row]

    init(_ rows: [Row] = []) { self.rows = rows }

    mutating func append(_ row: Row) { rows.append(row) }

    mutating func removeAll(where isGone: (Row) -> Bool) { rows.removeAll(where: isGone) }

    /// Into the order of the primary key: neighbours share index pages, and two writers never wait for each other crosswise.
    mutating func sort() {
        rows.sort {
            ($0.patient, $0.reading.vital.code, $0.reading.measuredAt, $0.device)
                < ($1.patient, $1.reading.vital.code, $1.reading.measuredAt, $1.device)
        }
    }

    var columns: [any PostgresEncodable] {
        [
            rows.map { Int32($0.patient) }, rows.map(\.reading.vital.code), rows.map(\.reading.measuredAt.timestamp),
            rows.map { Int32($0.device) }, rows.map(\.reading.value), rows.map(\.receivedAt.timestamp),
            rows.map { $0.author.map(Int32.init) }, rows.map { $0.storedEffectiveAt?.timestamp },
        ]
    }

    var all: [Row] { rows }

    /// In the order of `sort`.
    var inOrder: [Row] {
        var sorted = self
        sorted.sort()
        return sorted.rows
    }

    /// The rows that were inserted, as `stored`, their keys, says, and those that were not.
    func split(stored: Result) throws -> (stored: [Row], others: [Row]) {
        if stored.count == rows.count { return (rows, []) }
        var inserted = Set(
            try stored.compactMap { row in
                try Vital(code: row[1]).map {
                    StoredReading.Key(patient: try row[0], vital: $0, measuredAt: Instant(try row[2]), device: try row[3])
                }
            })
        var others: [Row] = []
        let stored = rows.filter { row in
            if inserted.remove(row.key) != nil { return true }
            others.append(row)
            return false
        }
        return (stored, others)
    }
}
