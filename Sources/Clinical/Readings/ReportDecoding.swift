extension Report {
    /// Decodes one of the three bodies of POST `/api/iot/data/`, and checks every reading against `now`, the time of arrival.
    public static func decode(_ body: [UInt8], now: Instant) throws(ReportError) -> Report {
        if let report = plain(body, now: now) { return report }
        return try general(body, now: now)
    }

    /// Decodes any body: its shape, and what is wrong with it.
    static func general(_ body: [UInt8], now: Instant) throws(ReportError) -> Report {
        let json: JSON
        do { json = try JSON(parsing: body) } catch { throw error == .tooComplex ? .tooComplex : .malformed }
        return try Report(json, now: now)
    }

    /// The same of a body that has been read, such as a form's.
    public init(_ json: JSON, now: Instant) throws(ReportError) {
        guard let members = json.members else { throw .notAnObject }
        self = try WireReport(members).checked(now: now)
    }
}

/// A body as it came.
private struct WireReport {
    var shape: Report.Shape
    var device: DeviceID?
    var patient: PatientKey?
    /// Stands in for readings without a time of their own.
    var time: WireTime
    var readings: [WireReading]
    var state: DeviceState?
    var trace: JSON?

    init(_ members: [String: JSON]) throws(ReportError) {
        device = try Self.device(in: members)
        patient = try Self.patient(in: members)
        time = WireTime(in: members)
        state = members["etat"].flatMap(DeviceState.init)
        trace = members["etat"]?.members?["trace"].flatMap { $0 == .null ? nil : $0 }

        if let list = members["mesures"] {
            shape = .report
            readings = try Self.list(list)
            // A device without a patient's finger in it still says that it lives.
            guard !readings.isEmpty || state != nil else { throw .noReadings }
        } else if members["type_donnee"] != nil || members["valeur"] != nil {
            shape = .single
            readings = [WireReading(in: members, name: nil)]
        } else {
            shape = .map
            readings = try Self.map(members)
        }
    }

    private static func device(in members: [String: JSON]) throws(ReportError) -> DeviceID? {
        guard let json = members["dispositif"], json != .null else { return nil }
        guard let device = json.lenientInteger, device > 0 else { throw .badDevice }
        return device
    }

    private static func patient(in members: [String: JSON]) throws(ReportError) -> PatientKey? {
        guard let json = members["patient"], json != .null else { return nil }
        if case .integer(let id) = json, id > 0 { return .id(id) }
        guard case .string(let number) = json, !number.isEmpty, number.utf8.count <= 4 * Report.maximumHospitalNumberLength,
            number.unicodeScalars.count <= Report.maximumHospitalNumberLength
        else { throw .badPatient }
        return PatientKey(number)
    }

    private static func list(_ json: JSON) throws(ReportError) -> [WireReading] {
        guard case .array(let list) = json else { throw .noReadings }
        guard list.count <= Report.maximumReadings else { throw .tooManyReadings }
        return list.map { $0.members.map { WireReading(in: $0, name: nil) } ?? .notAnObject(name: nil) }
    }

    /// Every member that is a vital's name, and every other that holds an object: a vital that this server does not
    /// know must be reported as rejected, not lost in silence.
    private static func map(_ members: [String: JSON]) throws(ReportError) -> [WireReading] {
        let vitals = members.filter { name, json in
            !WireReading.notVitals.contains(name) && (json.members != nil || Vital(rawValue: name) != nil)
        }
        guard vitals.count <= Report.maximumReadings else { throw .tooManyReadings }
        guard !vitals.isEmpty else { throw .unknownShape }
        return vitals.sorted { $0.key < $1.key }.map { name, json in
            json.members.map { WireReading(in: $0, name: name) } ?? .notAnObject(name: name)
        }
    }

    func checked(now: Instant) -> Report {
        var report = Report(shape: shape, device: device, patient: patient, state: state)
        if let trace {
            let read = SignalTrace.read(trace, now: now)
            report.state?.trace = read.trace
            report.traceFaults = read.faults
        }
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
