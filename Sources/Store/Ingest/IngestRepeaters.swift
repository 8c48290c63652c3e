import Clinical

/// Who has sent readings lately that were stored already. A batch with one of theirs is written so that duplicates are found and not refused; without
/// this memory each such batch would fail, be rolled back with everybody's reports, and be done again.
///
/// Used on the ingest's thread only. A process that starts knows nobody: the first duplicate of each source fails a batch.
final class IngestRepeaters {
    /// A device, or a patient for whom people enter values.
    private enum Source: Hashable {
        case device(DeviceID)
        case byHand(PatientID)

        init(_ row: IngestRows.Row) { self = row.device == 0 ? .byHand(row.patient) : .device(row.device) }
    }

    /// After an outage a device repeats once; who does so on purpose is noticed again.
    static let rememberedSeconds = 300.0
    /// Sources that are remembered; over it all are forgotten.
    static let limit = 10_000

    private var repeatedAt: [Source: Instant] = [:]
    /// Of the batch before: until when its readings without a time are taken to have been measured. A report that follows within the same
    /// millisecond meets them.
    private var untimedUntil: [Source: Instant] = [:]

    /// - Parameter rows: in the order of the primary key.
    func expectDuplicates(in rows: [IngestRows.Row]) -> Bool {
        var previous: StoredReading.Key?
        for row in rows {
            let key = row.key
            if row.isRepetition || key == previous { return true }
            previous = key
            if repeatedAt.isEmpty && (untimedUntil.isEmpty || !row.isUntimed) { continue }
            let source = Source(row)
            if let at = repeatedAt[source] {
                if row.receivedAt.seconds(since: at) <= Self.rememberedSeconds { return true }
                repeatedAt[source] = nil
            }
            if row.isUntimed, let until = untimedUntil[source], row.reading.measuredAt <= until { return true }
        }
        return false
    }

    /// - Parameters:
    ///   - rows: what was to be stored.
    ///   - repeated: what was stored before, or met another reading.
    func learn(_ rows: [IngestRows.Row], _ repeated: IngestBatch.Repeated) {
        untimedUntil.removeAll(keepingCapacity: true)
        for row in rows where row.isUntimed {
            let at = repeated.moved[row.submission]?[row.position] ?? row.reading.measuredAt
            untimedUntil[Source(row)] = max(at, untimedUntil[Source(row)] ?? at)
        }
        if repeated.isEmpty { return }
        if repeatedAt.count > Self.limit { repeatedAt = [:] }
        // Readings without a time that met others are no repetition: they are moved, and `untimedUntil` sees the next ones.
        for row in rows where repeated.duplicates[row.submission] != nil || repeated.conflicts[row.submission] != nil {
            repeatedAt[Source(row)] = row.receivedAt
        }
    }
}
