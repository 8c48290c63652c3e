/// What a device says of itself (`etat`). Everything is optional, and what has the wrong type or cannot be is left out:
/// a device's opinion of its battery must never cost a reading.
public struct DeviceState: Sendable, Hashable, Codable {
    public static let maximumTextLength = 64
    static let batteryRange = 0...100
    static let rssiRange = -150...20
    static let counterRange = 0...Int(UInt32.max)

    /// Percent, 0 to 100.
    public var battery: Int?
    /// Wi-Fi signal, dBm.
    public var rssi: Int?
    public var firmware: String?
    /// Grows by one at each start.
    public var boot: Int?
    /// Grows by one with each report since the start.
    public var sequence: Int?
    public var resetReason: String?
    /// Bytes.
    public var freeHeap: Int?
    /// Records that the device lost because its memory was full, since the start.
    public var dropped: Int?
    /// The vitals whose sensor is not on the patient; nil is none.
    public var detached: [Vital]?
    /// The device's clock when it sent.
    public var clock: Instant?
    /// The version of the alarm rules that it holds, 0 for none; nil: it wants none.
    public var rulesVersion: Int?

    enum CodingKeys: String, CodingKey {
        case battery = "batterie"
        case rssi, firmware
        case boot = "demarrage"
        case sequence
        case resetReason = "cause_demarrage"
        case freeHeap = "memoire_libre"
        case dropped = "perdues"
        case detached = "detaches"
        case clock = "heure"
        case rulesVersion = "limites"
    }

    public init(
        battery: Int? = nil, rssi: Int? = nil, firmware: String? = nil, boot: Int? = nil, sequence: Int? = nil,
        resetReason: String? = nil, freeHeap: Int? = nil, dropped: Int? = nil, detached: [Vital]? = nil, clock: Instant? = nil,
        rulesVersion: Int? = nil
    ) {
        (self.battery, self.rssi, self.firmware, self.boot) = (battery, rssi, firmware, boot)
        (self.sequence, self.resetReason, self.freeHeap, self.dropped) = (sequence, resetReason, freeHeap, dropped)
        (self.detached, self.clock, self.rulesVersion) = (detached, clock, rulesVersion)
    }

    /// Throws only where there is no object.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func number(_ key: CodingKeys, _ range: ClosedRange<Int>) -> Int? {
            guard let number = try? container.decodeIfPresent(Int.self, forKey: key), range.contains(number) else {
                return nil
            }
            return number
        }
        func text(_ key: CodingKeys) -> String? {
            guard let text = try? container.decodeIfPresent(String.self, forKey: key),
                !text.isEmpty, text.unicodeScalars.count <= Self.maximumTextLength,
                !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
            else { return nil }
            return text
        }
        battery = number(.battery, Self.batteryRange)
        rssi = number(.rssi, Self.rssiRange)
        firmware = text(.firmware)
        boot = number(.boot, Self.counterRange)
        sequence = number(.sequence, Self.counterRange)
        resetReason = text(.resetReason)
        freeHeap = number(.freeHeap, Self.counterRange)
        dropped = number(.dropped, Self.counterRange)
        if let names = try? container.decodeIfPresent([JSON].self, forKey: .detached) {
            detached = Vital.allCases.filter { names.contains(.string($0.rawValue)) }
        }
        clock = text(.clock).flatMap { Instant(rfc3339: $0) }
        rulesVersion = number(.rulesVersion, Self.counterRange)
    }
}
