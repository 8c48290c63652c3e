import Clinical
import Store

@testable import Push

/// One frame as a client sends it.
func clientFrame(_ opcode: Opcode, _ payload: some Collection<UInt8>, final: Bool = true) -> [UInt8] {
    let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
    var bytes: [UInt8] = [(final ? 0x80 : 0) | opcode.rawValue]
    switch payload.count {
    case ..<126: bytes.append(0x80 | UInt8(payload.count))
    case ...0xFFFF: bytes += [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    default: bytes += [0xFF] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: payload.count >> ($0 * 8)) }
    }
    return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
}

func at(_ seconds: Int64) -> Instant { Instant(milliseconds: 1_790_000_000_000 + seconds * 1000) }

func alert(_ id: Int, of patient: PatientID, severity: Severity = .error, version: Int = 1) -> Alert {
    Alert(id: id, patient: patient, kind: "spo2_bas", message: "SpO2 basse", severity: severity, measuredAt: at(0), version: version)
}

/// A room's patients, and nothing about the ward itself.
extension RoomContents: ExpressibleByArrayLiteral {
    public init(arrayLiteral patients: PatientState...) { self.init(patients) }
}

func pause(_ id: Int, of subject: SoundPause.Subject, until end: Int64 = 100_000, severity: Severity = .info) -> SoundPause {
    SoundPause(id: id, of: subject, begunBy: "awa", begin: at(0), end: at(end), severity: severity)
}

extension SoundPause {
    func ended(by alert: Alert.ID? = nil) -> SoundPause {
        var pause = self
        (pause.endedAt, pause.brokenBy) = (at(60), alert)
        return pause
    }
}

extension Alert {
    var ended: Alert {
        var alert = self
        alert.endedAt = at(100)
        alert.version += 1
        return alert
    }

    var acknowledgedBySomebody: Alert {
        var alert = self
        (alert.acknowledged, alert.acknowledgedBy, alert.acknowledgedAt) = (true, "awa", at(50))
        alert.version += 1
        return alert
    }
}
