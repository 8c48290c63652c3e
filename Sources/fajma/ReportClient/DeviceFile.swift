import Access
import Clinical
import Foundation

/// What `fajma demo --json` prints, as far as devices are concerned. Holds keys.
struct DeviceFile: Codable {
    struct Entry: Codable {
        let dispositif: DeviceID
        let patient: PatientID
        let cle: String
    }

    static let maximumBytes = 64 << 20

    let devices: [Entry]

    static func read(_ path: String) throws -> [Entry] {
        let data = try readFile(path, atMost: maximumBytes)
        guard let file = try? JSONDecoder().decode(DeviceFile.self, from: data) else {
            throw Failure("\(path) is not what `fajma demo --json` prints: it must hold devices with dispositif, patient, cle")
        }
        for entry in file.devices where DeviceKey(entry.cle)?.device != entry.dispositif {
            throw Failure("\(path): the key of device \(entry.dispositif) is not one of this device")
        }
        return file.devices
    }
}

/// - Throws: one line that names the file.
func readFile(_ path: String, atMost limit: Int) throws -> Data {
    guard let file = FileHandle(forReadingAtPath: path) else { throw Failure("cannot read \(path)") }
    guard let data = try? file.read(upToCount: limit + 1) else { throw Failure("cannot read \(path)") }
    guard data.count <= limit else { throw Failure("\(path) is larger than \(limit) bytes") }
    return data
}
