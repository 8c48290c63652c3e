import Postgres

/// A table of the replaced system, and how its columns are called there.
struct SourceTable {
    var schema: String
    var name: String
    /// By the name that the staging table has for it; those that are missing there are left out.
    var columns: [String: String]

    var shown: String { "\(schema).\(name)" }
    var quoted: String { "\(Self.quoted(schema)).\(Self.quoted(name))" }

    static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
}

/// Which table is which. Django calls them after the application and the model, which differ between installations: they are recognised by their columns.
struct SourceTables {
    private struct Known {
        var schema: String
        var name: String
        var types: [String: String]
    }

    private let known: [Known]
    let database: String

    init(_ connection: Connection) throws {
        database = try connection.query("SELECT current_database()::text")[0][0]
        known = try connection.query(
            """
            SELECT table_schema::text, table_name::text, array_agg(column_name::text), array_agg(data_type::text)
            FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema') GROUP BY 1, 2 ORDER BY 1, 2
            """
        ).map { row in
            let (names, types): ([String], [String]) = try (row[2], row[3])
            return Known(schema: try row[0], name: try row[1], types: Dictionary(uniqueKeysWithValues: zip(names, types)))
        }
    }

    /// - Throws: `ImportFault`.
    func table(of noun: ImportNoun, _ options: ImportOptions) throws -> SourceTable {
        let renamed = options.columns[noun] ?? [:]
        func name(of column: ImportColumn) -> String { renamed[column.name] ?? column.name }
        func fits(_ table: Known, _ column: ImportColumn) -> Bool {
            guard let type = table.types[name(of: column)] else { return !column.isNeeded && renamed[column.name] == nil }
            return column.sourceTypes?.contains(type) ?? true
        }
        let found = known.filter { table in
            if let asked = options.tables[noun], asked != table.name, asked != "\(table.schema).\(table.name)" { return false }
            return noun.columns.allSatisfy { fits(table, $0) }
        }
        guard let table = found.first else {
            throw ImportFault.tableMissing(noun, columns: noun.columns.filter { $0.isNeeded || renamed[$0.name] != nil }.map(name))
        }
        guard found.count == 1 else { throw ImportFault.tablesAmbiguous(noun, found.map { "\($0.schema).\($0.name)" }) }
        let columns = noun.columns.map { ($0.name, name(of: $0)) }.filter { table.types[$0.1] != nil }
        return SourceTable(schema: table.schema, name: table.name, columns: Dictionary(uniqueKeysWithValues: columns))
    }

    /// The names of an account's groups as an expression of SQL over `s`, the table of users; nil: there are no groups.
    func groups(of users: SourceTable) -> String? {
        // Django's many-to-many table: its own id, the account and the group.
        guard let members = known.first(where: { $0.schema == users.schema && $0.name == users.name + "_groups" }), members.types["group_id"] != nil,
            let account = members.types.keys.first(where: { $0.hasSuffix("_id") && $0 != "group_id" }),
            let groups = known.first(where: { $0.schema == users.schema && $0.name == "auth_group" }), groups.types["name"] != nil
        else { return nil }
        func quoted(_ table: Known) -> String { "\(SourceTable.quoted(table.schema)).\(SourceTable.quoted(table.name))" }
        return """
            ARRAY(SELECT g.name::text FROM \(quoted(members)) m JOIN \(quoted(groups)) g ON g.id = m.group_id
                WHERE m.\(SourceTable.quoted(account)) = s.id ORDER BY 1)
            """
    }
}
