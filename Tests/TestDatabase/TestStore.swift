import Access
import Clinical
import Logging
import Postgres
import Store

/// A migrated database of a test's own, with two wards, a patient and a device in each.
public struct TestStore: Sendable {
    /// Migrated once, copied for every test.
    private static let template: Swift.Result<String, any Error> = .init {
        let url = try TestCluster.shared.newDatabase()
        _ = try Migrator(url: url).migrate()
        return url
    }

    public let url: String
    /// Nil: somebody else's database.
    private let lease: DatabaseLease?
    public let database: Database
    public let admin: Scope
    /// A nurse of the first ward.
    public let nurse: Scope
    public let wards: [Ward]
    public let patients: [Patient]
    public let devices: [Device]
    public let keys: [DeviceKey]

    public init() throws {
        let template = try Self.template.get()
        let name = template.split(separator: "/")[1].split(separator: "?")[0]
        let url = try TestCluster.shared.newDatabase(template: String(name))
        try self.init(url: url, lease: DatabaseLease(url: url))
    }

    /// - Parameter url: of a migrated database without anything in it, which stays.
    public init(url: String) throws { try self.init(url: url, lease: nil) }

    private init(url: String, lease: DatabaseLease?) throws {
        self.url = url
        self.lease = lease
        let database = Database(url: url, application: "tests", connections: 8)
        self.database = database
        let author = Author(name: "tests")
        wards = try ["Cardiologie", "Pneumologie"].map { try database.addWard(name: $0, by: author) }
        let adminID = try database.addUser(username: "admin", passwordHash: "-", role: .admin, wards: [], by: author)
        let nurseID = try database.addUser(username: "nurse", passwordHash: "-", role: .infirmier, wards: [wards[0].id], by: author)
        let admin = try Self.found(database.scope(of: adminID))
        self.admin = admin
        nurse = try Self.found(database.scope(of: nurseID))
        patients = try wards.enumerated().map { index, ward in
            try database.addPatient(
                PatientFields(
                    hospitalNumber: "H\(index)", lastName: "Petit", firstName: "Anne", birthDate: "1950-04-23", sex: "F",
                    ward: ward.id, bed: "\(index + 1)"), admin)
        }
        devices = try patients.map { patient in
            try Self.found(database.addDevice(DeviceFields(name: "D", kind: "bracelet", patient: patient.id), admin))
        }
        // There for days and worn for an hour already, so that tests can measure in the past.
        try Connection(url: url, application: "tests").script(
            """
            UPDATE patients SET admitted_at = now() - interval '10 days';
            UPDATE device_assignment SET during = tstzrange(lower(during) - interval '1 hour', NULL)
            """)
        keys = try devices.map { try Self.found(database.newDeviceKey($0.id, admin)) }
    }

    /// Drops the database with the last copy of the store that has it.
    private final class DatabaseLease: Sendable {
        private let url: String

        init(url: String) { self.url = url }

        deinit { TestCluster.shared.drop(url: url) }
    }

    private struct NotFound: Error {}

    private static func found<T>(_ value: T?) throws -> T {
        guard let value else { throw NotFound() }
        return value
    }

    public func ingest() -> Ingest { Ingest(url: url, application: "tests", logger: Logger(label: "tests")) }

    public func connection() throws -> Connection { try Connection(url: url, application: "tests") }

    public func stored() throws -> Int { try connection().query("SELECT count(*) FROM readings")[0][0] }

    public static var now: Instant {
        get throws {
            let row = try Connection(url: TestCluster.shared.url(database: "postgres"), application: "tests")
                .query("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")[0]
            return Instant(milliseconds: Int64(try row[0] as Int))
        }
    }
}
