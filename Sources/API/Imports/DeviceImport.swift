import Clinical
import Store

struct DeviceTable: ImportTable {
    static let columns = DeviceBody.members(isPatch: true).map(\.name)
    static let key = "nom"
    let rows: [ImportRow]
}

/// Adds devices, and changes those whose name is known. Keys are made afterwards: a file has none.
struct DeviceRows: ImportedRows {
    let rows: [ImportRow]
    let key = DeviceTable.key
    private let importing: ListImport
    /// Those in use, by name.
    private let known: [String: [Device]]

    init(rows: [ImportRow], importing: ListImport) throws {
        (self.rows, self.importing) = (rows, importing)
        known = Dictionary(grouping: try everyPage(\Device.id) { try importing.database.devices(importing.scope, DeviceFilter(), $0) }, by: \.name)
    }

    func store(_ row: ImportRow) throws -> ImportOutcome {
        let (database, scope) = (importing.database, importing.scope)
        var faults: [String: [Problem.Message]] = [:]
        let row = try withPatient(row, &faults)
        let body = BodyFields.read(row, as: DeviceBody.self, &faults)
        let same = known[row.members[key]?.lenientText ?? ""] ?? []
        if same.count > 1 { faults[key] = [.text(.severalDevices)] }
        if same.isEmpty, row.members["type_dispositif"] == nil { faults["type_dispositif"] = [.text(.required)] }
        guard faults.isEmpty else { return .refused(faults) }
        if let before = same.first {
            guard let after = try database.updateDevice(before.id, others: body.others, scope, body.change) else { throw Problem.notFound }
            return .stored(after == before ? .unchanged : .changed, id: before.id)
        }
        let fields = body.change.applied(to: DeviceFields(name: "", kind: ""))
        guard let added = try database.addDevice(fields, others: body.others, scope) else { throw Problem.notFound }
        return .stored(.added, id: added.id)
    }

    func makeWay(_ row: ImportRow) {}

    /// The patient may be written as everywhere: the id, or the hospital number.
    private func withPatient(_ row: ImportRow, _ faults: inout [String: [Problem.Message]]) throws -> ImportRow {
        guard let cell = row.members["patient"]?.lenientText else { return row }
        let patient = try importing.database.patient(PatientKey(cell), importing.scope)
        var row = row
        row.members["patient"] = patient.flatMap { $0.dischargedAt == nil ? .integer($0.id) : nil }
        if row.members["patient"] == nil { faults["patient"] = [.text(.unknown)] }
        return row
    }
}
