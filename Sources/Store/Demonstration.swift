import Access
import Clinical
import Postgres

/// A hospital to try FAJMA with: each patient wears a device of their own.
public struct Demonstration: Sendable {
    public struct Account: Sendable {
        public var username: String
        /// From `Password.hash`.
        public var passwordHash: String
        public var role: Role
        /// Places in `wards`.
        public var wards: [Int]

        public init(username: String, passwordHash: String, role: Role, wards: [Int]) {
            (self.username, self.passwordHash, self.role, self.wards) = (username, passwordHash, role, wards)
        }
    }

    /// Names; a ward that is there already is used.
    public var wards: [String]
    /// Their `ward` is a place in `wards`: numbers are not known yet.
    public var patients: [PatientFields]
    /// One a patient, in the same order.
    public var deviceNames: [String]
    public var accounts: [Account]

    public init(wards: [String], patients: [PatientFields], deviceNames: [String], accounts: [Account]) {
        (self.wards, self.patients, self.deviceNames, self.accounts) = (wards, patients, deviceNames, accounts)
    }
}

extension Database {
    /// True when there is a patient at all.
    public func hasPatients() throws -> Bool {
        try pool.with { try $0.query("SELECT EXISTS (SELECT FROM patients)")[0][0] }
    }

    /// The greatest number after `prefix` among hospital numbers that are the prefix and digits; 0 where there is none.
    public func lastHospitalNumber(prefix: String) throws -> Int {
        try pool.with {
            try $0.query(
                """
                SELECT coalesce(max(substr(hospital_number, length($1) + 1)::bigint), 0) FROM patients
                WHERE starts_with(hospital_number, $1) AND substr(hospital_number, length($1) + 1) ~ '^[0-9]{1,9}$'
                """, [prefix])[0][0]
        }
    }

    /// All of it or nothing, with as few statements as for one patient.
    ///
    /// - Returns: for each patient, in order, their number and the key of their device.
    public func addDemonstration(_ hospital: Demonstration, by author: Author) throws -> [(patient: PatientID, key: DeviceKey)] {
        try change(by: author) { connection in
            let wards = try addWards(hospital.wards, on: connection)
            let patients = try addPatients(hospital.patients, wards: wards, on: connection)
            let keys = try addDevices(hospital.deviceNames, on: connection)
            try assignFromYesterday(keys.map(\.device), to: patients, on: connection)
            try addAccounts(hospital.accounts, wards: wards, on: connection)
            return Array(zip(patients, keys))
        }
    }

    private func addWards(_ names: [String], on connection: Connection) throws -> [WardID] {
        try connection.query("INSERT INTO wards (name) SELECT unnest($1::text[]) ON CONFLICT (name) DO NOTHING", [names])
        return try connection.query(
            "SELECT w.id FROM unnest($1::text[]) WITH ORDINALITY AS n (name, place) JOIN wards w USING (name) ORDER BY place", [names]
        ).map { try $0[0] }
    }

    private func addPatients(_ patients: [PatientFields], wards: [WardID], on connection: Connection) throws -> [PatientID] {
        let numbers = patients.map(\.hospitalNumber)
        try connection.query(
            """
            INSERT INTO patients (hospital_number, last_name, first_name, birth_date, sex, ward_id, bed, admitted_at)
            SELECT number, last_name, first_name, birth_date::date, sex, ward, coalesce(bed, ''), now() - interval '7 days'
            FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[])
                AS n (number, last_name, first_name, birth_date, sex, ward, bed)
            """,
            [
                numbers, patients.map(\.lastName), patients.map(\.firstName), patients.map(\.birthDate), patients.map(\.sex),
                patients.map { wards[$0.ward] }, patients.map(\.bed),
            ])
        return try connection.query(
            """
            SELECT p.id FROM unnest($1::text[]) WITH ORDINALITY AS n (hospital_number, place) JOIN patients p USING (hospital_number)
            ORDER BY place
            """, [numbers]
        ).map { try $0[0] }
    }

    private func addDevices(_ names: [String], on connection: Connection) throws -> [DeviceKey] {
        let ids: [DeviceID] = try connection.query(
            "INSERT INTO devices (name, kind) SELECT unnest($1::text[]), 'bracelet' RETURNING id", [names]
        ).map { try $0[0] }
        let keys = try ids.sorted().map { try DeviceKey.make(device: $0) }
        try connection.query(
            """
            UPDATE devices d SET key_hash = n.hash FROM unnest($1::bigint[], $2::bytea[]) AS n (id, hash) WHERE d.id = n.id
            """, [keys.map(\.device), keys.map { Bytes($0.hash) }])
        return keys
    }

    /// A day back, so that a history can be posted too. New devices: no earlier assignment can be in the way.
    private func assignFromYesterday(_ devices: [DeviceID], to patients: [PatientID], on connection: Connection) throws {
        try connection.query(
            """
            INSERT INTO device_assignment (device_id, patient_id, during)
            SELECT device, patient, tstzrange(now() - interval '1 day', NULL)
            FROM unnest($1::bigint[], $2::bigint[]) AS n (device, patient)
            """, [devices, patients])
    }

    private func addAccounts(_ accounts: [Demonstration.Account], wards: [WardID], on connection: Connection) throws {
        for account in accounts {
            try addUser(
                username: account.username, passwordHash: account.passwordHash, role: account.role,
                wards: account.wards.map { wards[$0] }, on: connection)
        }
    }
}
