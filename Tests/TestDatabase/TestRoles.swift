import Postgres
import Store

/// A database with an owner and an application's role of its own, as a hospital's has them. Their names need quotes in SQL.
public struct TestRoles: Sendable {
    public let database: String
    public let owner: String
    public let application: String
    /// How the cluster's superuser, the owner and the application log in.
    public let superuserURL: String
    public let ownerURL: String
    public let url: String

    /// - Parameter migrated: false: an empty database, as the DBA hands it over.
    public init(migrated: Bool = true) throws {
        superuserURL = try TestCluster.shared.newDatabase()
        database = String(superuserURL.split(separator: "/")[1].split(separator: "?")[0])
        (owner, application) = ("The-Owner-\(database)", "The-App-\(database)")
        ownerURL = TestCluster.shared.url(database: database, role: owner)
        url = TestCluster.shared.url(database: database, role: application)
        try superuser(
            """
            CREATE ROLE "\(owner)" LOGIN; CREATE ROLE "\(application)" LOGIN; ALTER DATABASE \(database) OWNER TO "\(owner)"
            """)
        if migrated { _ = try migrate() }
    }

    @discardableResult
    public func migrate() throws -> [String] { try Migrator(url: ownerURL, application: url).migrate() }

    /// Runs a script as the cluster's superuser, whom nothing is forbidden.
    public func superuser(_ sql: String) throws { try Connection(url: superuserURL, application: "tests").script(sql) }

    public func health() throws -> RoleHealth { try Database(url: url, application: "tests", connections: 1).roleHealth() }
}
