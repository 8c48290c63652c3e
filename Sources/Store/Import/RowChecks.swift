import Access
import Clinical
import Postgres

/// What the rules for texts, names and numbers say of staged rows: the same rules that hold for what people enter here. Rows are read a page at a time.
struct RowChecks {
    let connection: Connection
    let options: ImportOptions
    let today: String

    private static let pageRows = 2_000

    /// Asks `check` about each row of a staging table that is to be taken, with its texts, and stores what it says: the texts as they are shown, or why
    /// the row is refused.
    private func judge(_ noun: ImportNoun, _ columns: [String], _ check: ([String?]) throws -> [String?]) throws {
        let values = columns.indices.map { "$\($0 + 2)::text[]" }.joined(separator: ", ")
        let texts = columns.indices.map { "t\($0)" }
        let store = """
            UPDATE \(noun.staging) s SET \(zip(columns, texts).map { "\($0) = r.\($1)" }.joined(separator: ", "))
            FROM unnest($1::bigint[], \(values)) AS r (id, \(texts.joined(separator: ", "))) WHERE s.id = r.id
            """
        var last = Int.min
        while true {
            let rows = try connection.query(
                "SELECT id, \(columns.joined(separator: ", ")) FROM \(noun.staging) WHERE id > $1 AND verdict = 'take' ORDER BY id LIMIT $2",
                [last, Self.pageRows])
            guard let end = rows.last else { return }
            last = try end[0]
            var refused: [(id: Int, refusal: ImportRefusal)] = []
            var changed: [(id: Int, texts: [String?])] = []
            for row in rows {
                let id: Int = try row[0]
                let before: [String?] = try columns.indices.map { try row[$0 + 1] }
                do {
                    let after = try check(before)
                    if after != before { changed.append((id, after)) }
                } catch let refusal as ImportRefusal {
                    refused.append((id, refusal))
                }
            }
            if !changed.isEmpty {
                let values: [any PostgresEncodable] = columns.indices.map { column in changed.map { $0.texts[column] } }
                try connection.query(store, [changed.map(\.id)] + values)
            }
            if !refused.isEmpty {
                try connection.query(
                    "UPDATE \(noun.staging) s SET verdict = r.verdict FROM unnest($1::bigint[], $2::text[]) AS r (id, verdict) WHERE s.id = r.id",
                    [refused.map(\.id), refused.map(\.refusal.rawValue)])
            }
        }
    }

    func users() throws {
        try judge(.users, ["username"]) { texts in
            guard let name = texts[0], (1...150).contains(name.unicodeScalars.count), name.isPrintable else { throw ImportRefusal.usernameNotAllowed }
            return texts
        }
        var last = Int.min
        while true {
            let rows = try connection.query(
                "SELECT id, password, is_superuser, groups FROM import_users WHERE id > $1 ORDER BY id LIMIT $2", [last, Self.pageRows])
            guard let end = rows.last else { return }
            last = try end[0]
            let accounts = try rows.map { row in
                let (password, isSuperuser, groups): (String?, Bool?, [String]) = try (row[1], row[2], row[3])
                return (id: try row[0] as Int, role: role(isSuperuser: isSuperuser ?? false, groups), hash: Self.stored(password ?? ""))
            }
            try connection.query(
                """
                UPDATE import_users s SET role = coalesce(a.role, $4), password_hash = coalesce(a.hash, '\(Self.noPassword)'),
                    notes = array_remove(ARRAY[CASE WHEN a.hash IS NULL THEN '\(ImportNote.passwordNotTaken.rawValue)' END,
                        CASE WHEN a.role IS NULL THEN '\(ImportNote.defaultRole.rawValue)' END,
                        CASE WHEN NOT s.is_active THEN '\(ImportNote.inactive.rawValue)' END], NULL)
                FROM unnest($1::bigint[], $2::text[], $3::text[]) AS a (id, role, hash) WHERE s.id = a.id
                """, [accounts.map(\.id), accounts.map { $0.role?.rawValue }, accounts.map(\.hash), options.defaultRole.rawValue])
        }
    }

    /// Stored of an account without a password: no password fits.
    private static let noPassword = "none"

    private static func stored(_ password: String) -> String? { DjangoPassword(password).map { _ in password } }

    private func role(isSuperuser: Bool, _ groups: [String]) -> Role? {
        if isSuperuser { return .admin }
        let roles = groups.compactMap { options.roles[$0] }
        return Role.allCases.first { roles.contains($0) }
    }

    func patients() throws {
        try judge(.patients, ["identifiant", "nom", "prenom", "date_naissance", "sexe"]) { texts in
            guard let number = texts[0] else { throw ImportRefusal.hospitalNumberNotAllowed }
            guard let last = texts[1] else { throw ImportRefusal.nameNotAllowed }
            let sex = options.sexes[texts[4] ?? ""] ?? texts[4] ?? ""
            let fields = PatientFields(
                hospitalNumber: number, lastName: last, firstName: texts[2] ?? "", birthDate: texts[3], sex: sex.isEmpty ? nil : sex,
                ward: options.ward, bed: nil)
            do {
                let shown = try fields.shown(today: today)
                return [shown.hospitalNumber, shown.lastName, shown.firstName, shown.birthDate, shown.sex]
            } catch StoreError.impossibleBirthDate {
                throw ImportRefusal.birthDateImpossible
            } catch let error as PostgresError where error.sqlState == "22007" {
                throw ImportRefusal.birthDateImpossible
            } catch let error as PostgresError where error.constraint == "patients_hospital_number_known" {
                throw ImportRefusal.hospitalNumberNotAllowed
            } catch let error as PostgresError where error.constraint == "patients_sex_known" {
                throw ImportRefusal.sexUnknown
            } catch {
                throw ImportRefusal.nameNotAllowed
            }
        }
    }

    func devices() throws {
        try judge(.devices, ["nom", "type_dispositif", "statut"]) { texts in
            guard let name = texts[0] else { throw ImportRefusal.nameNotAllowed }
            guard let kind = texts[1] else { throw ImportRefusal.kindNotAllowed }
            let fields: DeviceFields
            do {
                fields = try DeviceFields(name: name, kind: kind, status: texts[2]).shown()
            } catch let faults as ShownText.Faults {
                if faults.fields["nom"] != nil { throw ImportRefusal.nameNotAllowed }
                throw faults.fields["type_dispositif"] != nil ? ImportRefusal.kindNotAllowed : .statusNotAllowed
            }
            guard fields.name.unicodeScalars.count <= 100 else { throw ImportRefusal.nameNotAllowed }
            guard fields.kind.unicodeScalars.count <= 50 else { throw ImportRefusal.kindNotAllowed }
            guard (fields.status ?? "").unicodeScalars.count <= 32 else { throw ImportRefusal.statusNotAllowed }
            return [fields.name, fields.kind, fields.status]
        }
    }

    func alerts() throws {
        try judge(.alerts, ["type_alerte", "message", "niveau_gravite"]) { texts in
            guard let kind = try? ShownText.checked(texts[0] ?? "", field: "type_alerte"), kind.unicodeScalars.count <= 64,
                kind != SystemAlertKind.score
            else { throw ImportRefusal.kindNotAllowed }
            guard let message = try? ShownText.checked(Database.onOneLine(texts[1] ?? ""), field: "message"),
                message.unicodeScalars.count <= PersonsAlert.maximumMessage
            else { throw ImportRefusal.messageNotAllowed }
            guard let severity = texts[2].flatMap({ Severity(rawValue: $0.lowercased()) }) else { throw ImportRefusal.severityUnknown }
            return [kind, message, severity.rawValue]
        }
    }

    /// Which vitals, spellings and units the readings may have.
    func vitals() throws {
        // What a device measures: a letter is a person's.
        let own = Vital.allCases.filter { $0.properties.letters == nil }.map { ($0.rawValue, $0) }
        let names = Dictionary(own, uniquingKeysWith: { $1 }).merging(options.vitals.filter { $0.value.properties.letters == nil }) { $1 }
        let vitals = names.sorted { $0.key < $1.key }
        try connection.query(
            "INSERT INTO import_vitals SELECT * FROM unnest($1::text[], $2::smallint[], $3::float8[], $4::float8[])",
            [
                vitals.map(\.key), vitals.map(\.value.code), vitals.map(\.value.properties.plausible.lowerBound),
                vitals.map(\.value.properties.plausible.upperBound),
            ])
        let units = try connection.query(
            "SELECT DISTINCT type_donnee, unite FROM import_readings WHERE unite IS NOT NULL AND type_donnee IN (SELECT name FROM import_vitals) LIMIT 10000"
        )
        .map { row in (name: try row[0] as String, unit: try row[1] as String) }
        .filter { names[$0.name]?.isUnit($0.unit) ?? false }
        try connection.query("INSERT INTO import_units SELECT * FROM unnest($1::text[], $2::text[])", [units.map(\.name), units.map(\.unit)])
    }
}
