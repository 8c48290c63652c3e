import Clinical
import Foundation
import Metrics
import Postgres

/// What the ingest of this process has done, counted once a batch.
public struct IngestMetrics: Sendable {
    let errors = ErrorCounts()
    private let reports = Counter()
    private let readings = Counter()
    private let secondAttempts = Counter()
    private let batches = Histogram(bounds: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 4000])
    private let delay = Histogram.seconds()
    private let raised = SeverityCounters()
    private let ended = SeverityCounters()

    /// After the commit: until then there is no alert.
    func count(_ stored: IngestBatch.Stored) {
        reports.add(stored.reports)
        readings.add(stored.readings)
        batches.observe(Double(stored.reports))
        if stored.isSecondAttempt { secondAttempts.add() }
        guard !stored.alerts.raised.isEmpty || !stored.alerts.ended.isEmpty else { return }
        let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        for (severity, measuredAt) in stored.alerts.raised {
            raised[severity].add()
            delay.observe(now.seconds(since: measuredAt))
        }
        for severity in stored.alerts.ended { ended[severity].add() }
    }

    fileprivate var metrics: [Metric] {
        [
            .counter("fajma_reports_stored_total", "Reports and manual entries that were stored.", reports),
            .counter("fajma_readings_stored_total", "Readings that were stored; what is sent again is not.", readings),
            .histogram("fajma_ingest_batch_reports", "How many reports share one transaction.", batches),
            .counter(
                "fajma_ingest_second_attempts_total", "Transactions that were done again, because a reading was stored already.", secondAttempts),
            .histogram(
                "fajma_alarm_delay_seconds", "From the measurement that raised an alert to the commit that stored it.", delay),
            .counters("fajma_alerts_raised_total", "Alerts that readings raised.", raised.labelled),
            .counters("fajma_alerts_ended_total", "Alerts whose condition readings ended.", ended.labelled),
        ]
    }
}

extension Ingest {
    /// - Parameter database: whose errors are told beside the ingest's own.
    public func metrics(_ database: Database) -> [Metric] {
        measures.metrics + [
            .gauge("fajma_ingest_queue_reports", "Reports that wait for the next transaction.") { [self] in queueLength },
            .counters(
                "fajma_database_errors_total", "Statements that the database failed; not those that a constraint refused.",
                database.errors.labelled("pool") + measures.errors.labelled("ingest")),
        ]
    }
}

/// One counter a priority.
private struct SeverityCounters: Sendable {
    private let error = Counter()
    private let warning = Counter()
    private let info = Counter()

    subscript(severity: Severity) -> Counter {
        switch severity {
        case .error: error
        case .warning: warning
        case .info: info
        }
    }

    var labelled: [(labels: [Sample.Label], counter: Counter)] {
        Severity.allCases.map { ([("severity", $0.rawValue)], self[$0]) }
    }
}
