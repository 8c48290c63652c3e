import Clinical
import Postgres

extension Database {
    /// So many readings are in memory at once.
    private static let rehearsalSlice = 50_000

    static let rehearsedReadings = EffectiveReadings.query(
        patient: "$1::integer", vital: "$2::smallint", from: "$3::timestamptz", to: "$4::timestamptz", .ascending, limit: "$5")

    /// Lets a patient's stored readings pass rules, in the order they were measured, also those that came too late to raise
    /// anything when they did. Stores nothing, and holds no connection while it calculates. Whether the caller sees the patient
    /// is asked before.
    ///
    /// - Parameters:
    ///   - from: the first instant that counts; `to`, the first that does not.
    ///   - rehearsals: each of its rules; all see the same readings.
    /// - Returns: how many readings there were.
    public func rehearse(_ patient: PatientID, from: Instant, to: Instant, _ rehearsals: inout [LimitsTrial]) throws -> Int {
        let vitals = rehearsals.reduce(into: Set()) { $0.formUnion($1.vitals) }
        var count = 0
        for vital in vitals.sorted(by: { $0.code < $1.code }) {
            var next: Instant? = from
            while let begin = next {
                let slice = try rehearsalSlice(patient, vital, from: begin, to: to)
                for index in rehearsals.indices where rehearsals[index].vitals.contains(vital) { rehearsals[index].pass(slice.readings) }
                count += slice.readings.count
                next = slice.next
            }
        }
        return count
    }

    /// The next readings, and where those after them begin; nil: there are none.
    private func rehearsalSlice(
        _ patient: PatientID, _ vital: Vital, from: Instant, to: Instant
    ) throws -> (readings: [Reading], next: Instant?) {
        let rows = try pool.with {
            try $0.query(
                Self.rehearsedReadings, [patient, vital.code, from.timestamp, to.timestamp, Self.rehearsalSlice])
        }
        var readings: [Reading] = []
        readings.reserveCapacity(rows.count)
        for row in rows {
            readings.append(Reading(vital: vital, value: try row[1], measuredAt: Instant(try row[0]), source: ReadingSource(code: try row[2])))
        }
        guard readings.count == Self.rehearsalSlice, let last = readings.last?.measuredAt else { return (readings, nil) }
        // Several devices may have measured at one instant: all of them belong into the same slice.
        readings.removeAll { $0.measuredAt == last }
        return (readings, last)
    }

    /// How many alerts of alarm rules there were, by the reading that raised them.
    public func ruleAlertCount(_ patient: PatientID, from: Instant, to: Instant) throws -> Int {
        try pool.with {
            try $0.query(
                "SELECT count(*) FROM alerts WHERE patient_id = $1 AND vital IS NOT NULL AND measured_at >= $2 AND measured_at < $3",
                [patient, from.timestamp, to.timestamp])[0][0]
        }
    }
}
