import Clinical
import Foundation
import Store

extension Service {
    /// Entries in one CSV file; who wants more asks for the next, or uses `fajma audit export`.
    private static let fileLimit = 10_000

    func listAudit(_ call: Call) throws -> Response {
        let query = call.query
        let user = query["utilisateur"]
        let filter = AuditFilter(
            user: user.flatMap { UserID($0) }, username: user.flatMap { UserID($0) == nil ? $0 : nil },
            patient: try query["patient_id"].map { .id(try knownPatient($0, call).id) }, action: query["action"], from: try query.instant("debut"),
            to: try query.instant("fin"))
        switch query["format"] {
        case nil, "json":
            let page = try query.page { Int($0) }
            return try call.list(database.audit(call.scope(), filter, page), page) { String($0.id) }
        case "csv": return try auditFile(filter, call)
        default: throw Problem.invalid("format", .unknown)
        }
    }

    /// Recorded before anything is read: nothing leaves unrecorded.
    private func auditFile(_ filter: AuditFilter, _ call: Call) throws -> Response {
        let page = Page(limit: Self.fileLimit + 1, after: try call.query.value("curseur") { Int($0) })
        try database.record(.exported(format: "csv", call.query.all), by: call.scope().author)
        let entries = try database.audit(call.scope(), filter, page)
        let shown = entries.prefix(Self.fileLimit)
        var headers = [("Content-Type", "text/csv; charset=utf-8"), ("Content-Disposition", "attachment; filename=\"fajma-audit.csv\"")]
        if entries.count > shown.count, let last = shown.last { headers.append(call.nextLink(String(last.id))) }
        let text = shown.reduce(into: AuditEntry.csvHeading) { $0 += $1.csvLine }
        return Response(status: 200, headers: headers, body: Array(text.utf8))
    }
}
