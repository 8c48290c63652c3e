import Foundation
import Logging
import Metrics
import Synchronization
import Testing

@testable import Maintenance

/// Keeps the messages that are logged.
private final class RecordedLog: Sendable {
    let messages = Mutex<[String]>([])

    var logger: Logger { Logger(label: "tests") { [self] _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { log.messages.withLock { $0.append("\(event.message)") } }
    }
}

@Suite("What fails for long is logged once")
struct FailureLogTests {
    private struct Failure: Error {}

    @Test("each failure once until it succeeded, whatever else fails") func once() {
        let log = RecordedLog()
        var failures = FailureLog(log.logger)
        failures.failed("a", Failure())
        failures.failed("a", Failure())
        failures.failed("b", Failure())
        failures.succeeded("a")
        failures.failed("a", Failure())
        #expect(log.messages.withLock { $0 } == ["a failed, tried again", "b failed, tried again", "a failed, tried again"])
    }
}

@Suite("Jobs in the background", .timeLimit(.minutes(1)))
struct BackgroundJobTests {
    private struct Job: PeriodicJob {
        let name = "test job"
        let periodSeconds = 0.001
        let body: @Sendable (() -> Bool) throws -> Void

        func run(isStopping: () -> Bool) throws { try body(isStopping) }
    }

    private struct Failure: Error {}

    @Test("a job runs again and again while this daemon leads, also after a failure, and never after the end") func runs() {
        let runs = Counter()
        let third = DispatchSemaphore(value: 0)
        let log = RecordedLog()
        let job = BackgroundJob(
            Job { _ in
                runs.add()
                if runs.value == 3 { third.signal() }
                if runs.value < 3 { throw Failure() }
            }, isLeading: { true }, logger: log.logger)
        third.wait()
        job.stop()
        #expect(runs.value >= 3)
        #expect(log.messages.withLock { $0 } == ["test job failed, tried again"])
    }

    @Test("a daemon that does not lead runs nothing") func follower() {
        let asked = DispatchSemaphore(value: 0)
        let runs = Counter()
        let job = BackgroundJob(
            Job { _ in runs.add() },
            isLeading: {
                asked.signal()
                return false
            }, logger: RecordedLog().logger)
        asked.wait()
        job.stop()
        #expect(runs.value == 0)
    }

    @Test("a run in progress learns that the daemon ends") func interrupted() {
        let begun = DispatchSemaphore(value: 0)
        let job = BackgroundJob(
            Job { isStopping in
                begun.signal()
                while !isStopping() {}
            }, isLeading: { true }, logger: RecordedLog().logger)
        begun.wait()
        job.stop()
    }
}
