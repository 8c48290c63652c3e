import Clinical

/// A recording that a device sends as if it measured it now.
struct ReplaySource {
    private let rows: [ReplayTable.Row]
    private let speed: Double
    private var index = 0
    private var begin: Instant?

    /// Rows without any value are passed over; the time that they take is kept.
    init(_ table: ReplayTable, speed: Double) {
        rows = table.rows.filter { !$0.values.isEmpty }
        self.speed = speed
    }

    /// The report due now and how many seconds later the next one is; nil: there are no more.
    mutating func next(at now: Instant) -> (report: DeviceReport, delaySeconds: Double)? {
        guard index < rows.count else { return nil }
        let begin = self.begin ?? now
        self.begin = begin
        let row = rows[index]
        index += 1
        let delay = index < rows.count ? (rows[index].seconds - row.seconds) / speed : 0
        // In real time the recording's own intervals are kept exactly. Faster, they would lie in the future.
        let measuredAt = speed == 1 ? begin.advanced(bySeconds: row.seconds - rows[0].seconds) : now
        let readings = row.values.map { Reading(vital: $0.vital, value: $0.value, measuredAt: measuredAt) }
        return (DeviceReport(readings: readings, state: nil, lines: readings.map { _ in row.line }), delay)
    }
}
