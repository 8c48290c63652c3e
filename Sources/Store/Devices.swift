import Access
import Clinical
import Postgres

/// A device as the wire carries it (`dispositif`).
public struct Device: Codable, Sendable, Hashable, Identifiable {
    public var id: DeviceID
    public var name: String
    public var kind: String
    /// Who wears it now.
    public var patient: PatientID?
    public var status: String
    public var lastSeenAt: Instant?
    public var battery: Int?
    public var rssi: Int?
    public var firmware: String?

    enum CodingKeys: String, CodingKey {
        case id
        case name = "nom"
        case kind = "type_dispositif"
        case patient
        case status = "statut"
        case lastSeenAt = "derniere_connexion"
        case battery = "batterie"
        case rssi, firmware
    }

    // By hand, so that what is unknown is sent as null: clients expect every key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(kind, forKey: .kind)
        try container.encode(patient, forKey: .patient)
        try container.encode(status, forKey: .status)
        try container.encode(lastSeenAt, forKey: .lastSeenAt)
        try container.encode(battery, forKey: .battery)
        try container.encode(rssi, forKey: .rssi)
        try container.encode(firmware, forKey: .firmware)
    }
}

/// What can be written of a device.
public struct DeviceFields: Codable, Sendable, Hashable {
    public var name: String
    public var kind: String
    /// Who wears it from now on; nil: nobody.
    public var patient: PatientID?
    public var status: String?

    enum CodingKeys: String, CodingKey {
        case name = "nom"
        case kind = "type_dispositif"
        case patient
        case status = "statut"
    }

    public init(name: String, kind: String, patient: PatientID? = nil, status: String? = nil) {
        (self.name, self.kind, self.patient, self.status) = (name, kind, patient, status)
    }
}

extension Database {
    private static let columns = """
        d.id, d.name, d.kind, a.patient_id, coalesce(s.status, 'inconnu'), s.last_seen_at, s.battery, s.rssi, s.firmware
        """
    /// A device that nobody wears is seen by who may manage devices; a worn one by who may see its patient. By the statement's
    /// time: by the transaction's, `now()`, whoever has just assigned a device would be answered who wore it before.
    private static let visible = """
        FROM devices d
        LEFT JOIN device_state s ON s.device_id = d.id
        LEFT JOIN device_assignment a ON a.device_id = d.id AND a.during @> statement_timestamp()
        LEFT JOIN patients p ON p.id = a.patient_id
        WHERE d.retired_at IS NULL AND ($1::bigint[] IS NULL OR p.ward_id = ANY ($1))
        """

    private func device(_ row: Row) throws -> Device {
        let seen: Timestamp? = try row[5]
        return try Device(
            id: row[0], name: row[1], kind: row[2], patient: row[3], status: row[4], lastSeenAt: seen.map(Instant.init),
            battery: row[6], rssi: row[7], firmware: row[8])
    }

    public func devices(_ scope: Scope, patient: PatientID?, _ page: Page<DeviceID>) throws -> [Device] {
        try pool.with {
            try $0.query(
                """
                SELECT \(Self.columns) \(Self.visible) AND ($2::bigint IS NULL OR a.patient_id = $2) AND d.id > $3
                ORDER BY d.id LIMIT $4
                """, [scope.wards, patient, page.after ?? 0, page.limit]
            ).map(device)
        }
    }

    public func device(_ id: DeviceID, _ scope: Scope) throws -> Device? {
        try pool.with { try device(id, scope, on: $0) }
    }

    private func device(_ id: DeviceID, _ scope: Scope, on connection: Connection) throws -> Device? {
        try connection.query("SELECT \(Self.columns) \(Self.visible) AND d.id = $2", [scope.wards, id]).first().map(device)
    }

    public func addDevice(_ fields: DeviceFields, _ scope: Scope) throws -> Device? {
        try change(by: scope.author) { connection in
            let id: Int = try connection.query(
                "INSERT INTO devices (name, kind) VALUES ($1, $2) RETURNING id", [fields.name, fields.kind])[0][0]
            if let patient = fields.patient { try assign(id, to: patient, scope, on: connection) }
            if let status = fields.status { try setStatus(status, of: id, on: connection) }
            return try device(id, scope, on: connection)
        }
    }

    /// Nil where the caller sees no such device.
    public func updateDevice(_ id: DeviceID, _ fields: DeviceFields, _ scope: Scope) throws -> Device? {
        try change(by: scope.author) { connection in
            guard let before = try device(id, scope, on: connection) else { return nil }
            if fields.patient != before.patient { try assign(id, to: fields.patient, scope, on: connection) }
            try connection.query("UPDATE devices SET name = $2, kind = $3 WHERE id = $1", [id, fields.name, fields.kind])
            if let status = fields.status, status != before.status { try setStatus(status, of: id, on: connection) }
            return try device(id, scope, on: connection)
        }
    }

    /// What a device, or somebody for it, says of its state. False where the caller sees no such device.
    public func setDeviceStatus(_ id: DeviceID, _ status: String, _ scope: Scope) throws -> Bool {
        try pool.with { connection in
            guard try device(id, scope, on: connection) != nil else { return false }
            try setStatus(status, of: id, on: connection)
            return true
        }
    }

    /// As `setDeviceStatus`, said by the device itself.
    public func setDeviceStatus(_ id: DeviceID, _ status: String) throws {
        try pool.with { try setStatus(status, of: id, on: $0) }
    }

    private func setStatus(_ status: String, of id: DeviceID, on connection: Connection) throws {
        try connection.query(
            """
            INSERT INTO device_state (device_id, status) VALUES ($1, $2) ON CONFLICT (device_id) DO UPDATE SET status = $2
            """, [id, status])
    }

    /// Ends the current assignment now and, with a patient, begins the next. Before anything that writes the device's state: ingest
    /// takes the assignments' lock first and the state's row last, and two that take them crosswise wait for each other.
    private func assign(_ id: DeviceID, to patient: PatientID?, _ scope: Scope, on connection: Connection) throws {
        // Ingest holds this lock shared while it binds readings to patients.
        try connection.query("SELECT pg_advisory_xact_lock($1)", [IngestLock.assignments])
        // One that only begins later, or began in this very instant, is taken back instead of ended.
        try connection.query("DELETE FROM device_assignment WHERE device_id = $1 AND lower(during) >= clock_timestamp()", [id])
        try connection.query(
            """
            UPDATE device_assignment SET during = tstzrange(lower(during), clock_timestamp())
            WHERE device_id = $1 AND (upper_inf(during) OR upper(during) > clock_timestamp())
            """, [id])
        guard let patient else { return }
        let begun = try connection.query(
            """
            INSERT INTO device_assignment (device_id, patient_id, during)
            SELECT $1, p.id, tstzrange(greatest(clock_timestamp(),
                (SELECT max(upper(during)) FROM device_assignment WHERE device_id = $1)), NULL)
            FROM patients p WHERE p.id = $2 AND ($3::bigint[] IS NULL OR p.ward_id = ANY ($3))
            """, [id, patient, scope.wards])
        guard begun.affectedRows == 1 else {
            throw PostgresError(kind: .refused, sqlState: "23503", constraint: "device_assignment_patient_fkey")
        }
    }

    /// Takes a device out of use: its key stops working, its readings stay. False where the caller sees no such device.
    public func retireDevice(_ id: DeviceID, _ scope: Scope) throws -> Bool {
        try change(by: scope.author) { connection in
            guard try device(id, scope, on: connection) != nil else { return false }
            try assign(id, to: nil, scope, on: connection)
            try connection.query("UPDATE devices SET retired_at = now(), key_hash = NULL WHERE id = $1", [id])
            return true
        }
    }

    /// Gives a device a new key; the old one stops working. Nil where the caller sees no such device.
    public func newDeviceKey(_ id: DeviceID, _ scope: Scope) throws -> DeviceKey? {
        try change(by: scope.author) { connection in
            guard try device(id, scope, on: connection) != nil else { return nil }
            let key = try DeviceKey.make(device: id)
            try connection.query("UPDATE devices SET key_hash = $2 WHERE id = $1", [id, Bytes(key.hash)])
            return key
        }
    }

    /// True when this is the device's present key.
    public func isValid(_ key: DeviceKey) throws -> Bool {
        try pool.with {
            let row = try $0.query("SELECT key_hash FROM devices WHERE id = $1 AND retired_at IS NULL", [key.device]).first()
            let hash: Bytes? = try row?[0]
            return hash.map { key.matches(hash: $0.bytes) } ?? false
        }
    }
}

/// Advisory locks, by number: they share one space in the database.
enum IngestLock {
    static let assignments = 0x46_414A_4D41_01
}
