import Access
import Clinical
import Foundation
import Postgres
import Store
import TestDatabase
import Testing

/// Alerts are raised, made worse and ended in the transaction that stores the readings.
@Suite struct AlarmIngestTests {
    let store: TestStore
    let ingest: Ingest
    private let start: Instant

    init() throws {
        store = try TestStore()
        ingest = store.ingest()
        start = try TestStore.now.advanced(bySeconds: -55)
    }

    /// A value a second, beginning so many seconds after `start`; sent at once, or one by one.
    private func send(_ values: [Double], from second: Int = 0, vital: Vital = .spo2, device: Int = 0, oneByOne: Bool = false, late: Double = 0)
        throws
    {
        let readings = values.enumerated().map {
            Reading(vital: vital, value: $1, measuredAt: start.advanced(bySeconds: Double(second + $0) - late))
        }
        for part in oneByOne ? readings.map({ [$0] }) : [readings] {
            let received = start.advanced(bySeconds: Double(second + values.count))
            _ = try ingest.submit(Submission(origin: .device(store.keys[device]), readings: part, receivedAt: received))
        }
    }

    /// `error raised 10 ended -`: each alert, in the order they were raised, by seconds after `start`.
    private func alerts() throws -> [String] {
        try store.connection().query(
            """
            SELECT concat_ws(' ', patient_id, kind, severity, extract(epoch FROM measured_at - $1)::integer,
                coalesce(extract(epoch FROM ended_at - $1)::integer::text, '-'),
                CASE WHEN acknowledged_at IS NULL THEN 'new' ELSE 'acknowledged' END)
            FROM alerts ORDER BY id
            """, [Timestamp(microseconds: start.milliseconds * 1000)]
        ).map { try $0[0] }
    }

    private func open() throws -> Int { try store.connection().query("SELECT count(*) FROM alerts WHERE ended_at IS NULL")[0][0] }

    private func pending() throws -> Int { try store.connection().query("SELECT count(*) FROM alarm_conditions")[0][0] }

    @Test("readings in one report and one by one give the same alert", arguments: [false, true]) func raise(oneByOne: Bool) throws {
        try send(Array(repeating: 89, count: 10), oneByOne: oneByOne)
        #expect(try alerts() == [])
        #expect(try pending() == 1)
        try send([89, 88], from: 10, oneByOne: oneByOne)
        #expect(try alerts() == ["1 spo2_bas error 10 - new"])
        try send([95, 96], from: 12, oneByOne: oneByOne)
        #expect(try alerts() == ["1 spo2_bas error 10 12 new"])
        #expect(try pending() == 0)
    }

    /// A second device on the first patient: its key.
    private func secondDevice() throws -> DeviceKey {
        let device = try #require(
            try store.database.addDevice(
                DeviceFields(name: "D2", kind: "bracelet", patient: store.patients[0].id), others: .keep, store.admin))
        try store.connection().script(
            "UPDATE device_assignment SET during = tstzrange(lower(during) - interval '1 hour', NULL) WHERE device_id = \(device.id)")
        return try #require(try store.database.newDeviceKey(device.id, store.admin))
    }

    private func send(_ value: Double, at second: Double, by key: DeviceKey, measured: Double? = nil) throws {
        let reading = Reading(vital: .spo2, value: value, measuredAt: start.advanced(bySeconds: measured ?? second))
        _ = try ingest.submit(Submission(origin: .device(key), readings: [reading], receivedAt: start.advanced(bySeconds: second)))
    }

    @Test("a second device neither hides, nor delays, nor ends what the first one finds") func secondDeviceIsGood() throws {
        let second = try secondDevice()
        for at in 0..<26 {
            try send(82, at: Double(at), by: store.keys[0])
            try send(98, at: Double(at) + 0.5, by: second)
        }
        #expect(try alerts() == ["1 spo2_bas error 10 - new"])
        #expect(try pending() == 1)
        // Both violate: the alert lasts until neither does.
        for at in 26..<40 { try send(80, at: Double(at) + 0.5, by: second) }
        try send(98, at: 40, by: store.keys[0])
        #expect(try alerts() == ["1 spo2_bas error 10 - new"])
        try send(98, at: 41, by: second)
        #expect(try alerts() == ["1 spo2_bas error 10 41 new"])
        #expect(try pending() == 0)
    }

    @Test("an alert names the sources that found it, in their order, and shows the worst of their values") func sources() throws {
        let second = try secondDevice()
        func open() throws -> Alert { try #require(try store.database.alerts(store.nurse, AlertFilter(), Page(limit: 10)).first) }
        for at in 0...10 { try send(88, at: Double(at), by: store.keys[0]) }
        #expect(try open().sources == [Alert.Source(device: store.keys[0].device, name: "D")])
        let first = try store.database.acknowledgeAlert(open().id, store.nurse)
        for at in 11..<25 {
            try send(88, at: Double(at), by: store.keys[0])
            try send(83, at: Double(at) + 0.5, by: second)
        }
        #expect(try open().sources == [Alert.Source(device: store.keys[0].device, name: "D"), Alert.Source(device: second.device, name: "D2")])
        #expect(try open().message == "SpO2 : 83 % (< 90 %)" && open().value == 83)
        #expect(try open().acknowledged, "it is no worse")
        #expect(try open().version == (first?.version ?? 0) + 1, "said once")
        let told: String = try store.connection().query("SELECT (alert_json(a) -> 'sources')::text FROM alerts a")[0][0]
        #expect(try JSONDecoder().decode([Alert.Source].self, from: Data(told.utf8)) == open().sources)
    }

    @Test("a skin of 33 °C is no alarm until the ward has validated its site; a core temperature of 34 by hand is one, and ends by hand only")
    func skinTemperature() throws {
        for at in 0..<70 { try send([33], from: at, vital: .temperature) }
        #expect(try alerts() == [])
        let byHand = { value, second in
            _ = try ingest.submit(
                Submission(
                    origin: .entered(patient: store.patients[0].id, by: store.nurse),
                    readings: [Reading(vital: .temperature, value: value, measuredAt: start.advanced(bySeconds: second), isByHand: true)],
                    receivedAt: start.advanced(bySeconds: second)))
        }
        try byHand(34.5, 70)
        #expect(try alerts() == ["1 temperature_bas error 70 - new"])
        try send([36.5], from: 71, vital: .temperature)
        #expect(try alerts() == ["1 temperature_bas error 70 - new"])
        try byHand(36.5, 72)
        #expect(try alerts() == ["1 temperature_bas error 70 72 new"])
        _ = try store.database.changeWard(store.wards[0].id, isSkinTemperatureValid: true, store.admin)
        for at in 73..<135 { try send([34.5], from: at, vital: .temperature) }
        #expect(try alerts().last == "1 temperature_bas error 133 - new")
        _ = try store.database.changeWard(store.wards[0].id, isSkinTemperatureValid: false, store.admin)
        try send([34.5], from: 135, vital: .temperature)
        #expect(try alerts().last == "1 temperature_bas error 133 135 new", "no limit holds it open")
    }

    @Test("a clock that is ahead neither lets history end or raise an alert, nor makes it the newest value", arguments: [0.05, 1, 2, 30])
    func clockAhead(by ahead: Double) throws {
        func latest() throws -> Double? { try store.database.latestReadings(patient: store.patients[0].id).first?.value }
        for at in 0..<12 { try send(85, at: Double(at), by: store.keys[0], measured: Double(at) + ahead) }
        #expect(try alerts().count == 1 && alerts()[0].hasPrefix("1 spo2_bas error 10 "))
        // A good value of long ago, by the same clock.
        try send(97, at: 12, by: store.keys[0], measured: 12 + ahead - 40)
        #expect(try latest() == 85)
        #expect(try alerts()[0].hasSuffix("- new"))
        try send(97, at: 13, by: store.keys[0], measured: 13 + ahead)
        #expect(try latest() == 97)
        #expect(try alerts()[0].hasSuffix("13 new"))
        // A dip of long ago, while all is well.
        for at in 14..<30 {
            try send(97, at: Double(at), by: store.keys[0], measured: Double(at) + ahead)
            try send(80, at: Double(at) + 0.1, by: store.keys[0], measured: Double(at) + ahead - 45)
        }
        #expect(try latest() == 97)
        #expect(try alerts().count == 1)
    }

    @Test("a worse limit raises the priority of the same alert and takes back its acknowledgement") func worse() throws {
        try send(Array(repeating: 92, count: 16))
        let alert = try #require(try store.database.alerts(store.nurse, AlertFilter(), Page(limit: 10)).first)
        #expect(alert.severity == .warning && alert.message == "SpO2 : 92 % (< 94 %)")
        _ = try store.database.acknowledgeAlert(alert.id, store.nurse)
        try send(Array(repeating: 92, count: 3), from: 16)
        #expect(try alerts() == ["1 spo2_bas warning 15 - acknowledged"])
        try send(Array(repeating: 80, count: 11), from: 19)
        #expect(try alerts() == ["1 spo2_bas error 15 - new"])
        let worse = try #require(try store.database.alert(alert.id, store.nurse))
        #expect(worse.message == "SpO2 : 80 % (< 90 %)" && !worse.acknowledged && worse.isOpen)
        try send([99], from: 30)
        #expect(try alerts() == ["1 spo2_bas error 15 30 new"])
        #expect(try store.database.alert(alert.id, store.nurse)?.isOpen == true)  // latched
    }

    @Test("raised and made worse in one report and one by one: the same alert, from when it was raised", arguments: [false, true])
    func worsened(oneByOne: Bool) throws {
        try send(Array(repeating: 92, count: 16) + Array(repeating: 80, count: 11), oneByOne: oneByOne)
        #expect(try alerts() == ["1 spo2_bas error 15 - new"])
        #expect(try store.database.alerts(store.nurse, AlertFilter(), Page(limit: 10)).first?.value == 80)
    }

    @Test("raised and ended in one report, and raised again in it: two alerts, whole") func within() throws {
        try send(Array(repeating: 135, count: 6) + [100] + Array(repeating: 135, count: 6), vital: .heartRate)
        #expect(try alerts() == ["1 heart_rate_haut error 5 6 new", "1 heart_rate_haut error 12 - new"])
    }

    @Test("what is sent again changes nothing; what comes too late neither") func duplicatesAndLate() throws {
        let bad = Array(repeating: 85.0, count: 12)
        try send(bad)
        try send(bad)
        try send(bad, oneByOne: true)
        #expect(try alerts() == ["1 spo2_bas error 10 - new"])
        try send(Array(repeating: 135, count: 20), vital: .heartRate, late: 120)
        #expect(try alerts().count == 1)
        #expect(try store.stored() == 32)
    }

    @Test("each patient has their own, in one batch") func patients() throws {
        try send(Array(repeating: 85, count: 11), device: 0)
        try send(Array(repeating: 95, count: 11), device: 1)
        try send(Array(repeating: 85, count: 11), from: 11, device: 1)
        #expect(try alerts() == ["1 spo2_bas error 10 - new", "2 spo2_bas error 21 - new"])
    }

    @Test("the ward's rule replaces the hospital's, the patient's the ward's") func rules() throws {
        let owner = try store.connection()
        func rule(_ column: String, _ value: String, _ limit: String) throws {
            try owner.script(
                """
                INSERT INTO alarm_rules (\(column.isEmpty ? "" : column + ", ")vital, side, severity, limit_value, includes_limit, delay_seconds, hysteresis)
                VALUES (\(column.isEmpty ? "" : value + ", ")1, 'bas', 'error', \(limit), false, 2, 1)
                """)
        }
        try rule("", "", "88")
        try rule("ward_id", "2", "80")
        try rule("patient_id", "2", "NULL")
        try send([87, 87, 87], device: 0)
        try send([70, 70, 70], device: 1)
        #expect(try alerts() == ["1 spo2_bas error 2 - new"])
    }

    @Test("a reading of a clock that is ahead hides nothing that comes after it") func ahead() throws {
        let ahead = Reading(vital: .spo2, value: 97, measuredAt: start.advanced(bySeconds: 115))
        _ = try ingest.submit(Submission(origin: .device(store.keys[0]), readings: [ahead], receivedAt: start.advanced(bySeconds: 55.5)))
        // The second right one tells that the clock was set.
        for second in 56...67 {
            let reading = Reading(vital: .spo2, value: 80, measuredAt: start.advanced(bySeconds: Double(second)))
            _ = try ingest.submit(Submission(origin: .device(store.keys[0]), readings: [reading], receivedAt: reading.measuredAt))
        }
        #expect(try alerts() == ["1 spo2_bas error 67 - new"])
        #expect(try store.database.latestReadings(patient: 1).map(\.value) == [80])
    }

    @Test("made worse twice in one report, an alert is as bad as it became") func twiceWorse() throws {
        try store.connection().script(
            """
            INSERT INTO alarm_rules (vital, side, severity, limit_value, includes_limit, delay_seconds, hysteresis)
            VALUES (1, 'bas', 'info', 96, false, 0, 1), (1, 'bas', 'warning', 94, false, 0, 1), (1, 'bas', 'error', 90, false, 0, 1)
            """)
        try send([95])
        try send([93, 85], from: 1)
        #expect(try alerts() == ["1 spo2_bas error 0 - new"])
        #expect(try store.database.alerts(store.nurse, AlertFilter(), Page(limit: 10)).first?.message == "SpO2 : 85 % (< 90 %)")
    }

    @Test("a value by hand needs no other to be an alarm; corrected, it ends what it raised") func byHand() throws {
        let reading = Reading(vital: .respiratoryRate, value: 30, measuredAt: start)
        _ = try ingest.submit(
            Submission(origin: .entered(patient: 1, by: store.nurse), readings: [reading], receivedAt: start.advanced(bySeconds: 5)))
        #expect(try alerts() == ["1 respiratory_rate_haut error 0 - new"])
        let key = StoredReading.Key(patient: 1, vital: .respiratoryRate, measuredAt: start, device: 0)
        #expect(try store.database.correctReading(key, value: 13, store.admin)?.value == 13)
        #expect(try store.database.alerts(store.nurse, AlertFilter(), Page(limit: 10)).first?.endedAt != nil)
        #expect(try pending() == 0)
    }

    private func enter(_ value: Double, at second: Double, late: Double = 5) throws -> StoredReading.Key {
        let measured = start.advanced(bySeconds: second)
        let reading = Reading(vital: .respiratoryRate, value: value, measuredAt: measured, isByHand: true)
        _ = try ingest.submit(
            Submission(origin: .entered(patient: 1, by: store.nurse), readings: [reading], receivedAt: measured.advanced(bySeconds: late)))
        return StoredReading.Key(patient: 1, vital: .respiratoryRate, measuredAt: measured, device: 0)
    }

    @Test("a value by hand that is corrected to an abnormal one is an alarm at once, one that came late is none") func correctedToAbnormal() throws {
        let (late, newest) = (try enter(14, at: 0, late: 90), try enter(14, at: 10))
        #expect(try alerts() == [])
        #expect(try store.database.correctReading(late, value: 30, store.admin)?.value == 30)
        #expect(try alerts() == [], "an older value is not what is so now")
        #expect(try store.database.correctReading(newest, value: 30, store.admin)?.value == 30)
        #expect(try alerts() == ["1 respiratory_rate_haut error 10 - new"])
        #expect(try store.database.deleteReading(newest, store.admin))
        #expect(try open() == 0, "the one before came too late to be an alarm")
    }

    @Test("corrected to a value that is as bad, it goes on with that value; to one on the other side, another alert is raised") func correctedAsBad()
        throws
    {
        let key = try enter(30, at: 0)
        #expect(try store.database.correctReading(key, value: 26, store.admin)?.value == 26)
        #expect(try alerts() == ["1 respiratory_rate_haut error 0 - new"])
        let shown = try store.database.alerts(store.nurse, AlertFilter(), Page(limit: 10))
        #expect(shown.map(\.value) == [26] && shown[0].message.contains("26"))
        #expect(try store.database.correctReading(key, value: 6, store.admin)?.value == 6)
        let both = try alerts()
        #expect(both.count == 2 && both[0].hasPrefix("1 respiratory_rate_haut error 0 ") && !both[0].contains(" - "))
        #expect(both[1] == "1 respiratory_rate_bas error 0 - new")
    }

    @Test("the value of another patient, deleted, gives the alarm back that it ended; one that was acknowledged stays so", arguments: [false, true])
    func deletedNormal(isAcknowledged: Bool) throws {
        _ = try enter(30, at: 0)
        if isAcknowledged { _ = try store.database.acknowledgeAlert(1, store.nurse) }
        let wrong = try enter(14, at: 10)
        #expect(try open() == 0)
        #expect(try store.database.deleteReading(wrong, store.admin))
        #expect(try alerts().count == 1)
        #expect(try open() == (isAcknowledged ? 0 : 1))
        #expect(try pending() == (isAcknowledged ? 0 : 1))
    }

    @Test("whoever is discharged leaves nothing that runs towards an alert") func discharged() throws {
        try send(Array(repeating: 85, count: 11))
        try send(Array(repeating: 35, count: 3), vital: .heartRate)
        #expect(try pending() == 2)
        _ = try store.database.dischargePatient(.id(1), store.nurse)
        #expect(try pending() == 0)
        #expect(try alerts().allSatisfy { !$0.contains(" - ") && $0.hasSuffix("acknowledged") })
    }

    @Test("two processes with readings of one patient raise one alert") func twice() throws {
        let other = store.ingest()
        defer { other.close() }
        try send(Array(repeating: 85, count: 10))
        let outcomes = atOnce(
            [ingest, other, ingest, other].enumerated().map { [store] offset, ingest in
                {
                    let reading = Reading(vital: .spo2, value: 85, measuredAt: start.advanced(bySeconds: Double(10 + offset)))
                    _ = try ingest.submit(
                        Submission(origin: .device(store.keys[0]), readings: [reading], receivedAt: start.advanced(bySeconds: 15)))
                }
            })
        for outcome in outcomes { try outcome.get() }
        #expect(try alerts().count == 1)
        #expect(try store.stored() == 14)
    }

    @Test("the alert is told with the reading that caused it, when both are committed") func told() throws {
        let heard = Heard()
        let listener = Listener(url: store.url, application: "tests", channels: ["fajma_alert"]) { event in
            switch event {
            case .ready: heard.ready.signal()
            case .notified(_, let payload): heard.tell(payload)
            case .alive, .lost: break
            }
        }
        listener.start()
        defer { listener.stop() }
        #expect(heard.ready.wait(timeout: .now() + 10) == .success)
        try send(Array(repeating: 85, count: 11))
        #expect(heard.told.wait(timeout: .now() + 10) == .success)
        #expect(heard.payload.hasPrefix("1 1 ") && heard.payload.contains(#""type_alerte" : "spo2_bas""#))
    }
}

// Sendable: the payload is written before the semaphore lets its reader pass.
final class Heard: @unchecked Sendable {
    let ready = DispatchSemaphore(value: 0)
    let told = DispatchSemaphore(value: 0)
    private(set) var payload = ""

    func tell(_ payload: String) {
        self.payload = payload
        told.signal()
    }
}
