/// What a device says of itself (`etat`). Everything is optional, and what has the wrong type or cannot be is left out:
/// a device's opinion of its battery must never cost a reading.
public struct DeviceState: Sendable, Hashable, Encodable {
    public static let maximumTextLength = 64
    static let batteryRange = 0...100
    static let rssiRange = -150...20
    static let counterRange = 0...Int(UInt32.max)
    /// Of vitals in a list of them: those of a newer registry, too. A longer list is left out.
    static let maximumNames = 32

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
    /// Why there is no value of a vital now; nil is none.
    public var reasons: [Vital: MissingReason]?
    /// The curve of its own that it computes SpO2 with; nil: the default one, or not said. Said where `dropped` is.
    public var curve: SpO2Curve?
    /// It finds that its red and infrared LEDs are the other way round; nil is no.
    public var isInverted: Bool?
    /// The device's clock when it sent.
    public var clock: Instant?
    /// The version of the alarm rules that it holds, 0 for none; nil: it wants none.
    public var rulesVersion: Int?
    /// A strip of the signal, for an alarm; nil: none, or one that is wrong (`Report.traceFaults`).
    public var trace: SignalTrace?

    enum CodingKeys: String, CodingKey {
        case battery = "batterie"
        case rssi, firmware
        case boot = "demarrage"
        case sequence
        case resetReason = "cause_demarrage"
        case freeHeap = "memoire_libre"
        case dropped = "perdues"
        case detached = "detaches"
        case reasons = "raisons"
        case curve = "courbe"
        case isInverted = "inverse"
        case clock = "heure"
        case rulesVersion = "limites"
    }

    public init(
        battery: Int? = nil, rssi: Int? = nil, firmware: String? = nil, boot: Int? = nil, sequence: Int? = nil,
        resetReason: String? = nil, freeHeap: Int? = nil, dropped: Int? = nil, detached: [Vital]? = nil, reasons: [Vital: MissingReason]? = nil,
        curve: SpO2Curve? = nil, isInverted: Bool? = nil, clock: Instant? = nil, rulesVersion: Int? = nil
    ) {
        (self.battery, self.rssi, self.firmware, self.boot) = (battery, rssi, firmware, boot)
        (self.sequence, self.resetReason, self.freeHeap, self.dropped) = (sequence, resetReason, freeHeap, dropped)
        (self.curve, self.isInverted) = (curve, isInverted)
        (self.detached, self.reasons, self.clock, self.rulesVersion) = (detached, reasons, clock, rulesVersion)
    }

    /// Nil: no object.
    init?(_ json: JSON) {
        guard let members = json.members else { return nil }
        func number(_ key: CodingKeys, _ range: ClosedRange<Int>) -> Int? {
            members[key.rawValue]?.lenientInteger.flatMap { range.contains($0) ? $0 : nil }
        }
        func text(_ key: CodingKeys) -> String? {
            guard case .string(let text) = members[key.rawValue],
                !text.isEmpty, text.utf8.count <= 4 * Self.maximumTextLength, text.unicodeScalars.count <= Self.maximumTextLength, text.isPrintable
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
        if case .array(let names) = members[CodingKeys.detached.rawValue], names.count <= Self.maximumNames {
            let words = names.compactMap(\.word)
            detached = Vital.allCases.filter { words.contains($0.rawValue) }
        }
        // By name, so that those of a newer registry are left out and not all of them lost.
        if case .object(let named) = members[CodingKeys.reasons.rawValue], named.count <= Self.maximumNames {
            reasons = Vital.allCases.reduce(into: [:]) { reasons, vital in
                if let reason = named[vital.rawValue]?.word { reasons[vital] = MissingReason(rawValue: reason) }
            }
        }
        if case .array(let numbers) = members[CodingKeys.curve.rawValue], numbers.count == 3 {
            let numbers = numbers.compactMap(\.lenientNumber).filter(SpO2Curve.coefficients.contains)
            if numbers.count == 3 { curve = SpO2Curve(a: numbers[0], b: numbers[1], c: numbers[2]) }
        }
        isInverted = members[CodingKeys.isInverted.rawValue]?.lenientFlag == true ? true : nil
        clock = text(.clock).flatMap { Instant(rfc3339: $0) }
        rulesVersion = number(.rulesVersion, Self.counterRange)
    }
}
