import Clinical
import Foundation

/// The body of POST `/api/iot/data/` as a device sends it.
struct DeviceReport: Encodable, Sendable {
    var readings: [Reading]
    var state: DeviceState?
    /// Of each reading the line of the file that it came from. Empty: of none.
    var lines: [Int] = []

    private enum CodingKeys: String, CodingKey { case mesures, etat }
    private enum ReadingKeys: String, CodingKey { case type_donnee }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        var list = container.nestedUnkeyedContainer(forKey: .mesures)
        for reading in readings {
            // Each object is filled by two: the vital's name, and the value as the wire carries it everywhere.
            try list.encode(Entry(reading: reading))
        }
        try container.encodeIfPresent(state, forKey: .etat)
    }

    private struct Entry: Encodable {
        let reading: Reading

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: ReadingKeys.self)
            try container.encode(reading.vital, forKey: .type_donnee)
            try WireValue(reading).encode(to: encoder)
        }
    }
}

/// What the server made of a report.
enum Outcome: Sendable, Equatable {
    case stored(readings: Int, rejected: [Rejection])
    /// Nothing was stored; later it may be: the server is away, busy, or nobody wears the device. `after`: seconds, from `Retry-After`.
    case later(after: Double?)
    /// Nothing was stored and never will be.
    case refused(status: Int)

    /// A reading that was not stored for itself: its place in the report, and why.
    struct Rejection: Decodable, Sendable, Equatable {
        let index: Int
        let raison: String
    }

    private struct Body: Decodable {
        let recues: Int
        let rejetees: [Rejection]
    }

    init(_ answer: Answer) {
        let retryAfter = answer.retryAfter
        switch answer.status {
        case 200..<300:
            let body = try? JSONDecoder().decode(Body.self, from: answer.body)
            self = .stored(readings: body?.recues ?? 0, rejected: body?.rejetees ?? [])
        case 0, 408, 409, 429, 500...: self = .later(after: retryAfter)
        default: self = .refused(status: answer.status)
        }
    }
}
