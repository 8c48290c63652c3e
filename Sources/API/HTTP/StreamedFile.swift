import Access
import Clinical
import FoundationEssentials
import Glibc
import Postgres
import Store

/// Files of comma-separated values that are sent while they are read: whatever their length, no more than a page of them is held.
extension Service {
    /// Rows that are read and sent at once.
    static let filePage = 5_000

    /// - Parameters:
    ///   - name: of the file, and of what it holds in the audit
    ///   - page: up to `filePage` rows after a cursor, newest first, and the cursor of the last one
    /// - Returns: 200 as soon as the first page was read: what is wrong by then is an error as of any route.
    func file<Cursor: Sendable>(
        _ name: String, _ call: Call, of patient: PatientID?, heading: String,
        page: @escaping @Sendable (Cursor?) throws -> (text: String, rows: Int, last: Cursor?)
    ) throws -> Response {
        let place = try shares.files.place(for: call.scope().user)
        // Recorded before anything is read: nothing leaves unrecorded.
        try database.record(.exported(name, of: patient, call.query.all), by: call.scope().author)
        let first = try page(nil)
        let logger = log(for: call.request)
        return Response(
            status: 200,
            headers: [
                ("Content-Type", "text/csv; charset=utf-8"), ("Content-Disposition", "attachment; filename=\"fajma-\(name).csv\""),
            ]
        ) { send in
            try withExtendedLifetime(place) {
                try send(Array((heading + "\r\n").utf8))
                var now = first
                while true {
                    try send(Array(now.text.utf8))
                    guard now.rows == Self.filePage, let last = now.last else { return }
                    do { now = try Self.again { try page(last) } } catch {
                        logger.error("a file is broken off", metadata: ["file": "\(name)", "why": "\(error)"])
                        throw error
                    }
                }
            }
        }
    }
}

extension Service {
    /// Microseconds between the attempts: a database that restarts is back by then.
    private static let pauses: [UInt32] = [200_000, 1_000_000, 3_000_000, 6_000_000]

    /// The same once more, where a connection was lost: each page stands for itself.
    private static func again<T>(_ read: () throws -> T) throws -> T {
        for pause in pauses {
            do { return try read() } catch let error as PostgresError where error.isAway || error.isTransient { usleep(pause) }
        }
        return try read()
    }
}

extension Call {
    /// By `format`, else by `Accept`.
    func wantsFile() throws -> Bool {
        if let format = query["format"] { return format == "csv" }
        return request.header("Accept")?.lowercased().hasPrefix("text/csv") ?? false
    }
}

extension StoredReading {
    static let csvHeading = "id,patient,dispositif,type_donnee,valeur,unite,timestamp"
    /// Numbers, names of our own and instants: nothing that a spreadsheet would calculate.
    var csvLine: String {
        let device = key.device == 0 ? "" : String(key.device)
        let shown = key.vital.letter(of: value) ?? (Int64(exactly: value).map { String($0) } ?? String(value))
        return "\(key.id),\(key.patient),\(device),\(key.vital.rawValue),\(shown),\(key.vital.unit),\(key.measuredAt.rfc3339)\r\n"
    }
}

extension Alert {
    static let csvHeading = """
        id,patient,service,dispositif,type_alerte,niveau_gravite,message,type_donnee,cote,valeur,seuil,timestamp,levee_le,levee_par,acquittee_le,\
        acquittee_par,terminee_le
        """
    private static func number(_ value: Double) -> String { Int64(exactly: value).map { String($0) } ?? String(value) }

    var csvLine: String {
        CSV.line([
            String(id), patient.map { String($0) }, ward.map { String($0) }, device.map { String($0) }, kind, severity.rawValue, message, vital,
            side?.rawValue, value.map(Self.number), limit.map(Self.number), measuredAt.rfc3339, raisedAt?.rfc3339, raisedBy,
            acknowledgedAt?.rfc3339, acknowledgedBy, endedAt?.rfc3339,
        ])
    }
}
