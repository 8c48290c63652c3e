import Access
import Clinical
import FoundationEssentials
import Postgres

/// A device's calibration as the wire carries it.
public struct DeviceCalibration: Codable, Sendable, Hashable, Identifiable {
    public var id: Int
    public var calibratedAt: Instant
    /// Who recorded it.
    public var calibratedBy: String
    public var recordedAt: Instant
    /// The instrument that the device was compared with.
    public var reference: String
    public var a, b, c: Double
    /// Between which values of the reference.
    public var leastSpO2, greatestSpO2: Int
    /// The device says that it computes with this curve.
    public var isInUse: Bool

    enum CodingKeys: String, CodingKey {
        case id
        case calibratedAt = "le"
        case calibratedBy = "par"
        case recordedAt = "enregistre_le"
        case reference, a, b, c
        case leastSpO2 = "spo2_min"
        case greatestSpO2 = "spo2_max"
        case isInUse = "en_service"
    }

    public var curve: SpO2Curve { SpO2Curve(a: a, b: b, c: c) }
}

/// What is recorded of a calibration.
public struct NewCalibration: Sendable {
    public var calibratedAt: Instant?
    public var reference: String
    public var curve: SpO2Curve
    public var leastSpO2, greatestSpO2: Int

    public init(calibratedAt: Instant?, reference: String, curve: SpO2Curve, leastSpO2: Int, greatestSpO2: Int) {
        (self.calibratedAt, self.reference, self.curve) = (calibratedAt, reference, curve)
        (self.leastSpO2, self.greatestSpO2) = (leastSpO2, greatestSpO2)
    }
}

extension Database {
    private static let rows = """
        SELECT calibration_json(k, s.spo2_curve)::text FROM device_calibrations k LEFT JOIN device_state s ON s.device_id = k.device_id
        """

    private func calibration(_ row: Row) throws -> DeviceCalibration {
        let text: String = try row[0]
        return try JSONDecoder().decode(DeviceCalibration.self, from: Data(text.utf8))
    }

    /// Newest first. Nil where the caller sees no such device.
    ///
    /// - Parameter page: after the calibration of that number.
    public func calibrations(of device: DeviceID, _ scope: Scope, _ page: Page<Int>) throws -> [DeviceCalibration]? {
        try pool.with { connection in
            guard try self.device(device, scope, on: connection) != nil else { return nil }
            return try connection.query(
                """
                \(Self.rows) WHERE k.device_id = $1 AND ($2::bigint IS NULL
                    OR (k.calibrated_at, k.id) < (SELECT o.calibrated_at, o.id FROM device_calibrations o WHERE o.id = $2))
                ORDER BY k.calibrated_at DESC, k.id DESC LIMIT $3
                """, [device, page.after, page.limit]
            ).map(calibration)
        }
    }

    /// Records that a device was compared with an instrument. Nil where the caller sees no such device.
    ///
    /// - Throws: `StoreError.deviceRetired`, `ShownText.Faults`.
    public func addCalibration(_ new: NewCalibration, to device: DeviceID, now: Instant, _ scope: Scope) throws -> DeviceCalibration? {
        let reference = try ShownText.checked(new.reference, field: "reference")
        return try change(by: scope.author) { connection in
            guard try usableDevice(device, scope, on: connection) != nil else { return nil }
            let id: Int = try connection.query(
                """
                INSERT INTO device_calibrations (device_id, calibrated_by, calibrated_at, reference, a, b, c, spo2_min, spo2_max)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
                """,
                [
                    device, scope.user, (new.calibratedAt ?? now).timestamp, reference, new.curve.a, new.curve.b, new.curve.c,
                    new.leastSpO2, new.greatestSpO2,
                ])[0][0]
            return try connection.query("\(Self.rows) WHERE k.id = $1", [id]).first().map(calibration)
        }
    }

    /// Takes back a record that was a mistake; the audit keeps it. False where there is none.
    public func deleteCalibration(_ id: Int, of device: DeviceID, _ scope: Scope) throws -> Bool {
        try change(by: scope.author) { connection in
            guard try usableDevice(device, scope, on: connection) != nil else { return false }
            return try connection.query(
                "DELETE FROM device_calibrations WHERE id = $1 AND device_id = $2 RETURNING id", [id, device]
            ).first() != nil
        }
    }

    /// The curve of the calibration that counts, for a device that is set up. Nil: it has none.
    public func calibratedCurve(of device: DeviceID) throws -> SpO2Curve? {
        try pool.with {
            try $0.query(
                "SELECT a, b, c FROM device_calibrations WHERE device_id = $1 ORDER BY calibrated_at DESC, id DESC LIMIT 1", [device]
            ).first().map { SpO2Curve(a: try $0[0], b: try $0[1], c: try $0[2]) }
        }
    }
}
