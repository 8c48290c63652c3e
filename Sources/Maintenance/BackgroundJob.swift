import Foundation
import Logging
import Synchronization

/// Runs one job on a thread of its own while this daemon leads: a job that takes long delays neither alarms nor the other jobs.
// Sendable: the thread alone uses the job and the failures until it has ended; `stop` returns after that.
final class BackgroundJob<Job: PeriodicJob>: @unchecked Sendable {
    /// How often a daemon that does not lead asks whether it does now.
    private static var leadSeconds: Double { 1 }

    private(set) var job: Job
    private var failures: FailureLog
    private let isLeading: @Sendable () -> Bool
    private let stopping = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let isStopping = Atomic(false)

    init(_ job: Job, isLeading: @escaping @Sendable () -> Bool, logger: Logger) {
        self.job = job
        self.isLeading = isLeading
        failures = FailureLog(logger)
        let thread = Thread { [self] in
            run()
            ended.signal()
        }
        thread.name = job.name
        thread.start()
    }

    /// Returns when the run in progress has ended. Call once.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        stopping.signal()
        ended.wait()
    }

    private func run() {
        var pause = 0.0
        while stopping.wait(timeout: .now() + pause) == .timedOut {
            pause = Self.leadSeconds
            guard isLeading() else { continue }
            pause = job.periodSeconds
            do {
                try job.run { isStopping.load(ordering: .relaxed) }
                failures.succeeded(job.name)
            } catch {
                failures.failed(job.name, error)
            }
        }
    }
}
