import FoundationEssentials

extension Report {
    /// Decodes one of the three bodies of POST `/api/iot/data/`, and checks every reading against `now`, the time of arrival.
    public static func decode(_ body: [UInt8], now: Instant) throws(ReportError) -> Report {
        if let report = plain(body, now: now) { return report }
        return try general(body, now: now)
    }

    /// Decodes any body: its shape, and what is wrong with it.
    static func general(_ body: [UInt8], now: Instant) throws(ReportError) -> Report {
        // Checked here, because JSONDecoder looks at a text's bytes only when that text is asked for.
        guard String(validating: body, as: UTF8.self) != nil else { throw .malformed }
        let wire: WireReport
        do {
            wire = try JSONDecoder().decode(WireReport.self, from: Data(body))
        } catch {
            throw error as? ReportError ?? .malformed
        }
        return wire.checked(now: now)
    }
}

/// A body as it came. Throws `ReportError`s.
private struct WireReport: Decodable {
    var shape: Report.Shape
    var device: DeviceID?
    var patient: PatientKey?
    /// Stands in for readings without a time of their own.
    var time: WireTime
    var readings: [WireReading]
    var state: DeviceState?

    private typealias Container = KeyedDecodingContainer<WireKey>

    init(from decoder: any Decoder) throws {
        guard let container = try? decoder.container(keyedBy: WireKey.self) else { throw ReportError.notAnObject }
        device = try Self.device(in: container)
        patient = try Self.patient(in: container)
        time = WireTime(in: container)
        state = container.contains(.etat) ? try? container.decode(DeviceState.self, forKey: .etat) : nil

        if container.contains(.mesures) {
            shape = .report
            readings = try Self.list(in: container)
            // A device without a patient's finger in it still says that it lives.
            guard !readings.isEmpty || state != nil else { throw ReportError.noReadings }
        } else if container.contains(.typeDonnee) || container.contains(.valeur) {
            shape = .single
            readings = [WireReading(in: container, name: nil)]
        } else {
            shape = .map
            readings = try Self.map(in: container)
        }
    }

    private static func device(in container: Container) throws -> DeviceID? {
        guard container.contains(.dispositif) else { return nil }
        do {
            let device = try container.decodeIfPresent(Int.self, forKey: .dispositif)
            if let device, device <= 0 { throw ReportError.badDevice }
            return device
        } catch { throw ReportError.badDevice }
    }

    private static func patient(in container: Container) throws -> PatientKey? {
        guard container.contains(.patient), (try? container.decodeNil(forKey: .patient)) == false else { return nil }
        if let id = try? container.decode(Int.self, forKey: .patient), id > 0 { return .id(id) }
        guard let number = try? container.decode(String.self, forKey: .patient),
            !number.isEmpty, number.unicodeScalars.count <= Report.maximumHospitalNumberLength
        else { throw ReportError.badPatient }
        return .hospitalNumber(number)
    }

    private static func list(in container: Container) throws -> [WireReading] {
        guard var list = try? container.nestedUnkeyedContainer(forKey: .mesures) else { throw ReportError.noReadings }
        guard list.count ?? 0 <= Report.maximumReadings else { throw ReportError.tooManyReadings }
        var readings: [WireReading] = []
        readings.reserveCapacity(list.count ?? 0)
        while !list.isAtEnd { readings.append(try list.decode(WireReading.self)) }
        return readings
    }

    /// Every member that is a vital's name, and every other that holds an object: a vital that this server does not
    /// know must be reported as rejected, not lost in silence.
    private static func map(in container: Container) throws -> [WireReading] {
        var readings: [WireReading] = []
        for key in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) where !WireKey.notVitals.contains(key.stringValue) {
            if let fields = try? container.nestedContainer(keyedBy: WireKey.self, forKey: key) {
                readings.append(WireReading(in: fields, name: key.stringValue))
            } else if Vital(rawValue: key.stringValue) != nil {
                readings.append(.notAnObject(name: key.stringValue))
            }
            guard readings.count <= Report.maximumReadings else { throw ReportError.tooManyReadings }
        }
        guard !readings.isEmpty else { throw ReportError.noReadings }
        return readings
    }

    func checked(now: Instant) -> Report {
        var report = Report(shape: shape, device: device, patient: patient, state: state)
        report.readings.reserveCapacity(readings.count)
        for (index, wire) in readings.enumerated() {
            if let timestamp = wire.timestamp(otherwise: time) {
                report.newestTimestamp = report.newestTimestamp.map { max($0, timestamp) } ?? timestamp
            }
            switch wire.checked(otherwise: time, now: now) {
            case .success(let reading): report.readings.append(reading)
            case .failure(let fault):
                report.rejected.append(Rejection(index: index, name: wire.name, reason: fault.reason))
            }
        }
        return report
    }
}
