import Clinical
import Postgres

/// The rows of `readings` that a batch inserts.
struct IngestRows {
    struct Row {
        let patient: PatientID
        let reading: Reading
        let device: DeviceID
        let author: UserID?
        let receivedAt: Instant
        /// Which submission of the batch it came with.
        let submission: Int

        /// New enough to raise, change or end an alert.
        var isLive: Bool { receivedAt.seconds(since: reading.measuredAt) <= AlarmState.liveSeconds }

        /// What the alarms look at. A clock that is ahead must not hide what comes after it.
        var evaluated: Reading {
            Reading(vital: reading.vital, value: reading.value, measuredAt: min(reading.measuredAt, receivedAt), isByHand: device == 0)
        }

        var key: StoredReading.Key {
            StoredReading.Key(patient: patient, vital: reading.vital, measuredAt: reading.measuredAt, device: device)
        }
    }
    private var rows: [Row] = []

    mutating func append(_ row: Row) { rows.append(row) }

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
            rows.map { $0.author.map(Int32.init) },
        ]
    }

    var all: [Row] { rows }

    /// The rows that were inserted, as `stored`, their keys, says, and how many of each submission were not.
    func split(stored: Result) throws -> (stored: [Row], duplicates: [Int: Int]) {
        if stored.count == rows.count { return (rows, [:]) }
        var inserted = Set(
            try stored.compactMap { row in
                try Vital(code: row[1]).map {
                    StoredReading.Key(patient: try row[0], vital: $0, measuredAt: Instant(try row[2]), device: try row[3])
                }
            })
        var duplicates: [Int: Int] = [:]
        let stored = rows.filter { row in
            if inserted.remove(row.key) != nil { return true }
            duplicates[row.submission, default: 0] += 1
            return false
        }
        return (stored, duplicates)
    }
}
