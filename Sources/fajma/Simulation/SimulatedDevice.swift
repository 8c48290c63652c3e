import Clinical
import DeviceCore
import DeviceSimulation
import Foundation

/// A device on a simulated patient: the core that ships, on sensors that see this patient's finger. Times are simulated seconds since 1970.
final class SimulatedDevice {
    enum FingerKind {
        case synthetic(Finger)
        case recorded(RecordedFinger)
    }

    /// As a device's partition for it (4 MiB).
    static let flashSectors = 1024
    /// A charge lasts two days, then somebody exchanges the battery.
    static let dischargeSeconds = 48.0 * 3600
    private static let roomCelsius = 23.0

    let number: DeviceID
    let key: String
    let board: Board
    private(set) var link: Link
    private(set) var powerCuts = 0
    private var patient: VitalSigns
    private var finger: FingerKind
    private let rate: Double
    private let hasSNTP: Bool
    private let cutsEverySeconds: Double?
    /// When the heart stops under the worn sensor, for good.
    private let asystoleAt: Double?
    private let chargedSecondsAgo: Double
    private let rssi: Int
    private var generator: SeededGenerator
    private var bootedAt: Double
    private var cutAt = Double.infinity
    /// When the next second of measuring ends.
    private(set) var due: Double

    /// The server's answer. To a device that lives in the past it says another time than its own, which the device would believe: there it goes unread.
    func heard(_ answer: Data) -> Data {
        guard hasSNTP, let time = answer.range(of: Data(#""heure_serveur""#.utf8)) else { return answer }
        var answer = answer
        answer.replaceSubrange(time, with: Data(#""heure_presente""#.utf8))
        return answer
    }

    /// - Parameters:
    ///   - entry: its number is also the seed, so that a patient stays the same person over restarts.
    ///   - hasSNTP: false: it learns the time from the server alone.
    ///   - asystoleSeconds: so long after the begin the heart stops; of a synthetic finger only.
    init(
        _ entry: DeviceFile.Entry, beginningAt begin: Double, episodeMeanSeconds: Double, troubles: Troubles, hasSNTP: Bool,
        asystoleSeconds: Double? = nil, recording: ((_ offset: Double) -> RecordedFinger)? = nil
    ) {
        (number, key, self.hasSNTP) = (entry.dispositif, entry.cle, hasSNTP)
        var g = SeededGenerator(seed: UInt64(entry.dispositif))
        patient = VitalSigns(seed: g.next(), episodeMeanSeconds: episodeMeanSeconds)
        chargedSecondsAgo = .random(in: 0..<Self.dischargeSeconds, using: &g)
        rssi = .random(in: -75 ... -45, using: &g)
        rate = 1 + .random(in: -1...1, using: &g) * troubles.driftPPM / 1e6
        finger = .synthetic(Finger(seed: g.next()))
        if let recording { finger = .recorded(recording(.random(in: 0..<1, using: &g))) }
        link = Link(everySeconds: troubles.outagesEverySeconds, now: begin, seed: g.next())
        cutsEverySeconds = troubles.powerCutsEverySeconds
        asystoleAt = asystoleSeconds.map { begin + $0 }
        // Grows with each start, as a device's counter in its flash does, and needs no file to remember it.
        board = Board(seed: g.next(), flash: NORFlash(sectors: Self.flashSectors), boot: UInt32(clamping: Int(begin)))
        (generator, bootedAt, due) = (g, begin, begin + 1 / rate)
        start(at: begin)
    }

    private func start(at begin: Double) {
        (bootedAt, due) = (begin, begin + 1 / rate)
        board.start()
        if let cutsEverySeconds { cutAt = begin + generator.exponential(mean: cutsEverySeconds) }
    }

    /// The device's own milliseconds since it was switched on. It has not lived past its next second, however late this is.
    func milliseconds(at now: Double) -> UInt64 { UInt64(max(0, (min(now, due) - bootedAt) * rate * 1000)) }

    /// The second that was due is measured. Nil: power has gone meanwhile, and what was on its way is forgotten.
    func measure() -> fj_record? {
        let end = due
        if end >= cutAt {
            losePower(at: end)
            return nil
        }
        link.pass(end)
        let t = UInt64(((end - bootedAt) * rate).rounded() * 1000)
        if hasSNTP, t % 3_600_000 == 1000 { board.hearTime(UInt64(bootedAt * 1000) + UInt64(Double(t) / rate), at: t) }
        let instant = Instant(milliseconds: Int64(end * 1000))
        var values = [Vital: Double]()
        for reading in patient.next(after: 1, at: instant) { values[reading.vital] = reading.value }
        board.bus.look(Self.roomCelsius, values[.temperature] ?? Self.roomCelsius)
        describe(at: end)
        sample(values, endingAt: t)
        due = bootedAt + (Double(t) / 1000 + 1) / rate
        return board.newest?.pointee
    }

    /// So late that it leaves seconds out instead of catching up: the machine slept, or is overloaded.
    func skip(to now: Double) {
        let seconds = ((now - bootedAt) * rate).rounded(.up)
        due = max(due, bootedAt + seconds / rate)
    }

    private func sample(_ values: [Vital: Double], endingAt t: UInt64) {
        switch finger {
        case .synthetic(var synthetic):
            synthetic.state.heartRate = values[.heartRate] ?? synthetic.state.heartRate
            synthetic.state.spo2 = values[.spo2] ?? synthetic.state.spo2
            synthetic.state.perfusion = values[.perfusionIndex] ?? synthetic.state.perfusion
            // Blood and light stay, the pulsation does not.
            if let asystoleAt, due > asystoleAt { synthetic.state.perfusion = 0 }
            board.measure(endingAt: t) { synthetic.next() }
            finger = .synthetic(synthetic)
        case .recorded(var recorded):
            board.measure(endingAt: t) { recorded.next() }
            finger = .recorded(recorded)
        }
    }

    private func describe(at now: Double) {
        let discharged = (chargedSecondsAgo + now).truncatingRemainder(dividingBy: Self.dischargeSeconds)
        board.describe(battery: Int(100 - 95 * discharged / Self.dischargeSeconds), rssi: rssi + Int(now) % 3)
    }

    private func losePower(at now: Double) {
        powerCuts += 1
        board.losePower(afterSteps: .random(in: 0...100, using: &generator))
        // Whatever it was about to write.
        board.spill(at: milliseconds(at: now) + 10_000)
        start(at: now + .random(in: 1...Troubles.longestCutSeconds, using: &generator))
    }
}
