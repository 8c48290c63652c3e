import Clinical
import FoundationEssentials
import Postgres

/// In whose name something is changed: what the audit keeps of a person, a device or a program.
public struct Author: Sendable, Hashable, Encodable {
    /// Nil: no account.
    public var user: UserID?
    /// The account's name; else what did it.
    public var name: String
    public var session: String?
    /// The network address of the client.
    public var address: String?

    public init(user: UserID? = nil, name: String, session: String? = nil, address: String? = nil) {
        (self.user, self.name, self.session, self.address) = (user, name, session, address)
    }

    public static func device(_ id: DeviceID, address: String?) -> Author { Author(name: "device \(id)", address: address) }

    var json: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }
}

extension Scope {
    public var author: Author { Author(user: user == 0 ? nil : user, name: username, session: session, address: address) }
}

extension Database {
    /// Changes something in somebody's name, in one transaction: triggers write the audit from what is set here.
    func change<T>(by author: Author, _ body: (Connection) throws -> T) throws -> T {
        let json = try author.json
        return try pool.with {
            try $0.transaction { connection in
                try connection.query("SELECT set_config('fajma.actor', $1, true)", [json])
                return try body(connection)
            }
        }
    }
}
