import Clinical
import Foundation
import Postgres
import Store
import TestDatabase
import Testing

/// What the triggers tell the push daemon.
@Suite(.timeLimit(.minutes(1))) struct NotificationTests {
    let store: TestStore
    let ingest: Ingest
    let now: Instant
    private let heard: AsyncStream<[String: Any]>
    private let listener: Listener

    init() async throws {
        store = try TestStore()
        ingest = store.ingest()
        now = try TestStore.now
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
        let (stream, continuation) = AsyncStream.makeStream(of: [String: Any].self)
        heard = stream
        listener = Listener(
            url: store.url, application: "tests", channels: ["fajma_reading", "fajma_alert", "fajma_device"]
        ) { event in
            switch event {
            case .ready: isReady.yield()
            case .notified(let channel, let payload):
                let parts = payload.split(separator: " ", maxSplits: 2)
                let object = (try? JSONSerialization.jsonObject(with: Data(parts[2].utf8))) as? [String: Any]
                continuation.yield((object ?? [:]).merging(["channel": channel, "address": parts[..<2].joined(separator: " ")]) { $1 })
            case .alive, .lost: break
            }
        }
        listener.start()
        for await _ in ready { break }
    }

    private func next(_ channel: String) async -> [String: Any] {
        for await message in heard where message["channel"] as? String == channel { return message }
        return [:]
    }

    private func submit(_ readings: (Vital, Double, secondsAgo: Double)...) throws {
        _ = try ingest.submit(
            Submission(
                origin: .device(store.keys[0]),
                readings: readings.map { Reading(vital: $0, value: $1, measuredAt: now.advanced(bySeconds: -$2)) }, receivedAt: now))
    }

    /// As the messages have it.
    private var device: Double { Double(store.devices[0].id) }

    @Test("one message a patient carries the newest value of each vital") func newest() async throws {
        try submit((.spo2, 97, 2), (.spo2, 98, 0), (.heartRate, 80, 1))
        let message = await next("fajma_reading")
        #expect(message["patient"] as? Int == store.patients[0].id)
        #expect(message["ward"] as? Int == store.wards[0].id)
        #expect(message["address"] as? String == "\(store.patients[0].id) \(store.wards[0].id)")
        #expect(
            message["latest"] as? [[Double]] == [
                [1, 98, Double(now.milliseconds), 0, device], [2, 80, Double(now.milliseconds - 1000), 0, device],
            ])
        #expect(message["from"] as? Int64 == now.milliseconds - 2000)
    }

    @Test("older readings than the latest change no value, and say from when charts must be fetched") func backlog() async throws {
        try submit((.spo2, 98, 0))
        #expect(await next("fajma_reading")["from"] is NSNull)
        try submit((.spo2, 91, 600), (.spo2, 92, 599))
        let message = await next("fajma_reading")
        #expect((message["latest"] as? [Any])?.isEmpty == true)
        #expect(message["from"] as? Int64 == now.milliseconds - 600_000)
        #expect(try store.database.latestReadings(patient: store.patients[0].id).map(\.value) == [98])
    }

    @Test("a correction and a deletion tell the value that holds now") func correction() async throws {
        try submit((.spo2, 95, 1), (.spo2, 42, 0))
        _ = await next("fajma_reading")
        let key = StoredReading.Key(
            patient: store.patients[0].id, vital: .spo2, measuredAt: now, device: store.devices[0].id)
        #expect(try store.database.correctReading(key, value: 96, store.admin)?.value == 96)
        #expect(await next("fajma_reading")["latest"] as? [[Double]] == [[1, 96, Double(now.milliseconds), 0, device]])
        #expect(try store.database.deleteReading(key, store.admin))
        let deleted = await next("fajma_reading")
        #expect(deleted["latest"] as? [[Double]] == [[1, 95, Double(now.milliseconds - 1000), 0, device]])
        #expect(deleted["corrected"] as? Int == 1 && deleted["from"] as? Int64 == now.milliseconds)
    }

    @Test("an alert is told when it is raised and when it changes, as REST shows it") func alert() async throws {
        let raised = try #require(
            try store.database.addAlert(
                patient: store.patients[0].id, kind: "spo2", message: "SpO2 « basse »", severity: .error, measuredAt: now, store.nurse))
        var message = await next("fajma_alert")
        #expect(message["new"] as? Bool == true)
        #expect(try decode(message) == raised)
        let acknowledged = try #require(try store.database.acknowledgeAlert(raised.id, store.nurse))
        message = await next("fajma_alert")
        #expect(message["new"] as? Bool == false)
        #expect(try decode(message) == acknowledged)
        #expect(acknowledged.acknowledgedBy == "nurse" && acknowledged.version == 2)
        #expect(try store.database.acknowledgeAlert(raised.id, store.admin) == acknowledged)
    }

    private func decode(_ message: [String: Any]) throws -> Alert {
        try JSONDecoder().decode(Alert.self, from: JSONSerialization.data(withJSONObject: message["alert"] ?? [:]))
    }

    @Test("a device is told when its state changes, as REST shows it, and not because it was seen") func device() async throws {
        _ = try store.database.setDeviceStatus(store.devices[0].id, "actif", store.nurse)
        #expect(await next("fajma_device")["patient"] as? Int == store.patients[0].id)
        try submit((.spo2, 97, 0))
        _ = try store.database.setDeviceStatus(store.devices[0].id, "maintenance", store.nurse)
        let message = await next("fajma_device")
        let told = try JSONDecoder().decode(
            Device.self, from: JSONSerialization.data(withJSONObject: message["device"] ?? [:]))
        #expect(told == (try store.database.device(store.devices[0].id, store.nurse)))
        #expect(told.status == "maintenance")
    }

    @Test("whoever wore a device hears that it is gone, whoever wears it that it is there") func assigned() async throws {
        let (device, from, to) = (store.devices[0].id, store.patients[0].id, store.patients[1].id)
        let moved = try store.database.updateDevice(device, DeviceFields(name: "D", kind: "bracelet", patient: to), others: .keep, store.admin)
        #expect(moved?.patient == to)
        let gone = await next("fajma_device")
        #expect(gone["patient"] as? Int == from)
        #expect((gone["device"] as? [String: Any])?["patient"] is NSNull)
        let there = await next("fajma_device")
        #expect(there["patient"] as? Int == to)
        #expect((there["device"] as? [String: Any])?["patient"] as? Int == to)
    }
}
