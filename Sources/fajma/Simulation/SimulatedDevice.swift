import Clinical
import Foundation

/// A device on a simulated patient, with what it says of itself.
struct SimulatedDevice: ReportSource {
    static let firmware = "simulation-1"
    /// A charge lasts two days, then somebody exchanges the battery.
    static let dischargeSeconds = 48.0 * 3600

    private var patient: VitalSigns
    private var last: Instant?
    private let periodSeconds: Double
    private let boot: Int
    private let chargedSecondsAgo: Double
    private let rssi: Int
    private var sequence = 0

    /// - Parameter device: also the seed, so that a patient stays the same person over restarts.
    init(_ device: DeviceID, periodSeconds: Double, episodeMeanSeconds: Double) {
        var generator = SeededGenerator(seed: UInt64(device))
        patient = VitalSigns(seed: generator.next(), episodeMeanSeconds: episodeMeanSeconds)
        chargedSecondsAgo = .random(in: 0..<Self.dischargeSeconds, using: &generator)
        rssi = .random(in: -75 ... -45, using: &generator)
        self.periodSeconds = periodSeconds
        // Grows with each start, as a device's counter in its flash does, and needs no file to remember it.
        boot = Int(Clock.instant.milliseconds / 1000)
    }

    mutating func next(at now: Instant) -> (report: DeviceReport, delaySeconds: Double)? {
        // The clock may have been set back; the patient goes on.
        let passed = last.map { max(now.seconds(since: $0), 0.001) } ?? periodSeconds
        last = now
        sequence += 1
        let readings = patient.next(after: passed, at: now)
        let discharged = chargedSecondsAgo + Double(now.milliseconds / 1000).truncatingRemainder(dividingBy: Self.dischargeSeconds)
        let battery = 100 - 95 * discharged.truncatingRemainder(dividingBy: Self.dischargeSeconds) / Self.dischargeSeconds
        let state = DeviceState(
            battery: Int(battery), rssi: rssi + sequence % 3, firmware: Self.firmware, boot: boot, sequence: sequence)
        return (DeviceReport(readings: readings, state: state), periodSeconds)
    }
}
