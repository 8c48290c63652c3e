import Clinical
import Dispatch
import Foundation
import Logging
import Store

/// What the leader does every second about alarms, on the connection that holds the lead: a daemon that has lost the lead can write nothing.
struct Reminders: PeriodicJob {
    let name = "reminders"
    let periodSeconds = AlarmJobs.periodSeconds
    let session: LeaderSession
    let afterSeconds: Int

    func run(isStopping: () -> Bool) throws { try session.remind(afterSeconds: afterSeconds) }
}

struct EscalationJob: PeriodicJob {
    let name = "escalation"
    let periodSeconds = AlarmJobs.periodSeconds
    let session: LeaderSession
    let afterSeconds: Int
    let hasWebhook: Bool
    let language: Language

    func run(isStopping: () -> Bool) throws { try session.escalate(afterSeconds: afterSeconds, hasWebhook: hasWebhook, language: language) }
}

/// Hands due deliveries to the sender, and stores what became of those that it sent.
struct WebhookJob: PeriodicJob {
    let name = "webhook"
    let periodSeconds = AlarmJobs.periodSeconds
    let session: LeaderSession
    let sender: WebhookSender
    let logger: Logger

    func run(isStopping: () -> Bool) throws {
        for (delivery, outcome) in sender.outcomes() {
            if case .failed(let why) = outcome, delivery.attempts == 0 {
                logger.warning("a webhook was not taken, tried again", metadata: ["delivery": "\(delivery.id)", "why": "\(why)"])
            }
            if outcome == .unwanted { logger.error("a webhook is not wanted (410)", metadata: ["delivery": "\(delivery.id)"]) }
            try session.settle(delivery, outcome)
        }
        sender.take(try session.dueDeliveries(limit: WebhookSender.limit))
    }
}

/// Alerts about devices on patients.
struct DeviceAlertJob: PeriodicJob {
    let name = "alerts about devices"
    let periodSeconds = AlarmJobs.periodSeconds
    let session: LeaderSession
    let signalLostSeconds: Double
    /// Since when what devices report is stored; nil: it is not.
    let storingSeconds: @Sendable () -> Double?

    /// Nothing for a time in which no report could be stored, and no silence until devices have had the time to report again: that they are silent is
    /// not their fault, and a whole ward of such alerts would hide the one that says why.
    func run(isStopping: () -> Bool) throws {
        guard storingSeconds() != nil else { return }
        try session.reconcileDeviceAlerts(signalLostSeconds: signalLostSeconds) {
            storingSeconds().map { $0 >= signalLostSeconds } ?? false
        }
    }
}

/// Alerts about wards that no screen with sound is connected to.
struct WardAlertJob: PeriodicJob {
    let name = "alerts about wards"
    let periodSeconds = AlarmJobs.periodSeconds
    let session: LeaderSession
    let unmonitoredSeconds: Double
    /// When screens have had time to come back after the lead has changed.
    let raisesFrom: DispatchTime

    init(session: LeaderSession, unmonitoredSeconds: Double) {
        self.session = session
        self.unmonitoredSeconds = unmonitoredSeconds
        raisesFrom = .now() + unmonitoredSeconds
    }

    func run(isStopping: () -> Bool) throws {
        try session.endTooManyAlerts()
        try session.reconcileWardAlerts(unmonitoredSeconds: unmonitoredSeconds, raises: .now() >= raisesFrom)
    }
}

/// Patients' limits whose end has come.
struct LimitExpiry: PeriodicJob {
    let name = "limits that end"
    let periodSeconds = AlarmJobs.periodSeconds
    let session: LeaderSession

    func run(isStopping: () -> Bool) throws { try session.endLimits() }
}

enum AlarmJobs {
    static let periodSeconds = 1.0

    /// In the order in which they are run.
    static func all(
        _ session: LeaderSession, _ configuration: MaintenanceConfiguration, _ sender: WebhookSender?, _ logger: Logger,
        _ storingSeconds: @escaping @Sendable () -> Double?, _ interruption: @escaping @Sendable () -> Interruption?
    ) -> [any PeriodicJob] {
        let now = { @Sendable in Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
        let before: [any PeriodicJob] = [
            InterruptionJob(session: session, interruption: interruption, now: now),
            Reminders(session: session, afterSeconds: configuration.reminderSeconds),
            EscalationJob(
                session: session, afterSeconds: configuration.escalationSeconds, hasWebhook: sender != nil, language: configuration.webhookLanguage),
        ]
        let webhook = sender.map { WebhookJob(session: session, sender: $0, logger: logger) }
        let after: [any PeriodicJob] = [
            DeviceAlertJob(session: session, signalLostSeconds: configuration.signalLostSeconds, storingSeconds: storingSeconds),
            WardAlertJob(session: session, unmonitoredSeconds: configuration.wardUnmonitoredSeconds),
            LimitExpiry(session: session),
            ScoreAlertJob(
                session: session, scoreSeconds: configuration.scorePeriodSeconds, maximumAge: configuration.scoreMaximumAge,
                storingSeconds: storingSeconds, now: now),
        ]
        return before + [webhook].compactMap { $0 } + after
    }
}
