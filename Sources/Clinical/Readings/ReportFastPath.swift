// Reads the report that nearly every device sends nearly always, in one pass over its bytes: a tenth of JSONDecoder's time, which
// was the largest single cost of a report. It takes only what is plain and in order: no escapes, no exponents, no unknown
// or repeated member, every reading acceptable. For anything else it answers nil, and the general decoder decides and finds the words. So it
// holds no rule of its own about what is refused; a test compares the two.

extension Report {
    /// The third shape, `{"dispositif", "mesures", "etat"}`, when it is plain; else nil.
    static func plain(_ body: [UInt8], now: Instant) -> Report? {
        body.withUnsafeBufferPointer { bytes in
            var scanner = PlainScanner(bytes: bytes)
            guard let report = scanner.report(now: now), scanner.atEnd else { return nil }
            return report
        }
    }
}

/// A vital whose value is a number, as the scanner compares it.
private struct PlainVital {
    let vital: Vital
    let name: [UInt8]
    let unit: [UInt8]
    let plausible: ClosedRange<Double>

    private static let all = Vital.allCases.filter { $0.properties.letters == nil }.map {
        PlainVital(vital: $0, name: Array($0.rawValue.utf8), unit: Array($0.unit.utf8), plausible: $0.properties.plausible)
    }

    static func named(_ text: PlainScanner.Text) -> PlainVital? { all.first { text.elementsEqual($0.name) } }
}

private struct PlainScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    var at = 0
    private var newestTimestamp: Instant?

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    typealias Text = Slice<UnsafeBufferPointer<UInt8>>

    mutating func report(now: Instant) -> Report? {
        var report = Report(shape: .report)
        var hasReadings = false
        let complete = object { scanner, name in
            if name.elementsEqual("dispositif".utf8), report.device == nil {
                guard let device = scanner.integer(), device > 0 else { return false }
                report.device = device
            } else if name.elementsEqual("mesures".utf8), !hasReadings {
                hasReadings = true
                guard let readings = scanner.readings(now: now) else { return false }
                report.readings = readings
            } else if name.elementsEqual("etat".utf8), report.state == nil {
                report.state = scanner.state()
                return report.state != nil
            } else {
                return false
            }
            return true
        }
        report.newestTimestamp = newestTimestamp
        return complete && !report.readings.isEmpty ? report : nil
    }

    private mutating func readings(now: Instant) -> [Reading]? {
        var readings: [Reading] = []
        guard skip("[") else { return nil }
        repeat {
            guard readings.count < Report.maximumReadings, let reading = reading(now: now) else { return nil }
            readings.append(reading)
        } while skip(",")
        return skip("]") ? readings : nil
    }

    private mutating func reading(now: Instant) -> Reading? {
        var (vital, unit, value): (PlainVital?, Text?, Double?)
        var instant: Instant?
        var isDatedByServer = true
        let complete = object { scanner, name in
            if name.elementsEqual("type_donnee".utf8), vital == nil {
                vital = scanner.string().flatMap(PlainVital.named)
                return vital != nil
            } else if name.elementsEqual("valeur".utf8), value == nil {
                value = scanner.number()
                return value != nil
            } else if name.elementsEqual("unite".utf8), unit == nil {
                unit = scanner.string()
                return unit != nil
            } else if name.elementsEqual("timestamp".utf8), instant == nil {
                guard let timestamp = scanner.instant() else { return false }
                (instant, isDatedByServer) = (timestamp, false)
                scanner.newestTimestamp = scanner.newestTimestamp.map { max($0, timestamp) } ?? timestamp
                return true
            } else if name.elementsEqual("age_ms".utf8), instant == nil {
                guard let age = scanner.integer(), 0...Int(Report.maximumAgeMilliseconds) ~= age else { return false }
                instant = Instant(milliseconds: now.milliseconds - Int64(age))
                return true
            }
            return false
        }
        guard complete, let vital, let value, vital.plausible.contains(value), unit?.elementsEqual(vital.unit) ?? true
        else { return nil }
        let measuredAt = instant ?? now
        guard measuredAt.seconds(since: now) <= Report.maximumFutureSeconds, measuredAt >= Report.earliestInstant else { return nil }
        return Reading(vital: vital.vital, value: value, measuredAt: measuredAt, isDatedByServer: isDatedByServer)
    }

    private mutating func instant() -> Instant? { string().flatMap { Instant(rfc3339: UnsafeBufferPointer(rebasing: $0)) } }

    /// Numbers only, within the ranges of `DeviceState`, a firmware's plain name and the time.
    private mutating func state() -> DeviceState? {
        var state = DeviceState()
        let complete = object { scanner, name in
            if name.elementsEqual("firmware".utf8), state.firmware == nil {
                guard let text = scanner.string(), 1...DeviceState.maximumTextLength ~= text.count,
                    text.allSatisfy({ 0x20..<0x7F ~= $0 }), text.first != 0x20, text.last != 0x20
                else { return false }
                state.firmware = String(decoding: text, as: UTF8.self)
                return true
            }
            if name.elementsEqual("heure".utf8), state.clock == nil {
                state.clock = scanner.instant()
                return state.clock != nil
            }
            guard let (member, range) = Self.stateMember(name), state[keyPath: member] == nil, let value = scanner.integer(),
                range.contains(value)
            else { return false }
            state[keyPath: member] = value
            return true
        }
        return complete ? state : nil
    }

    private static func stateMember(_ name: Text) -> (WritableKeyPath<DeviceState, Int?>, ClosedRange<Int>)? {
        if name.elementsEqual("batterie".utf8) { return (\.battery, DeviceState.batteryRange) }
        if name.elementsEqual("rssi".utf8) { return (\.rssi, DeviceState.rssiRange) }
        if name.elementsEqual("demarrage".utf8) { return (\.boot, DeviceState.counterRange) }
        if name.elementsEqual("sequence".utf8) { return (\.sequence, DeviceState.counterRange) }
        if name.elementsEqual("limites".utf8) { return (\.rulesVersion, DeviceState.counterRange) }
        return nil
    }

    // MARK: JSON

    /// An object with at least one member; `member` reads the value of the name it is given. False: stop.
    private mutating func object(_ member: (inout PlainScanner, Text) -> Bool) -> Bool {
        guard skip("{") else { return false }
        repeat {
            guard let name = string(), skip(":"), member(&self, name) else { return false }
        } while skip(",")
        return skip("}")
    }

    /// What stands between two quotation marks, if it needs no decoding.
    private mutating func string() -> Text? {
        guard skip("\"") else { return nil }
        let start = at
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            guard bytes[at] >= 0x20, bytes[at] != UInt8(ascii: "\\") else { return nil }
            at += 1
        }
        guard at < bytes.count else { return nil }
        defer { at += 1 }
        return bytes[start..<at]
    }

    private mutating func integer() -> Int? {
        guard let (mantissa, decimals) = decimal(), decimals == 0 else { return nil }
        return mantissa
    }

    /// Exact: both the digits and the power of ten fit a double, and a division is rounded correctly.
    private mutating func number() -> Double? {
        guard let (mantissa, decimals) = decimal() else { return nil }
        return Double(mantissa) / Self.powersOfTen[decimals]
    }

    private static let maximumDigits = 15
    private static let powersOfTen: [Double] = sequence(first: 1) { $0 * 10 }.prefix(maximumDigits + 1).map { Double($0 as Int) }

    /// The digits as one number and how many of them stand behind the point. No exponent, no minus zero.
    private mutating func decimal() -> (mantissa: Int, decimals: Int)? {
        let isNegative = skip("-")
        let start = at
        var (mantissa, digits, decimals) = (0, 0, 0)
        var isFraction = false
        while at < bytes.count {
            let byte = bytes[at]
            if UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
                mantissa = mantissa * 10 + Int(byte - UInt8(ascii: "0"))
                digits += 1
                decimals += isFraction ? 1 : 0
                guard digits <= Self.maximumDigits else { return nil }
            } else if byte == UInt8(ascii: "."), !isFraction, digits > 0 {
                isFraction = true
            } else if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") || byte == UInt8(ascii: ".") {
                return nil
            } else {
                break
            }
            at += 1
        }
        let hasLeadingZero = digits - decimals > 1 && bytes[start] == UInt8(ascii: "0")
        guard digits > 0, !hasLeadingZero, !(isFraction && decimals == 0), !(isNegative && mantissa == 0) else { return nil }
        return (isNegative ? -mantissa : mantissa, decimals)
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 { at += 1 }
    }

    var atEnd: Bool {
        mutating get {
            skipSpace()
            return at == bytes.count
        }
    }
}
