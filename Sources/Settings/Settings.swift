import Clinical
import Foundation
import Logging
import ServiceManager

/// The environment, read strictly: a missing or wrong setting is an error of one line that names it.
public struct Settings: Sendable {
    let environment: [String: String]

    public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        self.environment = environment
    }

    /// `DATABASE_URL`: a libpq URI, several hosts allowed. The application's login.
    public func databaseURL() throws(SettingError) -> String { try required("DATABASE_URL") }

    /// `FAJMA_OWNER_DATABASE_URL`: the login of the schema's owner, for `fajma migrate` alone; nil: the application is the owner.
    public var ownerDatabaseURL: String? { self["FAJMA_OWNER_DATABASE_URL"] }

    /// `FAJMA_IMPORT_URL`: the replaced system's PostgreSQL, for `fajma import` alone; nil: `--from` names it.
    public var importURL: String? { self["FAJMA_IMPORT_URL"] }

    /// `FAJMA_SECRET_FILE`: 32 bytes or more that sign the tokens. Where it is not set, systemd's credential `fajma-secret`.
    public func secretFile() throws(SettingError) -> String {
        if self["FAJMA_SECRET_FILE"] == nil, let credentialsDirectory { return credentialsDirectory + "/fajma-secret" }
        return try required("FAJMA_SECRET_FILE")
    }

    /// `FAJMA_SECOND_SECRET_FILE`: tokens that this secret signed are accepted too; nil: there is none. For replacing the first.
    /// Where it is not set, systemd's credential `fajma-second-secret`, which is `unset` while there is none: systemd 252 makes none that is empty.
    public var secondSecretFile: String? {
        if let path = self["FAJMA_SECOND_SECRET_FILE"] { return path }
        guard let path = credentialsDirectory.map({ $0 + "/fajma-second-secret" }) else { return nil }
        guard let content = FileManager.default.contents(atPath: path) else { return nil }
        return content == Data("unset".utf8) ? nil : path
    }

    /// `CREDENTIALS_DIRECTORY`: where systemd puts the service's credentials.
    public var credentialsDirectory: String? { self["CREDENTIALS_DIRECTORY"] }

    /// `FAJMA_API_SOCKET`; not needed where the socket comes on descriptor 0.
    public var apiSocket: String? { self["FAJMA_API_SOCKET"] }

    /// `FAJMA_REPORTS_SOCKET`: where devices' reports come in, on threads and connections of their own. By default `reports.sock` beside
    /// `FAJMA_API_SOCKET`; nil: neither is set, and reports come in with everything else.
    public var reportsSocket: String? {
        self["FAJMA_REPORTS_SOCKET"] ?? apiSocket.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path + "/reports.sock" }
    }

    /// `FAJMA_REPORTS_THREADS`: the same for reports as `FAJMA_API_THREADS` for everything else.
    public func reportsThreads() throws(SettingError) -> Int { try number("FAJMA_REPORTS_THREADS", default: apiThreads(), in: 1...1000) }

    /// `FAJMA_NGINX_SECRET_FILE`: 32 bytes or more by which nginx proves itself; nil: every program that reaches the sockets is believed.
    public var nginxSecretFile: String? { self["FAJMA_NGINX_SECRET_FILE"] }

    /// `FAJMA_API_THREADS`: requests served at once. Most of them wait for the same commit, so there are many more than cores.
    public func apiThreads() throws(SettingError) -> Int { try number("FAJMA_API_THREADS", default: 64, in: 1...1000) }

    /// `FAJMA_BATCH_SECONDS`: how long the database may take over a batch of reports before devices are answered 503.
    public func batchSeconds() throws(SettingError) -> Int { try number("FAJMA_BATCH_SECONDS", default: 5, in: 1...20) }

    /// `FAJMA_UNKNOWN_QUERY`: whether a request with a query parameter that there is not is refused (`refuse`) or answered with a warning (`warn`).
    public func refusesUnknownQuery() throws(SettingError) -> Bool {
        switch self["FAJMA_UNKNOWN_QUERY"] ?? "refuse" {
        case "refuse": return true
        case "warn": return false
        default: throw SettingError("FAJMA_UNKNOWN_QUERY", "refuse or warn")
        }
    }

    /// `FAJMA_IDLE_MINUTES`: how long a person's page may lie untouched before it must be logged in again.
    public func idleMinutes() throws(SettingError) -> Int { try number("FAJMA_IDLE_MINUTES", default: 30, in: 5...720) }

    /// `FAJMA_HOSPITAL_NAME`: as people there call it; no password is made of it.
    public var hospitalName: String? { self["FAJMA_HOSPITAL_NAME"] }

    /// `FAJMA_TIME_ZONE`: the hospital's time zone, an IANA name such as `Europe/Paris`; the server's where it is not set. Pages and prints show it.
    public func timeZone() throws(SettingError) -> TimeZone {
        guard let name = self["FAJMA_TIME_ZONE"] else { return .current }
        // Abbreviations such as CEST have no changes, and browsers do not know them.
        guard name == "UTC" || name.contains("/"), let zone = TimeZone(identifier: name) else {
            throw SettingError("FAJMA_TIME_ZONE", "an IANA time zone such as Europe/Paris")
        }
        return zone
    }

    /// `FAJMA_SCORE_DEVICE_MINUTES`: how old a device's value may be in the early warning score.
    public func scoreDeviceMinutes() throws(SettingError) -> Int { try number("FAJMA_SCORE_DEVICE_MINUTES", default: 5, in: 1...1440) }

    /// `FAJMA_SCORE_MANUAL_HOURS`: the same of a value taken by hand.
    public func scoreManualHours() throws(SettingError) -> Int { try number("FAJMA_SCORE_MANUAL_HOURS", default: 12, in: 1...72) }

    /// Both, as the score takes them.
    public func scoreMaximumAge() throws(SettingError) -> EarlyWarningScore.MaximumAge {
        EarlyWarningScore.MaximumAge(deviceSeconds: Double(try scoreDeviceMinutes() * 60), manualSeconds: Double(try scoreManualHours() * 3600))
    }

    /// `FAJMA_PUSH_SOCKET`.
    public func pushSocket() throws(SettingError) -> String { try required("FAJMA_PUSH_SOCKET") }

    /// `FAJMA_API_ADMIN_SOCKET`, `FAJMA_PUSH_ADMIN_SOCKET`: where the machine's own watchers ask; nil: nowhere.
    public var apiAdminSocket: String? { self["FAJMA_API_ADMIN_SOCKET"] }
    public var pushAdminSocket: String? { self["FAJMA_PUSH_ADMIN_SOCKET"] }

    /// `FAJMA_ALLOWED_ORIGINS`: separated by commas or spaces; the server's own is always allowed.
    public var allowedOrigins: [String] {
        (self["FAJMA_ALLOWED_ORIGINS"] ?? "").split { $0 == "," || $0.isWhitespace }.map(String.init)
    }

    /// `FAJMA_REMINDER_SECONDS`: after this long an acknowledged `error` whose condition lasts is brought back.
    public func reminderSeconds() throws(SettingError) -> Int { try number("FAJMA_REMINDER_SECONDS", default: 300, in: 1...3600) }

    /// `FAJMA_ESCALATION_SECONDS`: after this long an `error` that nobody has acknowledged is escalated.
    public func escalationSeconds() throws(SettingError) -> Int { try number("FAJMA_ESCALATION_SECONDS", default: 120, in: 1...3600) }

    /// `FAJMA_SIGNAL_LOST_SECONDS`: how long a device on a patient may be silent (or three of its periods, if that is longer) before an alarm.
    public func signalLostSeconds() throws(SettingError) -> Int { try number("FAJMA_SIGNAL_LOST_SECONDS", default: 15, in: 1...3600) }

    /// `FAJMA_WARD_UNMONITORED_SECONDS`: how long a ward with patients may be without a screen with sound before an alarm.
    public func wardUnmonitoredSeconds() throws(SettingError) -> Int {
        try number("FAJMA_WARD_UNMONITORED_SECONDS", default: 30, in: 1...3600)
    }

    /// `FAJMA_SCORE_PERIOD_SECONDS`: how often the early warning score is computed for alarms, from the medians of that time; raised after two of them.
    public func scorePeriodSeconds() throws(SettingError) -> Int { try number("FAJMA_SCORE_PERIOD_SECONDS", default: 60, in: 1...3600) }

    /// `FAJMA_WEBHOOK_URL`: where escalations are posted, http or https; nil: nowhere. May hold credentials, so no message quotes it.
    public func webhookURL() throws(SettingError) -> String? {
        guard let text = self["FAJMA_WEBHOOK_URL"] else { return nil }
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme?.lowercased()), url.host?.isEmpty == false else {
            throw SettingError("FAJMA_WEBHOOK_URL", "an address that begins with http:// or https:// and names a server")
        }
        return text
    }

    /// `FAJMA_WEBHOOK_SECRET_FILE`: 32 bytes or more that sign them; needed where there is a URL.
    public func webhookSecretFile() throws(SettingError) -> String { try required("FAJMA_WEBHOOK_SECRET_FILE") }

    /// `FAJMA_WEBHOOK_LANGUAGE`: in which language its receiver reads what happened.
    public func webhookLanguage() throws(SettingError) -> Language {
        guard let text = self["FAJMA_WEBHOOK_LANGUAGE"] else { return .french }
        guard let language = Language(rawValue: text) else {
            throw SettingError("FAJMA_WEBHOOK_LANGUAGE", Language.allCases.map(\.rawValue).joined(separator: " or "))
        }
        return language
    }

    /// `FAJMA_READING_DAYS`: how long readings are kept, one by one; nil (0): for ever. A year and a month, so that whoever asks about the same
    /// month of last year still finds each value.
    public func readingDays() throws(SettingError) -> Int? { try days("FAJMA_READING_DAYS", default: 400) }

    /// `FAJMA_HISTORY_DAYS`: how long minima, averages and maxima by the minute are kept, not shorter than the readings; nil (0): for ever. Twenty
    /// years, as French hospitals keep a patient's file (R. 1112-7 of the Code de la santé publique).
    public func historyDays() throws(SettingError) -> Int? {
        guard let days = try days("FAJMA_HISTORY_DAYS", default: 7_305) else { return nil }
        if let readings = try readingDays(), readings > days {
            throw SettingError("FAJMA_HISTORY_DAYS", "0, or no less than FAJMA_READING_DAYS is")
        }
        return days
    }

    /// Makes every logger write as `FAJMA_LOG_LEVEL` (`info`) and `FAJMA_LOG_FORMAT` (`text` or `json`) say. Once a process. Where journald reads
    /// standard error, each line begins with its priority.
    public func startLogging() throws(SettingError) {
        guard let level = Logger.Level(rawValue: self["FAJMA_LOG_LEVEL"] ?? "info") else {
            throw SettingError("FAJMA_LOG_LEVEL", "one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let isJournal = Journal.isStandardError(environment)
        switch self["FAJMA_LOG_FORMAT"] ?? "text" {
        case "text" where isJournal: LoggingSystem.bootstrap { _ in JournalLogHandler(logLevel: level) }
        case "text":
            LoggingSystem.bootstrap { label in
                var handler = StreamLogHandler.standardError(label: label)
                handler.logLevel = level
                return handler
            }
        case "json": LoggingSystem.bootstrap { JSONLogHandler(label: $0, logLevel: level, isJournal: isJournal) }
        default: throw SettingError("FAJMA_LOG_FORMAT", "text or json")
        }
    }

    /// Empty counts as absent.
    private subscript(name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    private func required(_ name: String) throws(SettingError) -> String {
        guard let value = self[name] else { throw SettingError(name, "set") }
        return value
    }

    private func days(_ name: String, default value: Int) throws(SettingError) -> Int? {
        let days = try number(name, default: value, in: 0...100_000)
        guard days == 0 || days >= 31 else { throw SettingError(name, "0, which is for ever, or 31 days at least") }
        return days == 0 ? nil : days
    }

    private func number(_ name: String, default value: Int, in range: ClosedRange<Int>) throws(SettingError) -> Int {
        guard let text = self[name] else { return value }
        guard let value = Int(text), range.contains(value) else {
            throw SettingError(name, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}

/// A setting that keeps the process from starting.
public struct SettingError: Error, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ name: String, _ what: String) { description = "the environment variable \(name) must be \(what)" }
}
