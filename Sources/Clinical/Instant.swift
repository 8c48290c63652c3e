/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
///
/// Milliseconds, because a reading's identity includes its instant and the wire carries milliseconds.
public struct Instant: Hashable, Comparable, Sendable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (a: Instant, b: Instant) -> Bool { a.milliseconds < b.milliseconds }

    public func advanced(bySeconds seconds: Double) -> Instant {
        Instant(milliseconds: milliseconds + Int64((seconds * 1000).rounded()))
    }

    /// Seconds from `other` to this instant; negative when this one is earlier.
    public func seconds(since other: Instant) -> Double { Double(milliseconds - other.milliseconds) / 1000 }
}

// Written and read by hand: it stands in every reading of every report, and Foundation's
// formatter takes ten times as long.
extension Instant {
    /// RFC 3339 in UTC with milliseconds and `Z`: `2026-11-22T14:43:18.250Z`.
    public var rfc3339: String {
        let day = milliseconds.flooredDivision(by: 86_400_000)
        let inDay = Int(milliseconds - day * 86_400_000)
        let (year, month, dayOfMonth) = civil(fromDays: Int(day))
        return String(unsafeUninitializedCapacity: 24) { out in
            func put(_ value: Int, _ at: Int, _ width: Int) {
                var value = value
                for i in stride(from: at + width - 1, through: at, by: -1) {
                    out[i] = UInt8(48 + value % 10)
                    value /= 10
                }
            }
            put(year, 0, 4)
            out[4] = UInt8(ascii: "-")
            put(month, 5, 2)
            out[7] = UInt8(ascii: "-")
            put(dayOfMonth, 8, 2)
            out[10] = UInt8(ascii: "T")
            put(inDay / 3_600_000, 11, 2)
            out[13] = UInt8(ascii: ":")
            put(inDay / 60_000 % 60, 14, 2)
            out[16] = UInt8(ascii: ":")
            put(inDay / 1000 % 60, 17, 2)
            out[19] = UInt8(ascii: ".")
            put(inDay % 1000, 20, 3)
            out[23] = UInt8(ascii: "Z")
            return 24
        }
    }

    /// Reads RFC 3339: any offset (also `+0100`), any number of decimals (cut to milliseconds), `T` or a space.
    /// Years 1970 to 9999. Nil for anything else, also for a time without an offset.
    public init?(rfc3339 text: String) {
        var text = text
        guard let instant = text.withUTF8({ Instant(rfc3339: $0) }) else { return nil }
        self = instant
    }

    /// The same from its bytes.
    init?(rfc3339 utf8: UnsafeBufferPointer<UInt8>) {
        var reader = DigitReader(bytes: utf8)
        guard let year = reader.number(4), (1970...9999).contains(year), reader.skip("-"),
            let month = reader.number(2), (1...12).contains(month), reader.skip("-"),
            let day = reader.number(2), (1...daysIn(month: month, year: year)).contains(day),
            reader.skip("T") || reader.skip("t") || reader.skip(" "),
            let hour = reader.number(2), hour < 24, reader.skip(":"),
            let minute = reader.number(2), minute < 60, reader.skip(":"),
            let second = reader.number(2), second <= 60  // a leap second counts as the next minute's first
        else { return nil }
        var millisecond = 0
        if reader.skip(".") {
            guard let fraction = reader.fraction() else { return nil }
            millisecond = fraction
        }
        guard let offset = reader.offsetMinutes(), reader.atEnd else { return nil }
        let days = Int64(daysFromCivil(year: year, month: month, day: day))
        let seconds = days * 86_400 + Int64(hour * 3600 + (minute - offset) * 60 + second)
        self.init(milliseconds: seconds * 1000 + Int64(millisecond))
    }
}

extension Instant: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let instant = try Instant(rfc3339: container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "RFC 3339")
        }
        self = instant
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339)
    }
}

private struct DigitReader {
    let bytes: UnsafeBufferPointer<UInt8>
    var at = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var atEnd: Bool { at == bytes.count }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    mutating func digit() -> Int? {
        guard at < bytes.count, case 48...57 = bytes[at] else { return nil }
        at += 1
        return Int(bytes[at - 1] - 48)
    }

    mutating func number(_ digits: Int) -> Int? {
        var value = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    mutating func fraction() -> Int? {
        guard let first = digit() else { return nil }
        var (value, scale) = (first * 100, 10)
        while let next = digit() {
            value += next * scale
            scale /= 10
        }
        return value
    }

    mutating func offsetMinutes() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let sign = skip("+") ? 1 : skip("-") ? -1 : 0
        guard sign != 0, let hours = number(2), hours < 24 else { return nil }
        // `+0100`, as strftime and ISO 8601's basic format write it.
        _ = skip(":")
        guard let minutes = number(2), minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}

// Days and civil dates after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (public domain).

private func daysFromCivil(year: Int, month: Int, day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = y / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

private func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
    let z = days + 719_468
    let era = Int(Int64(z).flooredDivision(by: 146_097))
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
}

private func daysIn(month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

extension Instant {
    /// Whether a text is a day of the calendar, `1950-04-23`.
    public static func isDay(_ text: String) -> Bool {
        guard text.utf8.count == 10, let match = text.wholeMatch(of: /([0-9]{4})(-[0-9]{2}-[0-9]{2})/), let year = Int(match.1), year > 0
        else { return false }
        // The calendar repeats every 400 years, and instants begin with 1970.
        return Instant(rfc3339: "\(2000 + year % 400)\(match.2)T00:00:00Z") != nil
    }
}
