import Clinical
import Postgres
import Settings
import Store

/// The database: there, new enough, writable, with the right schema and room for the days to come.
enum DatabaseChecks {
    /// What Debian 12 has; older ones are not tested.
    static let oldestVersion = 150_000
    /// Fewer, and whoever should make them every day has not done so for a week.
    static let fewestPartitionDays = Migrator.partitionDaysAhead / 2
    static let largestClockDifferenceSeconds = 1.0

    static func all(_ settings: Settings) -> [Check] {
        guard let url = try? settings.databaseURL() else { return [] }  // the settings' own check says so
        let database = Database(url: url, application: "fajma doctor", connections: 1)
        do {
            let before = Clock.instant
            let health = try database.serverHealth()
            let middle = Instant(milliseconds: (before.milliseconds + Clock.instant.milliseconds) / 2)
            return [.ok("database", "answers")] + server(health, now: middle) + schema(database)
        } catch {
            return [
                .failed(
                    "database", explanation(of: error),
                    advice: "see DATABASE_URL: host, port, database, role, password and sslmode; the environment file quotes a URI that has a & in it"
                )
            ]
        }
    }

    static func server(_ health: ServerHealth, now: Instant) -> [Check] {
        let difference = health.clock.seconds(since: now)
        return [
            health.versionNumber >= oldestVersion
                ? .ok("PostgreSQL", health.version)
                : .failed("PostgreSQL", health.version, advice: "use version \(oldestVersion / 10_000) or newer"),
            health.isReadOnly
                ? .failed(
                    "writable", "this server is a standby or read-only",
                    advice: "name all hosts in DATABASE_URL and add target_session_attrs=read-write")
                : .ok("writable", "yes"),
            abs(difference) < largestClockDifferenceSeconds
                ? .ok("clock", "the database's and ours differ by \(Int(abs(difference) * 1000)) ms")
                : .failed(
                    "clock", "the database's clock is \(difference) s from ours",
                    advice: "let both machines follow a time server: apt-get install chrony"),
        ]
    }

    private static func schema(_ database: Database) -> [Check] {
        do {
            try database.checkSchema()
            return [.ok("schema", "fits this program")] + RoleChecks.all(database) + partitions(try database.schemaHealth())
                + [history(try database.historyHealth(), now: Clock.instant), machineKeys(try database.machineKeysToRenew())]
        } catch let error as SchemaTooOld {
            return [.failed("schema", "\(error)", advice: "run: fajma migrate")]
        } catch {
            return [.failed("schema", explanation(of: error), advice: "run: fajma migrate")]
        }
    }

    static func partitions(_ health: SchemaHealth) -> [Check] {
        let days = health.partitionDaysAhead
        return [
            days >= fewestPartitionDays
                ? .ok("partitions", "ready for the next \(days) days")
                : .failed(
                    "partitions", days < 0 ? "today has none" : "ready for the next \(days) days only",
                    advice: "run: fajma migrate; fajma-push makes them every few hours, look into its log"),
            health.hasStrayReadings
                ? .failed(
                    "stray readings", "some lie in no day's partition", advice: "run: fajma migrate; it moves those of the days to come")
                : .ok("stray readings", "none"),
        ]
    }

    /// Roll-ups are an hour and some minutes behind; more than this, and nobody builds them.
    static let longestBehindHours = 4.0

    static func history(_ health: HistoryHealth, now: Instant) -> Check {
        func day(_ instant: Instant?) -> String { instant.map { String($0.rfc3339.prefix(10)) } ?? "now" }
        let reach = "readings from \(day(health.readingsFrom)) on, roll-ups from \(day(health.rollUpsFrom)) on"
        let behind = now.seconds(since: health.builtUntil) / 3600
        let isBehind = behind > longestBehindHours
        if !isBehind, health.staleHours < mostStaleHours { return .ok("history", reach) }
        return .warning(
            "history", "\(reach), built until \(health.builtUntil.rfc3339) but for \(health.staleHours) hours: long histories are slow",
            advice:
                "fajma-push builds them, after an update those of years: look again in an hour, or into its log; a transaction that never ends holds it up"
        )
    }

    /// - Parameter keys: those that somebody should renew or revoke.
    static func machineKeys(_ keys: [MachineKeyRecord]) -> Check {
        guard !keys.isEmpty else { return .ok("machine keys", "none expires within \(MachineKeyRecord.warningDays) days") }
        let list = keys.map { "\($0.id) (\($0.name)) \($0.state == .expired ? "expired" : "expires") \($0.expiresAt.rfc3339)" }
        return .warning(
            "machine keys", list.joined(separator: ", "),
            advice: "renew each with: fajma key renew ID --days 365 --old-valid-hours 24; or: fajma key revoke ID")
    }

    /// Of all patients and vitals; built anew within minutes.
    static let mostStaleHours = 10_000
}
