import Clinical
import Postgres

/// What becomes of the other devices that a patient wears when one more is assigned (`autres_dispositifs`).
public enum OtherDevices: String, CaseIterable, Sendable {
    /// Their assignments end when the new one begins.
    case replace = "remplacer"
    /// The patient wears all of them.
    case keep = "garder"
}

/// A device that a patient wears already, as an error names it.
public struct WornDevice: Sendable, Hashable {
    public var id: DeviceID
    public var name: String

    public init(id: DeviceID, name: String) { (self.id, self.name) = (id, name) }
}

/// A new assignment of a device to a patient, before it is stored.
struct PlannedAssignment {
    /// To the microsecond; the wire has milliseconds.
    typealias During = (begin: Timestamp, end: Timestamp?)

    var device: DeviceID
    var patient: PatientID
    var during: During
    /// The assignment of the same device to the same patient that this one takes the place of.
    var before: During?
}

extension Database {
    /// A patient wears two devices that measure the same only where a person chose so: each has its own alarms, and a device that was left on a
    /// table goes on reporting for the patient. Under `lockAssignments`, so that of two who assign at once the second one is asked.
    ///
    /// Only the time from the present on counts. A device that the patient wears beside `planned.before` already needs no new choice.
    ///
    /// - Parameter choice: nil: nobody has chosen yet.
    /// - Throws: `StoreError.patientWears` where a choice is needed, with those of the other devices that the caller sees.
    func settleOthers(
        of planned: PlannedAssignment, _ choice: OtherDevices?, at present: Timestamp, _ scope: Scope, on connection: Connection
    ) throws {
        if choice == .keep { return }
        let others = try others(of: planned, at: present, on: connection)
        if choice == .replace { return try replace(others.map(\.id), by: planned, at: present, on: connection) }
        let unknown = others.filter { !$0.isBeside }
        if unknown.isEmpty { return }
        throw StoreError.patientWears(
            try unknown.compactMap { other in
                try device(other.id, scope, on: connection).map { WornDevice(id: $0.id, name: $0.name) }
            })
    }

    /// The devices that the patient wears in the time of a new assignment and that measure what its device measures. Which vitals a device measures
    /// is known from what it has ever sent: of a device that has sent nothing it is unknown, and such a device counts.
    private func others(
        of planned: PlannedAssignment, at present: Timestamp, on connection: Connection
    ) throws -> [(id: DeviceID, isBeside: Bool)] {
        let worn: [(id: DeviceID, isBeside: Bool)] = try connection.query(
            """
            SELECT o.device_id, bool_or($6::timestamptz IS NOT NULL AND o.during && (tstzrange($6, $7) * tstzrange($5, NULL)))
            FROM device_assignment o WHERE \(Self.isOther) GROUP BY o.device_id ORDER BY o.device_id
            """,
            [
                planned.patient, planned.device, planned.during.begin, planned.during.end, present, planned.before?.begin,
                planned.before?.end,
            ]
        ).map { (id: try $0[0], isBeside: try $0[1]) }
        if worn.isEmpty { return [] }
        let vitals = try measuredVitals(of: worn.map(\.id) + [planned.device], on: connection)
        guard let own = vitals[planned.device] else { return worn }
        return worn.filter { other in vitals[other.id].map { !$0.isDisjoint(with: own) } ?? true }
    }

    /// By device; without an entry for a device that has sent nothing. One device's assignments lead to its patients, and those to their latest
    /// readings, so that no table is read as a whole while ingest waits for the lock.
    private func measuredVitals(of devices: [DeviceID], on connection: Connection) throws -> [DeviceID: Set<Int16>] {
        let rows = try connection.query(
            """
            SELECT DISTINCT w.device_id, l.vital
            FROM unnest($1::bigint[]) AS d (id) JOIN device_assignment w ON w.device_id = d.id::integer
            JOIN latest_readings l ON (l.patient_id, l.device_id) = (w.patient_id, w.device_id)
            """, [devices])
        return try rows.reduce(into: [:]) { vitals, row in
            let device: DeviceID = try row[0]
            vitals[device, default: []].insert(try row[1])
        }
    }

    /// Of `device_assignment o`: $1 wears another device than $2 from $3 to $4, as far as that is not before $5.
    private static let isOther = """
        o.patient_id = $1 AND o.device_id <> $2 AND o.during && (tstzrange($3, $4) * tstzrange($5, NULL))
        """

    /// Ends what the patient wears when `planned` begins. One that has begun since then ends at the present, one that has not begun is taken back.
    private func replace(
        _ others: [DeviceID], by planned: PlannedAssignment, at present: Timestamp, on connection: Connection
    ) throws {
        let chosen: [any PostgresEncodable] = [
            planned.patient, planned.device, planned.during.begin, planned.during.end, present, others,
        ]
        let rows = "\(Self.isOther) AND o.device_id = ANY ($6)"
        try connection.query("DELETE FROM device_assignment o WHERE \(rows) AND lower(o.during) >= greatest($3, $5)", chosen)
        try connection.query(
            """
            UPDATE device_assignment o SET during = tstzrange(lower(o.during), CASE WHEN lower(o.during) < $3 THEN $3 ELSE $5 END)
            WHERE \(rows)
            """, chosen)
    }
}
