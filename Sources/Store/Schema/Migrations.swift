import Access

/// What the schema is made of, found by folder (`SQL/migrations`, `SQL/routines`). Migrations are frozen once committed and applied once, in
/// order; routines are replaced whenever their text changed, last.
enum Migrations {
    struct Script {
        let name: String
        let sql: String

        /// SHA-256 of the text.
        var digest: [UInt8] { sha256(Array(sql.utf8)) }
        /// In 64 hexadecimal digits, as `sha256sum` prints it.
        var hexDigest: String { digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined() }
    }

    /// By version, which is a migration's place here, counted from 1: `m0004_alarm_care.sql` is version 4, "alarm care".
    static let migrations = EmbeddedText.migrations.map { file in
        Script(name: file.name.split(separator: "_").dropFirst().joined(separator: " "), sql: file.text)
    }

    /// In the order of their files' numbers: a function that others call stands before them.
    static let routines = EmbeddedText.routines.map { Script(name: String($0.name.drop { $0 != "_" }.dropFirst()), sql: $0.text) }
}
