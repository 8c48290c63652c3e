import Clinical
import Foundation
import Postgres
import Store
import TestDatabase
import Testing

/// How quickly alarms came, and what they asked of whom.
@Suite struct AlarmMeasuresTests {
    let store: TestStore
    private let owner: Connection
    /// A midnight, two days ago.
    private let day: Instant

    init() throws {
        store = try TestStore()
        owner = try store.connection()
        day = Instant(milliseconds: (try TestStore.now.milliseconds / 86_400_000 - 2) * 86_400_000)
    }

    private func at(_ hours: Double) -> Instant { day.advanced(bySeconds: hours * 3600) }

    /// An alert of the first ward's patient, so many hours after `day`.
    private func add(
        _ severity: Severity, raised: Double, delay: Double = 1, ended: Double? = nil, acknowledged: Double? = nil, patient: Int = 0,
        byRule: Bool = true
    ) throws {
        func timestamp(_ hours: Double?) -> Timestamp? { hours.map { Timestamp(microseconds: at($0).milliseconds * 1000) } }
        let measured = Timestamp(microseconds: at(raised).milliseconds * 1000 - Int64(delay * 1e6))
        try owner.query(
            """
            INSERT INTO alerts (patient_id, kind, message, severity, measured_at, raised_at, ended_at, acknowledged_at, acknowledged_by,
                first_acknowledged_at, vital, side, raised_by)
            VALUES ($1, 'k', 'm', $2, $3, $4, $5, $6, $7, $6, $8, $9, CASE WHEN $8::smallint IS NULL THEN 1 END)
            """,
            [
                store.patients[patient].id, severity.rawValue, measured, timestamp(raised), timestamp(ended), timestamp(acknowledged),
                acknowledged == nil ? nil : store.nurse.user, byRule ? Int16(1) : nil, byRule ? "bas" : nil,
            ] as [any PostgresEncodable])
    }

    @Test("the delay as a whole and by the hour, of readings' alerts alone") func delay() throws {
        for (index, delay) in [1.0, 2, 3, 4, 101].enumerated() {
            try add(.warning, raised: index < 3 ? 1.5 : 2.5, delay: delay, ended: 3)
        }
        try add(.warning, raised: 1.6, delay: 1000, ended: 3, byRule: false)
        try add(.warning, raised: 30, delay: 1000, ended: 31)
        let measures = try store.database.alarmMeasures(day..<at(24))
        #expect(measures.delay == .init(count: 5, p50Milliseconds: 3000, p99Milliseconds: 97_120))
        #expect(measures.hours.map(\.hour) == [at(1), at(2)])
        #expect(measures.hours.map(\.delay.count) == [3, 2])
        #expect(measures.hours.compactMap(\.delay.p50Milliseconds) == [2000.0, 52_500.0])
        #expect(try store.database.alarmMeasures(at(-24)..<day).delay == .init(count: 0, p50Milliseconds: nil, p99Milliseconds: nil))
    }

    @Test("a ward's alerts by the days that its patients wore something, each patient once") func wards() throws {
        func stamp(_ hours: Double) -> Timestamp { Timestamp(microseconds: at(hours).milliseconds * 1000) }
        try owner.script("DELETE FROM device_assignment")
        for (device, begins, ends) in [(0, -10, 12), (1, 6, 18)] as [(Int, Double, Double)] {
            try owner.query(
                "INSERT INTO device_assignment (device_id, patient_id, during) VALUES ($1, $2, tstzrange($3, $4))",
                [store.devices[device].id, store.patients[0].id, stamp(begins), stamp(ends)])
        }
        for hour in [1.0, 2, 3] { try add(.info, raised: hour, ended: hour + 0.5) }
        try add(.error, raised: 1, patient: 1, byRule: false)
        try owner.query(
            "INSERT INTO alerts (ward_id, kind, message, severity, measured_at, raised_at) VALUES ($1, 'k', 'm', 'error', $2, $2)",
            [store.wards[1].id, stamp(5)])
        let load = try store.database.alarmMeasures(day..<at(24)).load
        #expect(load.map(\.ward) == store.wards.map(\.id) && load.map(\.name) == store.wards.map(\.name))
        #expect(load.map(\.patientDays) == [0.75, 0.0])
        #expect(load.map(\.alerts) == [3, 2])
    }

    @Test("a patient's days: by priority, how long open, how long until somebody acknowledged; a day without alerts too") func load() throws {
        try add(.error, raised: 1, ended: 2, acknowledged: 3)  // an error is open until it is acknowledged
        try add(.warning, raised: 4, ended: 5)
        try add(.warning, raised: 6, ended: 6.5, acknowledged: 6.25)
        try add(.error, raised: 23, ended: 23.5, acknowledged: 25)  // over midnight
        try add(.error, raised: 1, ended: 2, acknowledged: 3, patient: 1)
        let days = try store.database.alarmLoad(store.patients[0].id, at(-24)..<at(36), store.nurse)
        let none: [Severity: Int] = [.error: 0, .warning: 0, .info: 0]
        #expect(days.map(\.alerts) == [none, [.error: 2, .warning: 2, .info: 0], none])
        let open: [Double] = [0, 16_200, 3_600]  // 2 h, 1 h, half an hour and 1 h; and the hour after midnight
        #expect(days.map(\.openSeconds) == open)
        let acknowledgement: [Double?] = [nil, 7_200, nil]
        #expect(days.map(\.acknowledgementSeconds) == acknowledgement)
        #expect(days[1].day == day.rfc3339.prefix(10))
        // Only the span counts.
        let part = try store.database.alarmLoad(store.patients[0].id, at(4.5)..<at(7), store.nurse)
        #expect(part.map(\.openSeconds) == [3600.0])
        #expect(part.map(\.alerts) == [[.error: 0, .warning: 1, .info: 0]])
        #expect(try store.database.alarmLoad(store.patients[1].id, day..<at(24), store.nurse) == [])
    }

    @Test(
        "days are those of the hospital's clocks, of 23 or 25 hours where they change",
        arguments: [
            ("Europe/Paris", "2026-10-24T22:00:00Z", 25.0, ["2026-10-24", "2026-10-25", "2026-10-26"]),
            ("Europe/Paris", "2026-03-28T23:00:00Z", 23.0, ["2026-03-28", "2026-03-29", "2026-03-30"]),
            ("Australia/Lord_Howe", "2026-04-04T13:00:00Z", 24.5, ["2026-04-04", "2026-04-05", "2026-04-06"]),
            ("UTC", "2026-04-04T00:00:00Z", 24.0, ["2026-04-03", "2026-04-04", "2026-04-05"]),
        ]) func zones(zone: String, midnight: String, hours: Double, days: [String]) throws
    {
        let begin = try #require(Instant(rfc3339: midnight))
        let first = begin.seconds(since: day) / 3600
        try add(.warning, raised: first - 0.1, ended: first + hours + 0.1)
        try add(.error, raised: first, ended: first, acknowledged: first)
        try add(.info, raised: first + hours - 0.1, ended: first + hours)
        let load = try store.database.alarmLoad(
            store.patients[0].id, begin.advanced(bySeconds: -3600)..<begin.advanced(bySeconds: (hours + 1) * 3600), zone: zone, store.nurse)
        #expect(load.map(\.day) == days)
        let alerts: [[Severity: Int]] = [
            [.error: 0, .warning: 1, .info: 0], [.error: 1, .warning: 0, .info: 1], [.error: 0, .warning: 0, .info: 0],
        ]
        #expect(load.map(\.alerts) == alerts)
        #expect(load.map { ($0.openSeconds / 60).rounded() } == [6, (hours * 60 + 6).rounded(), 6])
    }

    @Test("an alert that lasts is open until now; ended before it was raised, for no time") func lasting() throws {
        let now = try TestStore.now
        let hours = now.seconds(since: day) / 3600
        try add(.warning, raised: hours - 0.5)
        try add(.info, raised: hours - 0.25, ended: hours - 0.3, byRule: false)
        let days = try store.database.alarmLoad(store.patients[0].id, at(hours - 1)..<at(hours + 1), store.nurse)
        let open = days.map(\.openSeconds).reduce(0, +)
        #expect((1800..<1860).contains(open))
        #expect(days.flatMap(\.alerts.values).reduce(0, +) == 2)
    }
}
