import Clinical
import Store

struct PatientTable: ImportTable {
    static let columns = PatientBody.members(isPatch: true).map(\.name)
    static let key = "identifiant"
    let rows: [ImportRow]
}

/// Admits who is new, admits again who has left, changes who is there.
struct PatientRows: ImportedRows {
    let rows: [ImportRow]
    let key = PatientTable.key
    private let importing: ListImport
    /// By name.
    private let wards: [String: WardID]

    init(rows: [ImportRow], importing: ListImport) throws {
        (self.rows, self.importing) = (rows, importing)
        let wards = try everyPage(\Ward.id) { try importing.database.wards(importing.scope, $0) }
        // Names are unique.
        self.wards = Dictionary(uniqueKeysWithValues: wards.map { ($0.name, $0.id) })
    }

    func store(_ row: ImportRow) throws -> ImportOutcome {
        let (database, scope) = (importing.database, importing.scope)
        var faults: [String: [Problem.Message]] = [:]
        let row = withWard(row, &faults)
        let body = BodyFields.read(row, as: PatientBody.self, &faults)
        let known = faults[key] == nil ? try database.patient(.hospitalNumber(body.fields().hospitalNumber), scope) : nil
        let present = known.flatMap { $0.dischargedAt == nil ? $0 : nil }
        if present == nil {
            for name in NumberedPatientBody.needed where row.members[name] == nil && faults[name] == nil { faults[name] = [.text(.required)] }
        }
        guard faults.isEmpty else { return .refused(faults) }
        if let present {
            guard let after = try database.updatePatient(.id(present.id), scope, body.change) else { throw Problem.notFound }
            return .stored(after == present ? .unchanged : .changed, id: present.id)
        }
        let (patient, isReadmitted) = try database.admitPatient(body.fields(), scope)
        return .stored(isReadmitted ? .readmitted : .added, id: patient.id)
    }

    func makeWay(_ row: ImportRow) throws {
        guard let number = row.members[key]?.lenientText,
            let known = try importing.database.patient(.hospitalNumber(number), importing.scope), known.dischargedAt == nil
        else { return }
        var change = Change<PatientFields>()
        change.set(\.bed, to: "")
        _ = try importing.database.updatePatient(.id(known.id), importing.scope, change)
    }

    /// The ward may be written as its number or its name.
    private func withWard(_ row: ImportRow, _ faults: inout [String: [Problem.Message]]) -> ImportRow {
        guard let cell = row.members["service"]?.lenientText, Int(cell) == nil else { return row }
        var row = row
        row.members["service"] = wards[cell].map { .integer($0) }
        if wards[cell] == nil { faults["service"] = [.own { [wards] in Texts.unknownWard(wards.keys.sorted(), in: $0) }] }
        return row
    }
}
