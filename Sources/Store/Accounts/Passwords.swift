import Clinical
import Postgres

extension Database {
    /// Sets a password in another's place and ends every session of the account. False where there is no such account.
    ///
    /// - Parameters:
    ///   - passwordHash: from `Password.hash`.
    ///   - isProvisional: the next login must change it; not a wall display's, where nobody would.
    public func setPassword(_ user: UserID, passwordHash: String, isProvisional: Bool = false, by author: Author) throws -> Bool {
        try change(by: author) { connection in
            // Takes the lock that a rotation holds (`lockSessions`), so that the next statement sees its new token.
            let changed = try connection.query(
                """
                UPDATE users SET password_hash = $2, password_changed_at = now(), must_change_password = $3 AND role <> 'ecran'
                WHERE id = $1
                """, [user, passwordHash, isProvisional])
            guard changed.affectedRows == 1 else { return false }
            try endSessions(of: user, on: connection)
            return true
        }
    }

    /// A person's own new password; ends every session but the one it is said in. False where the old one was changed meanwhile.
    public func changePassword(from oldHash: String, to newHash: String, _ scope: Scope) throws -> Bool {
        try change(by: scope.author) { connection in
            let changed = try connection.query(
                """
                UPDATE users SET password_hash = $3, password_changed_at = now(), must_change_password = false
                WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL
                """, [scope.user, oldHash, newHash])
            guard changed.affectedRows == 1 else { return false }
            try endSessions(of: scope.user, except: scope.session, on: connection)
            return true
        }
    }

    /// The same password, hashed in another way; its sessions go on. False where it was changed meanwhile.
    public func rehashPassword(of user: UserID, from oldHash: String, to newHash: String, by author: Author) throws -> Bool {
        try change(by: author) {
            try $0.query(
                "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL", [user, oldHash, newHash]
            ).affectedRows == 1
        }
    }
}
