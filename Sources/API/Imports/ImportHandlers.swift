import Store

extension Service {
    func importPatients(_ call: Call, _ table: PatientTable) throws -> Response {
        try imported(call) { importing in try PatientRows(rows: table.rows, importing: importing) }
    }

    func importDevices(_ call: Call, _ table: DeviceTable) throws -> Response {
        try imported(call) { importing in try DeviceRows(rows: table.rows, importing: importing) }
    }

    /// A trial is 200 whatever it finds: its rows say what would be refused.
    private func imported(_ call: Call, _ read: (ListImport) throws -> some ImportedRows) throws -> Response {
        let isTrial = try call.query.flag("essai")
        let importing = ListImport(database: database, scope: try call.scope(), logger: log(for: call.request))
        let report = try shares.imports.with(call.scope().user) {
            try importing.run(read(importing), isTrial: isTrial, call.request.language)
        }
        guard isTrial || report.count(.refused) == 0 else { throw Problem(refused: report) }
        return try .json(report)
    }
}

extension Problem {
    /// More than these are not listed: a trial lists them all.
    private static let listedLines = 100

    /// Of a file of which nothing was stored: every line that must be mended, and why.
    fileprivate init(refused report: ListReport) {
        let messages = report.lines.filter { $0.effect == .refused }.prefix(Self.listedLines).flatMap { line in
            line.errors.sorted { $0.key < $1.key }.flatMap { column, texts in
                texts.map { text in Message.own { Texts.refusedLine(line.number, column == Problem.wholeBody ? nil : column, text, in: $0) } }
            }
        }
        self.init(status: 400, code: .invalid, fields: ["lignes": Array(messages)])
    }
}
