import Postgres

/// Brings the replaced system's rows into temporary tables beside ours, as they are and as they all were at one moment.
struct Staging {
    let source: Connection
    let target: Connection

    /// - Returns: the groups of accounts that there are.
    func load(_ tables: [ImportNoun: SourceTable], groups: String?) throws {
        try target.script(ImportNoun.allCases.map(Self.definition).joined())
        for noun in ImportNoun.allCases {
            guard let table = tables[noun] else { continue }
            var columns = noun.columns.compactMap { column in
                table.columns[column.name].map { (column.name, "s.\(SourceTable.quoted($0))::\(column.type)") }
            }
            if noun == .users { columns.append(("groups", groups ?? "'{}'::text[]")) }
            let names = columns.map { "\"\($0.0)\"" }.joined(separator: ", ")
            try source.copy(
                "COPY (SELECT \(columns.map(\.1).joined(separator: ", ")) FROM \(table.quoted) s) TO STDOUT", to: target,
                "COPY \(noun.staging) (\(names)) FROM STDIN", statement: "import \(noun.rawValue)")
        }
        try target.script(ImportNoun.allCases.map { "ANALYZE \($0.staging);" }.joined())
    }

    /// Beside the columns of the source: `verdict` (`take`, `there`, or an `ImportRefusal`), the row's number here, and what else is told of it.
    private static func definition(_ noun: ImportNoun) -> String {
        let columns = noun.columns.map { "\"\($0.name)\" \($0.type)\($0.name == "id" && noun != .readings ? " PRIMARY KEY" : "")" }
        let own: [String] =
            switch noun {
            case .users: ["groups text[] NOT NULL DEFAULT '{}'", "role text", "password_hash text"]
            case .patients: ["leaves boolean NOT NULL DEFAULT false"]
            case .devices, .alerts, .readings: []
            }
        if noun == .readings {
            return """
                CREATE TEMP TABLE import_readings (\(columns.joined(separator: ", ")));
                CREATE TEMP TABLE import_judged (
                    id bigint NOT NULL, patient_id bigint, device_id bigint, vital smallint, measured_at timestamptz, value double precision,
                    verdict text NOT NULL, is_old boolean NOT NULL);
                CREATE TEMP TABLE import_vitals (name text PRIMARY KEY, code smallint NOT NULL, least double precision NOT NULL, greatest double precision NOT NULL);
                CREATE TEMP TABLE import_units (name text, unit text, PRIMARY KEY (name, unit));
                """
        }
        let judged = ["verdict text NOT NULL DEFAULT 'take'", "target bigint", "notes text[] NOT NULL DEFAULT '{}'"]
        return "CREATE TEMP TABLE \(noun.staging) (\((columns + own + judged).joined(separator: ", ")));\n"
    }
}
