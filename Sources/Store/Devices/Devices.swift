import Access
import Clinical
import FoundationEssentials
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
    /// The vitals whose sensor is not on the patient.
    public var detached: [Vital]
    /// Why there is no value of a vital now.
    public var reasons: [Vital: MissingReason]
    /// Its clock minus the server's; nil: not known, or no more than the time on the way.
    public var clockOffsetMilliseconds: Int?
    /// Since when `patient` wears it.
    public var wornSince: Instant?
    /// Out of use since then: no key works and nobody wears it.
    public var retiredAt: Instant?
    /// The one that counts; nil: it was never calibrated.
    public var calibration: DeviceCalibration?
    /// It finds that its red and infrared LEDs are the other way round, and gives no SpO2.
    public var isInverted: Bool

    enum CodingKeys: String, CodingKey {
        case id
        case name = "nom"
        case kind = "type_dispositif"
        case patient
        case status = "statut"
        case lastSeenAt = "derniere_connexion"
        case battery = "batterie"
        case rssi, firmware
        case detached = "detaches"
        case reasons = "raisons"
        case clockOffsetMilliseconds = "decalage_ms"
        case wornSince = "porte_depuis"
        case retiredAt = "retire_le"
        case calibration = "etalonnage"
        case isInverted = "inverse"
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
        try container.encode(detached, forKey: .detached)
        try container.encode(reasons, forKey: .reasons)
        try container.encode(clockOffsetMilliseconds, forKey: .clockOffsetMilliseconds)
        try container.encode(wornSince, forKey: .wornSince)
        try container.encode(retiredAt, forKey: .retiredAt)
        try container.encode(calibration, forKey: .calibration)
        try container.encode(isInverted, forKey: .isInverted)
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

    /// With its texts as they may be shown. - Throws: `ShownText.Faults`.
    func shown(before: DeviceFields? = nil) throws -> DeviceFields {
        let texts = try ShownText.checked([
            .init(CodingKeys.name.rawValue, name, before: before?.name), .init(CodingKeys.kind.rawValue, kind, before: before?.kind),
            .init(CodingKeys.status.rawValue, status ?? "", mayBeEmpty: status == nil, before: before?.status),
        ])
        var fields = self
        (fields.name, fields.kind, fields.status) = (texts[0], texts[1], status.map { _ in texts[2] })
        return fields
    }
}

/// Which devices a list shows.
public struct DeviceFilter: Sendable {
    /// Those that this patient wears; nil: whoever does.
    public var patient: PatientID?
    /// Only those that nobody wears.
    public var isFree: Bool
    /// Those out of use instead of those in use.
    public var isRetired: Bool

    public init(patient: PatientID? = nil, isFree: Bool = false, isRetired: Bool = false) {
        (self.patient, self.isFree, self.isRetired) = (patient, isFree, isRetired)
    }
}

extension Database {
    private static let columns = """
        d.id, d.name, d.kind, a.patient_id, coalesce(s.status, 'actif'), s.last_seen_at, s.battery, s.rssi, s.firmware,
        d.retired_at, coalesce(s.detached, '{}'), shown_clock_offset(s), coalesce(s.reasons, '{}')::text, lower(a.during),
        device_calibration(d.id)::text, coalesce(s.leds_inverted, false)
        """
    /// A worn device is seen by who may see its patient; one that nobody wears by who may give it to somebody; one out of use
    /// by administrators. By the statement's time: by the transaction's, `now()`, whoever has just assigned a device would be answered who wore it before.
    private static let visible = """
        FROM devices d
        LEFT JOIN device_state s ON s.device_id = d.id
        LEFT JOIN device_assignment a ON a.device_id = d.id AND a.during @> statement_timestamp()
        LEFT JOIN patients p ON p.id = a.patient_id
        WHERE (\(Scope.visible("p", wards: 1)) OR ($2 AND a.patient_id IS NULL AND d.retired_at IS NULL))
        """

    /// What `visible` asks of the caller.
    private func visibility(_ scope: Scope) -> [any PostgresEncodable] { [scope.wards, scope.may(.assignDevices)] }

    private func device(_ row: Row) throws -> Device {
        let seen: Timestamp? = try row[5]
        let retired: Timestamp? = try row[9]
        let detached: [Int16] = try row[10]
        let reasons: String = try row[12]
        let worn: Timestamp? = try row[13]
        let calibration: String? = try row[14]
        return try Device(
            id: row[0], name: row[1], kind: row[2], patient: row[3], status: row[4], lastSeenAt: seen.map(Instant.init),
            battery: row[6], rssi: row[7], firmware: row[8], detached: Vital.allCases.filter { detached.contains($0.code) },
            reasons: JSONDecoder().decode([String: String].self, from: Data(reasons.utf8)).reduce(into: [:]) { reasons, one in
                if let vital = Vital(rawValue: one.key) { reasons[vital] = MissingReason(rawValue: one.value) }
            },
            clockOffsetMilliseconds: row[11], wornSince: worn.map(Instant.init), retiredAt: retired.map(Instant.init),
            calibration: calibration.map { try JSONDecoder().decode(DeviceCalibration.self, from: Data($0.utf8)) }, isInverted: row[15])
    }

    public func devices(_ scope: Scope, _ filter: DeviceFilter, _ page: Page<DeviceID>) throws -> [Device] {
        try pool.with {
            try $0.query(
                """
                SELECT \(Self.columns) \(Self.visible) AND ($3::bigint IS NULL OR a.patient_id = $3)
                    AND (NOT $4 OR a.patient_id IS NULL) AND (d.retired_at IS NOT NULL) = $5 AND d.id > $6
                ORDER BY d.id LIMIT $7
                """, visibility(scope) + [filter.patient, filter.isFree, filter.isRetired, page.after ?? 0, page.limit]
            ).map(device)
        }
    }

    public func device(_ id: DeviceID, _ scope: Scope) throws -> Device? {
        try pool.with { try device(id, scope, on: $0) }
    }

    func device(_ id: DeviceID, _ scope: Scope, on connection: Connection) throws -> Device? {
        try connection.query("SELECT \(Self.columns) \(Self.visible) AND d.id = $3", visibility(scope) + [id]).first().map(device)
    }

    /// One that is to be changed. - Throws: `StoreError.deviceRetired`.
    func usableDevice(_ id: DeviceID, _ scope: Scope, on connection: Connection) throws -> Device? {
        // To the end of the transaction nobody else changes or retires it.
        try connection.query("SELECT FROM devices WHERE id = $1 FOR NO KEY UPDATE", [id])
        guard let device = try device(id, scope, on: connection) else { return nil }
        if device.retiredAt != nil { throw StoreError.deviceRetired }
        return device
    }

    /// - Parameter others: as for `assignDevice`, whose errors it throws.
    public func addDevice(_ fields: DeviceFields, others: OtherDevices? = nil, _ scope: Scope) throws -> Device? {
        let fields = try fields.shown()
        return try change(by: scope.author) { connection in
            let id: Int = try connection.query(
                "INSERT INTO devices (name, kind) VALUES ($1, $2) RETURNING id", [fields.name, fields.kind])[0][0]
            if let patient = fields.patient {
                try assign(id, to: patient, others: others, at: lockAssignments(on: connection), scope, on: connection)
            }
            if let status = fields.status { try setStatus(status, of: id, on: connection) }
            return try device(id, scope, on: connection)
        }
    }

    /// Nil where the caller sees no such device.
    ///
    /// - Parameter others: as for `assignDevice`; of no effect where the patient stays the same.
    /// - Throws: as `assignDevice`.
    public func updateDevice(
        _ id: DeviceID, others: OtherDevices? = nil, _ scope: Scope, _ change: Change<DeviceFields>
    ) throws -> Device? {
        try self.change(by: scope.author) { connection in
            let present = try lockAssignments(on: connection)
            guard let before = try usableDevice(id, scope, on: connection) else { return nil }
            let known = DeviceFields(name: before.name, kind: before.kind, patient: before.patient, status: before.status)
            let fields = try change.applied(to: known).shown(before: known)
            if fields.patient != before.patient {
                try assign(id, to: fields.patient, others: others, at: present, scope, on: connection)
            }
            try connection.query("UPDATE devices SET name = $2, kind = $3 WHERE id = $1", [id, fields.name, fields.kind])
            if let status = fields.status, status != before.status { try setStatus(status, of: id, on: connection) }
            return try device(id, scope, on: connection)
        }
    }

    public func updateDevice(_ id: DeviceID, _ fields: DeviceFields, others: OtherDevices? = nil, _ scope: Scope) throws -> Device? {
        try updateDevice(id, others: others, scope, Change(to: fields))
    }

    /// What a device, or somebody for it, says of its state. False where the caller sees no such device.
    public func setDeviceStatus(_ id: DeviceID, _ status: String, _ scope: Scope) throws -> Bool {
        let status = try ShownText.checked(status, field: "statut")
        return try change(by: scope.author) { connection in
            guard try usableDevice(id, scope, on: connection) != nil else { return false }
            try setStatus(status, of: id, on: connection)
            return true
        }
    }

    /// As `setDeviceStatus`, said by the device itself.
    public func setDeviceStatus(_ id: DeviceID, _ status: String) throws {
        let status = try ShownText.checked(status, field: "statut")
        try pool.with { try setStatus(status, of: id, on: $0) }
    }

    private func setStatus(_ status: String, of id: DeviceID, on connection: Connection) throws {
        try connection.query(
            """
            INSERT INTO device_state (device_id, status) VALUES ($1, $2) ON CONFLICT (device_id) DO UPDATE SET status = $2
            """, [id, status])
    }

    /// Takes a device out of use: its key stops working, its readings stay. False where the caller sees no such device in use.
    public func retireDevice(_ id: DeviceID, _ scope: Scope) throws -> Bool {
        try change(by: scope.author) { connection in
            let present = try lockAssignments(on: connection)
            guard let device = try device(id, scope, on: connection), device.retiredAt == nil else { return false }
            try endAssignments(of: .device(id), at: present, on: connection)
            try connection.query(
                "UPDATE devices SET retired_at = now(), key_hash = NULL, former_key_hash = NULL, former_key_until = NULL WHERE id = $1",
                [id])
            return true
        }
    }

    /// How long a key may work beside the one that replaces it.
    public static let formerKeyHours = 0...168

    /// Gives a device a new key. Nil where the caller sees no such device.
    ///
    /// - Parameter formerHours: how long the old one still works; 0: it stops working at once.
    public func newDeviceKey(_ id: DeviceID, formerHours: Int = 0, _ scope: Scope) throws -> DeviceKey? {
        try change(by: scope.author) { connection in
            guard try usableDevice(id, scope, on: connection) != nil else { return nil }
            let key = try DeviceKey.make(device: id)
            try connection.query(
                """
                UPDATE devices SET key_hash = $2, former_key_hash = CASE WHEN $3 > 0 THEN key_hash END,
                    former_key_until = CASE WHEN $3 > 0 AND key_hash IS NOT NULL THEN now() + make_interval(hours => $3::integer) END
                WHERE id = $1
                """, [id, Bytes(key.hash), formerHours])
            return key
        }
    }

    /// The hashes of the keys of a device `d` that work now, one after the other; null: none does.
    static let keyHashes = "d.key_hash || CASE WHEN d.former_key_until > now() THEN d.former_key_hash ELSE '' END"

    /// True when this key of the device works now.
    public func isValid(_ key: DeviceKey) throws -> Bool {
        try pool.with {
            let row = try $0.query("SELECT \(Self.keyHashes) FROM devices d WHERE id = $1 AND retired_at IS NULL", [key.device]).first()
            let hash: Bytes? = try row?[0]
            return hash.map { key.matches(hashes: $0.bytes) } ?? false
        }
    }
}
