import Clinical
import Foundation
import Postgres

/// The audit of readings that a person enters or sends for a device: one entry for each submission and patient. What devices report
/// themselves is not in it.
struct IngestAudit {
    private struct Group: Hashable, Comparable {
        let submission: Int
        let patient: PatientID

        static func < (a: Group, b: Group) -> Bool { (a.submission, a.patient) < (b.submission, b.patient) }
    }
    private struct Entry {
        let author: Author
        let patient: PatientID
        let subject: String?
        let after: String
    }
    private let entries: [Entry]

    /// - Parameter rows: those that are stored.
    init(_ rows: [IngestRows.Row], of submissions: [Submission]) throws {
        let people = submissions.map(\.origin.person)
        guard people.contains(where: { $0 != nil }) else {
            entries = []
            return
        }
        let groups = Dictionary(grouping: rows.filter { people[$0.submission] != nil }) {
            Group(submission: $0.submission, patient: $0.patient)
        }
        entries = try groups.sorted { $0.key < $1.key }.compactMap { group, rows in
            guard let author = people[group.submission]?.author else { return nil }
            let device = submissions[group.submission].origin.device
            let subject = rows.count == 1 ? "reading \(rows[0].key.id)" : device.map { "device \($0)" }
            return Entry(author: author, patient: group.patient, subject: subject, after: try Self.values(rows.map(\.reading)))
        }
    }

    /// The values by vital: of one instant, which is nearly always so, beside it; else each vital's by their instants.
    private static func values(_ readings: [Reading]) throws -> String {
        var object: [String: JSON]
        if let first = readings.first, readings.allSatisfy({ $0.measuredAt == first.measuredAt }) {
            object = ["measured_at": .string(first.measuredAt.rfc3339)]
            for reading in readings { object[reading.vital.rawValue] = value(reading) }
        } else {
            object = Dictionary(grouping: readings, by: \.vital.rawValue).mapValues { readings in
                .object(Dictionary(readings.map { ($0.measuredAt.rfc3339, value($0)) }) { $1 })
            }
        }
        return String(decoding: try JSONEncoder().encode(object), as: UTF8.self)
    }

    private static func value(_ reading: Reading) -> JSON {
        reading.vital.letter(of: reading.value).map(JSON.string) ?? .number(reading.value)
    }

    func write(_ pipeline: inout Pipeline) {
        if entries.isEmpty { return }
        pipeline.query(
            """
            INSERT INTO audit (action, user_id, username, address, session, patient_id, subject, after)
            SELECT 'reading.created', user_id, username, address, session, patient_id, subject, after::jsonb
            FROM unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::text[])
                AS e (user_id, username, address, session, patient_id, subject, after)
            """,
            [
                entries.map { $0.author.user.map(Int32.init) }, entries.map(\.author.name), entries.map(\.author.address),
                entries.map(\.author.session), entries.map { Int32($0.patient) }, entries.map(\.subject), entries.map(\.after),
            ])
    }
}
