import Clinical
import DeviceCore
import Foundation

/// Simulated devices that report through one `Poster`, driven by one thread.
final class SimulatedFleet {
    struct Totals: Equatable {
        /// Records that the server has, that it will never take, that are on their way or kept, that had no room or no instant, that power took.
        var (sent, refused, waiting, dropped, cut) = (0, 0, 0, 0, 0)
        var (rejectedReadings, powerCuts) = (0, 0)
    }

    static let statusSeconds = 10.0
    /// Later than this (real seconds) a device leaves seconds out.
    static let longestLagSeconds = 5.0
    /// So many devices measure before the network gets its turn.
    static let turnsAtOnce = 64

    private let devices: [SimulatedDevice]
    /// Their places, the next one due first.
    private var order: [Int]
    private let poster: Poster
    private let time: SimulatedTime
    private let log: MeasurementLog?

    init(_ devices: [SimulatedDevice], poster: Poster, time: SimulatedTime, log: MeasurementLog?) {
        (self.devices, self.poster, self.time, self.log) = (devices, poster, time, log)
        order = devices.indices.sorted { devices[$0].due < devices[$1].due }
    }

    var totals: Totals {
        devices.reduce(into: Totals()) {
            $0.sent += $1.board.delivered
            $0.refused += $1.board.refused
            $0.waiting += $1.board.waiting
            $0.dropped += $1.board.lost
            $0.cut += $1.board.lostInRAM
            $0.rejectedReadings += $1.board.rejectedReadings
            $0.powerCuts += $1.powerCuts
        }
    }

    /// Until the poster is stopped.
    ///
    /// - Parameter status: called every ten seconds.
    func run(status: (Totals) -> Void) throws {
        var nextStatus = Clock.seconds + Self.statusSeconds
        while true {
            let real = Clock.seconds
            try measure(until: time.seconds(at: real))
            if real >= nextStatus {
                status(totals)
                nextStatus = real + Self.statusSeconds
            }
            let deadline = min(time.real(at: devices[order[0]].due), nextStatus)
            guard let events = try poster.wait(until: deadline) else { return }
            for event in events { try settle(event) }
        }
    }

    private func measure(until now: Double) throws {
        for _ in 0..<Self.turnsAtOnce {
            let index = order[0], device = devices[order[0]]
            guard device.due <= now else { break }
            if Clock.seconds - time.real(at: device.due) > Self.longestLagSeconds { device.skip(to: now) }
            if let record = device.measure() { log?.add(record, of: device) } else { poster.cancel(device: index) }
            order.removeFirst()
            // Near the end, because all measure once a second.
            let place = order.lastIndex { devices[$0].due <= device.due }.map { $0 + 1 } ?? 0
            order.insert(index, at: place)
            try send(index, now: now)
        }
        log?.flush()
    }

    private func send(_ index: Int, now: Double) throws {
        let device = devices[index]
        // The network does not run faster with the time: what is on its way is given up by curl, after 10 real seconds.
        if device.board.isSending, time.isFast(at: Clock.seconds) { return }
        var milliseconds = device.milliseconds(at: now)
        while true {
            switch device.board.next(at: milliseconds) {
            case .wait: return
            case .abort: poster.cancel(device: index)
            case .post(let body, _):
                guard device.link.state == .down else { return try poster.post(body, key: device.key, device: index) }
                device.board.answered(at: milliseconds, status: 0)
                milliseconds += 1
            }
        }
    }

    private func settle(_ event: Poster.Event) throws {
        let now = time.seconds(at: Clock.seconds), device = devices[event.device]
        let isLost = device.link.state != .up
        device.board.answered(
            at: device.milliseconds(at: now), status: isLost ? 0 : event.answer.status,
            retryAfterSeconds: Int(event.answer.retryAfter ?? 0), body: isLost ? Data() : device.heard(event.answer.body))
        try send(event.device, now: now)
    }
}

/// Everything that was measured, as JSON lines, to compare with what the server has.
final class MeasurementLog {
    private struct Line: Encodable {
        let dispositif: DeviceID
        let demarrage, sequence: UInt32
        /// Nil: the device did not know the time yet.
        let timestamp: Instant?
        let mesures: [String: Double]
    }

    private let file: FileHandle
    private let encoder = JSONEncoder()
    private var waiting = Data()

    init(_ path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path) else {
            throw Failure("cannot write \(path)")
        }
        self.file = file
        encoder.outputFormatting = .sortedKeys
    }

    func add(_ record: fj_record, of device: SimulatedDevice) {
        var values = [String: Double]()
        withUnsafeBytes(of: record.value) { bytes in
            for (index, value) in bytes.bindMemory(to: Int16.self).enumerated() where value != .min {
                values[String(cString: fj_vital_of(UInt32(index)).pointee.name)] = Double(value) / 100
            }
        }
        guard !values.isEmpty else { return }
        let line = Line(
            dispositif: device.number, demarrage: record.boot, sequence: record.sequence,
            timestamp: record.utc_ms > 0 ? Instant(milliseconds: Int64(record.utc_ms)) : nil, mesures: values)
        if let data = try? encoder.encode(line) { waiting += data + [UInt8(ascii: "\n")] }
    }

    func flush() {
        if !waiting.isEmpty { try? file.write(contentsOf: waiting) }
        waiting.removeAll(keepingCapacity: true)
    }
}
