import Clinical
import Foundation
import Postgres
import TestDatabase
import Testing

@testable import Store

/// Who sets which alarm limits, and what becomes of them.
@Suite struct AlarmRulesTests {
    let store: TestStore
    private let owner: Connection
    private let start: Instant

    init() throws {
        store = try TestStore()
        owner = try store.connection()
        start = try TestStore.now.advanced(bySeconds: -55)
    }

    private func rule(
        _ vital: Vital, _ side: Side, _ severity: Severity, _ limit: Double?, delay: Double = 5, hysteresis: Double = 1
    ) -> AlarmRule {
        AlarmRule(AlarmRule.Key(vital, side, severity), limit: limit, delaySeconds: delay, hysteresis: hysteresis)
    }

    @discardableResult
    private func set(_ owner: AlarmRuleOwner, _ rules: AlarmRule..., by scope: Scope? = nil) throws -> AlarmLevels? {
        try store.database.changeAlarmRules(owner, scope ?? store.admin, to: rules.map { AlarmRuleChange($0) }, reason: "r")
    }

    /// `action|username|patient|subject|before|after` of the limits' changes, without what they do for patients (LoosenedLimitTests).
    private func audited() throws -> [String] {
        let effects = "ARRAY['reason', 'effective_limit', 'effective_level', 'effective_includes', 'effective_delay', 'effective_hysteresis']"
        return try owner.query(
            """
            SELECT concat_ws('|', action, username, coalesce(patient_id::text, '-'), subject, coalesce(nullif(before - \(effects), '{}')::text, '-'),
                coalesce(nullif(after - \(effects), '{}')::text, '-'))
            FROM audit WHERE action LIKE 'limit.%' ORDER BY id
            """
        ).map { try $0[0] }
    }

    @Test("the nearest level's rules hold, and each level keeps its own") func levels() throws {
        try set(.hospital, rule(.spo2, .low, .error, 88))
        try set(.ward(1), rule(.spo2, .low, .error, 86), rule(.heartRate, .high, .error, 140))
        try set(.patient(1), rule(.spo2, .low, .error, nil), by: store.nurse)
        let levels = try #require(try store.database.alarmRules(.patient(1), store.nurse))
        #expect(levels.own == [rule(.spo2, .low, .error, nil)])
        #expect(levels.effective.filter { $0.level != .defaults }.map(\.level) == [.patient, .ward])
        let neighbour = try #require(try store.database.alarmRules(.patient(2), store.admin))
        #expect(neighbour.effective.filter { $0.level != .defaults }.map(\.level) == [.hospital])
        #expect(try store.database.alarmRules(.ward(1), store.nurse)?.own.count == 2)
        #expect(try store.database.alarmRules(.hospital, store.nurse)?.own.count == 1)
    }

    @Test("only what changes is written and audited, with the old and the new value") func audit() throws {
        try set(.patient(1), rule(.spo2, .low, .error, 88), rule(.spo2, .low, .warning, 92), by: store.nurse)
        let row: String = try owner.query("SELECT xmin::text FROM alarm_rules WHERE severity = 'warning'")[0][0]
        try set(.patient(1), rule(.spo2, .low, .error, nil), rule(.spo2, .low, .warning, 92), rule(.heartRate, .high, .error, 150), by: store.nurse)
        #expect(try owner.query("SELECT xmin::text FROM alarm_rules WHERE severity = 'warning'")[0][0] == row)
        try set(.patient(1), by: store.nurse)
        try set(.ward(1), rule(.spo2, .low, .error, 89))
        try set(.ward(1), rule(.spo2, .low, .error, 88))
        try set(.hospital, rule(.spo2, .low, .error, 88))
        func whole(_ limit: String) -> String { #"{"hysteresis": 1, "limit_value": \#(limit), "delay_seconds": 5, "includes_limit": false}"# }
        let written = try audited()
        #expect(
            written[0...1].sorted() == [
                "limit.created|nurse|1|limit spo2-bas-error|-|" + whole("88"), "limit.created|nurse|1|limit spo2-bas-warning|-|" + whole("92"),
            ])
        #expect(
            Set(written[2...3]) == [
                #"limit.changed|nurse|1|limit spo2-bas-error|{"limit_value": 88}|{"limit_value": "none"}"#,
                "limit.created|nurse|1|limit heart_rate-haut-error|-|" + whole("150"),
            ])
        #expect(
            Set(written[4...6]) == [
                "limit.deleted|nurse|1|limit spo2-bas-error|" + whole(#""none""#) + "|-",
                "limit.deleted|nurse|1|limit spo2-bas-warning|" + whole("92") + "|-",
                "limit.deleted|nurse|1|limit heart_rate-haut-error|" + whole("150") + "|-",
            ])
        #expect(
            written[7...] == [
                "limit.created|admin|-|limit ward-1-spo2-bas-error|-|" + whole("89"),
                #"limit.changed|admin|-|limit ward-1-spo2-bas-error|{"limit_value": 89}|{"limit_value": 88}"#,
                "limit.created|admin|-|limit spo2-bas-error|-|" + whole("88"),
            ])
    }

    @Test("another ward's and a discharged patient's rules do not exist; whoever is discharged leaves none behind") func scope() throws {
        #expect(try store.database.alarmRules(.ward(2), store.nurse) == nil)
        #expect(try store.database.alarmRules(.patient(2), store.nurse) == nil)
        #expect(try set(.ward(2), by: store.nurse) == nil && set(.patient(2), by: store.nurse) == nil && set(.ward(99)) == nil)
        try set(.patient(1), rule(.spo2, .low, .error, 80), by: store.nurse)
        _ = try store.database.dischargePatient(.id(1), store.nurse)
        #expect(try set(.patient(1), by: store.nurse) == nil && store.database.alarmRules(.patient(1), store.nurse) == nil)
        #expect(try store.database.alarmRules(.patient(1), store.admin)?.own == [])
        #expect(try audited().last?.hasPrefix("limit.deleted|nurse|1|limit spo2-bas-error") == true)
    }

    @Test("a farther level's change that contradicts somebody's own rules is refused and names them; what was so already is not held against it")
    func contradiction() throws {
        let warning = rule(.spo2, .low, .warning, 85)
        #expect(throws: AlarmRuleProblem(rule(.spo2, .low, .error, 0).key, .order)) { try set(.patient(1), warning) }
        try set(.patient(1), warning, rule(.spo2, .low, .error, 80), by: store.nurse)
        try set(.patient(2), rule(.spo2, .low, .warning, 92))
        try set(.ward(2), rule(.spo2, .low, .warning, 93))
        let strict = rule(.spo2, .low, .error, 92.5, hysteresis: 0.5)
        #expect(throws: StoreError.limitsContradict(wards: [], patients: ["H1"])) { try set(.hospital, strict) }
        try set(.patient(2))
        let stricter = rule(.spo2, .low, .error, 93.5, hysteresis: 0.5)
        #expect(throws: StoreError.limitsContradict(wards: ["Pneumologie"], patients: [])) { try set(.hospital, stricter) }
        #expect(throws: StoreError.limitsContradict(wards: [], patients: ["H0"])) {
            try set(.ward(1), rule(.spo2, .high, .warning, 80), rule(.spo2, .low, .warning, nil), rule(.spo2, .low, .error, nil))
        }
        try set(.hospital, strict)
        #expect(try audited().count == 6)
        // As a move from ward to ward may leave it.
        try owner.script(
            "INSERT INTO alarm_rules (patient_id, vital, side, severity, limit_value, includes_limit, delay_seconds, hysteresis) VALUES (2, 2, 'bas', 'error', 120, false, 1, 1)"
        )
        try set(.hospital, rule(.spo2, .low, .error, 88))
    }

    @Test("of two writers of the same version one is refused, and none is lost who looks again")
    func twoWriters() throws {
        let (database, admin) = (store.database, store.admin)
        let writers = 8
        /// Looks again as long as somebody else was faster.
        @Sendable func raiseLimit() throws {
            while let before = try database.alarmRules(.patient(1), admin) {
                let limit = before.own.first?.limit ?? 60
                let rule = AlarmRule(.init(.spo2, .low, .error), limit: limit + 1, delaySeconds: 5, hysteresis: 1)
                do {
                    _ = try database.changeAlarmRules(
                        .patient(1), admin, ifVersionIn: [before.rules.version], to: [AlarmRuleChange(rule)], reason: "r")
                    return
                } catch StoreError.changedMeanwhile {}
            }
        }
        for outcome in atOnce(Array(repeating: raiseLimit, count: writers)) { try outcome.get() }
        #expect(try database.alarmRules(.patient(1), admin)?.own.first?.limit == 60 + Double(writers))
    }

    private func send(_ values: [Double], from second: Int, to ingest: Ingest) throws {
        let readings = values.enumerated().map { Reading(vital: .spo2, value: $1, measuredAt: start.advanced(bySeconds: Double(second + $0))) }
        _ = try ingest.submit(
            Submission(origin: .device(store.keys[0]), readings: readings, receivedAt: start.advanced(bySeconds: Double(second + values.count))))
    }

    @Test("a change holds from the next batch on; a limit that is moved or taken away ends its alert with the next reading", arguments: [80.0, nil])
    func takesEffect(limit: Double?) throws {
        let ingest = store.ingest()
        try send(Array(repeating: 85, count: 11), from: 0, to: ingest)
        let alert = try #require(try store.database.alerts(store.nurse, AlertFilter(), Page(limit: 10)).first)
        #expect(alert.severity == .error && alert.endedAt == nil)
        try set(.patient(1), rule(.spo2, .low, .error, limit), rule(.spo2, .low, .warning, nil), by: store.nurse)
        #expect(try store.database.alert(alert.id, store.nurse)?.endedAt == nil)
        try send([85], from: 11, to: ingest)
        #expect(try store.database.alert(alert.id, store.nurse)?.endedAt == start.advanced(bySeconds: 11))
        try set(.patient(1), rule(.spo2, .low, .error, 88, delay: 2), by: store.nurse)
        try send([87, 87, 87], from: 12, to: ingest)
        #expect(try store.database.alerts(store.nurse, AlertFilter(), Page(limit: 10)).count == 2)
    }

    // MARK: LimitsTrial

    @Test("a rehearsal of the rules that hold over what arrived live finds the table's alerts") func rehearsal() throws {
        let ingest = store.ingest()
        var generator = SystemRandomNumberGenerator()
        try set(.patient(1), rule(.spo2, .low, .error, 88, delay: 2), rule(.spo2, .low, .warning, 93, delay: 3), by: store.nurse)
        var value = 95.0
        for second in stride(from: 0, to: 54, by: 3) {
            let values = (0..<3).map { _ in
                value = min(100, max(80, value + Double.random(in: -5...5, using: &generator)))
                return value
            }
            try send(values, from: second, to: ingest)
        }
        var rehearsals = [LimitsTrial(try #require(try store.database.alarmRules(.patient(1), store.nurse)).rules), LimitsTrial(AlarmRules())]
        let (from, to) = (start.advanced(bySeconds: -3600), start.advanced(bySeconds: 3600))
        #expect(try store.database.rehearse(1, from: from, to: to, &rehearsals) == 54)
        let alerts = try store.database.alerts(store.nurse, AlertFilter(), Page(limit: 100)).sorted { $0.id < $1.id }
        func told(_ kind: String, _ severity: Severity, _ value: Double?, _ begin: Instant, _ end: Instant?) -> String {
            "\(kind) \(severity) \(value ?? .nan) \(begin.rfc3339) \(end?.rfc3339 ?? "-")"
        }
        #expect(
            rehearsals[0].list.map { told($0.kind, $0.severity, $0.value, $0.begin, $0.end) }
                == alerts.map { told($0.kind, $0.severity, $0.value, $0.measuredAt, $0.endedAt) })
        #expect(rehearsals[1].count == 0)
        #expect(try store.database.ruleAlertCount(1, from: from, to: to) == alerts.count)
        #expect(try store.database.ruleAlertCount(2, from: from, to: to) == 0)
    }

    @Test("more readings than a slice holds, of two devices at one instant, each pass once") func slices() throws {
        try owner.script(
            """
            INSERT INTO readings (patient_id, vital, measured_at, device_id, value, received_at)
            SELECT 1, 1, timestamptz '2026-11-20 00:00Z' + n * interval '1 second', device, 85, now()
            FROM generate_series(0, 50002) AS n, generate_series(1, 2) AS device
            """)
        var rehearsals = [LimitsTrial(AlarmRules(AlarmRule.defaults))]
        let from = try #require(Instant(rfc3339: "2026-11-20T00:00:00Z"))
        #expect(try store.database.rehearse(1, from: from, to: from.advanced(bySeconds: 86_400), &rehearsals) == 100_006)
        #expect(rehearsals[0].list.map(\.begin) == [from.advanced(bySeconds: 10)])
        #expect(try store.database.rehearse(1, from: from, to: from.advanced(bySeconds: 10), &rehearsals) == 20)
    }

    @Test("a rehearsal reads ranges of two indexes in their order, and only the days that it asks for") func plan() throws {
        try owner.script("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; PREPARE slice AS \(Database.rehearsedReadings)")
        let plan = try owner.query(
            "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) EXECUTE slice (1, 1, date_trunc('day', now(), 'UTC'), date_trunc('day', now(), 'UTC') + interval '1 day', 50000)"
        )
        .map { try $0[0] as String }.joined(separator: "\n")
        #expect(plan.contains("Subplans Removed") && plan.ranges(of: "->  Sort").count <= 1, "\(plan)")
        // A day's readings, and those of the days beside that were moved into it; each range is in order.
        #expect(plan.ranges(of: "Index Scan using").count == 4, "\(plan)")
        #expect(plan.ranges(of: "_pkey on readings_").count == 1, "\(plan)")
    }
}
