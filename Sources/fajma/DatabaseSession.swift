import Access
import Clinical
import Foundation
import Settings
import Store

extension Database {
    /// The database that DATABASE_URL names, its schema checked.
    static func opened() throws -> Database {
        var database = Database(url: try Settings().databaseURL(), application: "fajma", connections: 1)
        let timeZone = try Settings().timeZone()
        database.today = Database.today(in: timeZone)
        try database.checkSchema()
        return database
    }
}

extension Scope {
    /// Whoever may read DATABASE_URL can change every row anyway, so the command line sees all of it. 0 is no account's number:
    /// the audit names the account of the operating system.
    static let administrator = Scope(user: 0, username: "fajma:\(NSUserName())", role: .admin, language: "fr", wards: [])
}
