/// Why a device has no value of a vital now (`etat.raisons`). The raw value is the wire's.
public enum MissingReason: String, Codable, Sendable, Hashable, CaseIterable {
    case sensorOff = "sensor_off"
    /// The sensor is on, its level is steady, and a pulse that was there a while ago is not.
    case noPulse = "no_pulse"
    /// A pulsation too weak to measure.
    case lowPerfusion = "low_perfusion"
    case poorSignal = "poor_signal"
    case saturated
    case motion
    /// No pulsation since the sensor was put on.
    case starting
}

// As an object's keys, not as an array of keys and values.
extension Vital: CodingKeyRepresentable {}
