import Clinical
import Postgres

/// The readings of a batch whose identity is taken.
extension IngestBatch {
    /// What became of the readings whose identity was taken; by submission.
    struct Repeated {
        var duplicates: [Int: Int] = [:]
        var conflicts: [Int: [Int]] = [:]
        var moved: [Int: [Int: Instant]] = [:]

        var isEmpty: Bool { duplicates.isEmpty && conflicts.isEmpty }
    }

    /// Leaves out what was stored and then corrected or deleted: it counts as a repetition. Asks nothing where all rows are newer than their patient's
    /// tombstones, as what is live is.
    func leaveOutBuried(_ rows: inout IngestRows, _ repeated: inout Repeated, on connection: Connection) throws {
        let suspects = rows.all.filter(\.mayBeBuried)
        if suspects.isEmpty { return }
        let answers = try connection.query(
            """
            SELECT t.patient_id, t.vital, t.measured_at, t.device_id, t.value
            FROM unnest($1::integer[], $2::smallint[], $3::timestamptz[], $4::integer[], $5::float8[])
                AS n (patient_id, vital, measured_at, device_id, value)
            JOIN reading_tombstones t USING (patient_id, vital, measured_at, device_id, value)
            """, Array(IngestRows(suspects).columns.prefix(5)))
        var buried: [StoredReading.Key: Set<Double>] = [:]
        for row in answers {
            guard let vital = Vital(code: try row[1]) else { continue }
            let key = StoredReading.Key(patient: try row[0], vital: vital, measuredAt: Instant(try row[2]), device: try row[3])
            buried[key, default: []].insert(try row[4])
        }
        rows.removeAll { row in
            guard row.mayBeBuried, buried[row.key]?.contains(row.reading.value) == true else { return false }
            repeated.duplicates[row.submission, default: 0] += 1
            return true
        }
    }

    /// So often one without a time is moved before it is given up: so many reports would have to arrive in as many milliseconds.
    private static let mostMoves = 50

    /// Tells the repetitions of what is stored from other values under the same identity, and finds a free instant for those of the latter that
    /// came without a time. Returns what it inserted.
    func settle(_ rows: [IngestRows.Row], _ repeated: inout Repeated, on connection: Connection) throws -> [IngestRows.Row] {
        if rows.isEmpty { return [] }
        let values = try values(of: rows, on: connection)
        var (placed, homeless): ([IngestRows.Row], [IngestRows.Row]) = ([], [])
        for row in rows {
            if values[row.key] == row.reading.value {
                repeated.duplicates[row.submission, default: 0] += 1
            } else if row.isUntimed {
                homeless.append(row)
            } else {
                repeated.conflicts[row.submission, default: []].append(row.position)
            }
        }
        for _ in 0..<Self.mostMoves where !homeless.isEmpty {
            for index in homeless.indices { homeless[index].move(byMilliseconds: 1) }
            // The first of two same reports may have been moved as far.
            if homeless.contains(where: \.isRepetition) {
                let values = try self.values(of: homeless, on: connection)
                for row in homeless where row.isRepetition && values[row.key] == row.reading.value {
                    repeated.duplicates[row.submission, default: 0] += 1
                    repeated.moved[row.submission, default: [:]][row.position] = row.reading.measuredAt
                }
                homeless.removeAll { $0.isRepetition && values[$0.key] == $0.reading.value }
            }
            let split = try IngestRows(homeless).split(
                stored: connection.query(Self.insertion + Self.skippingDuplicates, IngestRows(homeless).columns))
            for row in split.stored { repeated.moved[row.submission, default: [:]][row.position] = row.reading.measuredAt }
            placed += split.stored
            homeless = split.others
        }
        for row in homeless { repeated.conflicts[row.submission, default: []].append(row.position) }
        return placed
    }

    /// What is stored under the rows' identities.
    private func values(of rows: [IngestRows.Row], on connection: Connection) throws -> [StoredReading.Key: Double] {
        let answers = try connection.query(
            """
            SELECT r.patient_id, r.vital, r.measured_at, r.device_id, r.value
            FROM unnest($1::integer[], $2::smallint[], $3::timestamptz[], $4::integer[]) AS n (patient_id, vital, measured_at, device_id)
            JOIN readings r USING (patient_id, vital, measured_at, device_id)
            """, Array(IngestRows(rows).columns.prefix(4)))
        var values: [StoredReading.Key: Double] = [:]
        for row in answers {
            guard let vital = Vital(code: try row[1]) else { continue }
            values[StoredReading.Key(patient: try row[0], vital: vital, measuredAt: Instant(try row[2]), device: try row[3])] = try row[4]
        }
        return values
    }
}
