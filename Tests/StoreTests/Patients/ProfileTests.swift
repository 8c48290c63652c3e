import Clinical
import Postgres
import TestDatabase
import Testing

@testable import Store

/// Whose limits hold for a patient: what the age proposes, what a person confirms, what a ward decides for everybody else.
@Suite struct ProfileTests {
    private let store: TestStore
    private let owner: Connection
    private let ingest: Ingest
    private let start: Instant

    init() throws {
        store = try TestStore()
        owner = try store.connection()
        ingest = store.ingest()
        start = try TestStore.now.advanced(bySeconds: -55)
        // Three weeks old on the hospital's day.
        try owner.script("UPDATE patients SET birth_date = current_date - 21 WHERE id = 1")
    }

    /// A pulse for some seconds; answers the rules for the device, which holds none of them.
    @discardableResult
    private func pulse(_ value: Double, _ seconds: Range<Int>) throws -> AlarmRules? {
        let readings = seconds.map { Reading(vital: .heartRate, value: value, measuredAt: start.advanced(bySeconds: Double($0))) }
        let submission = Submission(
            origin: .device(store.keys[0]), readings: readings, state: DeviceState(rulesVersion: 0),
            receivedAt: start.advanced(bySeconds: Double(seconds.upperBound)))
        return try ingest.submit(submission).rules
    }

    /// `heart_rate_haut error adulte -`: each alert, with its profile, and whether it ended.
    private func alerts() throws -> [String] {
        try owner.query(
            "SELECT concat_ws(' ', kind, severity, profile, CASE WHEN ended_at IS NULL THEN 'open' ELSE 'ended' END) FROM alerts ORDER BY id"
        )
        .map { try $0[0] }
    }

    private func rule(_ vital: Vital, _ side: Side, _ severity: Severity, _ limit: Double) -> AlarmRule {
        AlarmRule(AlarmRule.Key(vital, side, severity), limit: limit, delaySeconds: 5, hysteresis: 1)
    }

    @discardableResult
    private func set(_ whose: AlarmRuleOwner, _ profile: LimitProfile? = nil, _ rules: AlarmRule...) throws -> AlarmLevels? {
        try store.database.changeAlarmRules(whose, profile: profile, store.admin, to: rules.map { AlarmRuleChange($0) }, reason: "r")
    }

    private func patient() throws -> Patient { try #require(try store.database.patient(.id(1), store.nurse)) }

    private func limit(_ levels: AlarmLevels?, _ key: AlarmRule.Key) -> Double? { levels?.effective.first { $0.rule.key == key }?.rule.limit }

    @Test(
        "until somebody confirms the proposal an infant's pulse of 60 and one of 140 alarm, then one of 60; the device is told, the alert knows which profile held"
    )
    func confirmed() throws {
        #expect(try patient().profile.proposed == .infant0to2Months && patient().profile.asks && patient().profile.inForce == .adult)
        let provisional = AlarmLevels(of: .patient, provisional: ProvisionalLimits(.infant0to2Months))
        let before = try pulse(60, -20..<(-8))
        #expect(before == provisional.rules.ofDevices && before?.all.contains { $0.key == .init(.heartRate, .low, .error) && $0.limit == 80 } == true)
        let shown = try #require(try store.database.alarmRules(.patient(1), store.nurse))
        #expect(shown == provisional && shown.provisional?.profile == .infant0to2Months)
        #expect(try alerts() == ["heart_rate_bas error adulte open"])
        try pulse(105, -8..<0)
        try pulse(140, 0..<8)
        #expect(try alerts() == ["heart_rate_bas error adulte ended", "heart_rate_haut error adulte open"])
        let after = try #require(try store.database.confirmProfile(.infant0to2Months, of: .id(1), store.nurse))
        #expect(after.profile.confirmation?.by == "nurse" && after.profile.inForce == .infant0to2Months && !after.profile.asks)
        let rules = try #require(try pulse(140, 8..<12))
        #expect(rules == AlarmLevels(of: .hospital, profile: .infant0to2Months).rules.ofDevices && rules.version != before?.version)
        #expect(try alerts().last == "heart_rate_haut error adulte ended")
        try pulse(60, 12..<20)
        #expect(try alerts().last == "heart_rate_bas error nourrisson_0_2 open" && alerts().count == 3)
        let listed = try store.database.alerts(store.nurse, AlertFilter(patient: 1), Page(limit: 10))
        #expect(listed.map(\.profile) == [.infant0to2Months, .adult, .adult])
    }

    @Test(
        "what is provisional is the same for readings, devices and pages: by ward, hospital, own limits, skin, age and default",
        arguments: [true, false])
    func provisional(isSkinValid: Bool) throws {
        try set(.hospital, nil, rule(.heartRate, .high, .error, 135))
        try set(.ward(1), .infant0to2Months, rule(.heartRate, .low, .error, 85), rule(.temperature, .high, .error, 37.9))
        _ = try store.database.changeWard(1, isSkinTemperatureValid: isSkinValid, store.admin)
        for (birth, ward) in [
            ("current_date - 21", LimitProfile.adult), ("current_date - interval '14 years'", .adult),
            ("current_date - interval '40 years'", .hypercapnia),
            ("NULL", .hypercapnia), ("NULL", .adult), ("current_date - interval '40 years'", .infant0to2Months),
        ] {
            try owner.script("UPDATE patients SET birth_date = \(birth) WHERE id = 1")
            _ = try store.database.changeWard(1, defaultProfile: ward, store.admin)
            for own in [[], [AlarmRuleChange(rule(.spo2, .low, .error, 86))]] {
                _ = try store.database.changeAlarmRules(.patient(1), store.admin, to: own, reason: "r")
                let shown = try #require(try store.database.alarmRules(.patient(1), store.nurse))
                #expect(try shown.provisional?.profile == patient().profile.provisional && shown.profile == ward)
                #expect(try pulse(100, 0..<1) == shown.rules.ofDevices, "\(birth) \(ward)")
            }
        }
        #expect(try patient().profile.asks, "nobody has said anything of somebody in a ward of infants who is 40")
    }

    @Test("a confirmation is audited with what was and what is, and its author is no secret") func audited() throws {
        _ = try store.database.confirmProfile(.infant0to2Months, of: .id(1), store.nurse)
        _ = try store.database.confirmProfile(.adult, of: .id(1), store.nurse, reason: "r")
        let entries: [String] = try owner.query(
            "SELECT concat_ws('|', username, before ->> 'profile', after ->> 'profile') FROM audit WHERE action = 'patient.changed' AND after ? 'profile' ORDER BY id"
        ).map { try $0[0] }
        #expect(entries == ["nurse|nourrisson_0_2", "nurse|nourrisson_0_2|adulte"])
    }

    @Test("a proposal that somebody answered is not asked again, and the next birthday's is; nothing changes by itself") func birthday() throws {
        _ = try store.database.confirmProfile(.adult, of: .id(1), store.nurse, reason: "r")
        #expect(try !patient().profile.asks && patient().profile.inForce == .adult)
        try owner.script("UPDATE patients SET birth_date = current_date - interval '4 months' WHERE id = 1")
        #expect(try patient().profile.asks && patient().profile.proposed == .infant3to11Months && patient().profile.inForce == .adult)
    }

    @Test("what a ward and the hospital set is for one profile: an adult's does not hold for a child") func ofOneProfile() throws {
        let high = AlarmRule.Key(.heartRate, .high, .error)
        try set(.hospital, nil, rule(.heartRate, .high, .error, 135))
        try set(.ward(1), .infant0to2Months, rule(.heartRate, .high, .error, 200))
        try set(.hospital, .infant0to2Months, rule(.heartRate, .low, .error, 75))
        #expect(try limit(store.database.alarmRules(.patient(1), store.nurse), high) == 135)
        _ = try store.database.confirmProfile(.infant0to2Months, of: .id(1), store.nurse)
        let levels = try store.database.alarmRules(.patient(1), store.nurse)
        #expect(limit(levels, high) == 200 && limit(levels, .init(.heartRate, .low, .error)) == 75 && levels?.profile == .infant0to2Months)
        #expect(try limit(store.database.alarmRules(.ward(1), store.nurse), high) == 135)
        #expect(try store.database.alarmRules(.ward(1), profile: .infant0to2Months, store.nurse)?.own.count == 1)
        #expect(try limit(store.database.alarmRules(.patient(1), profile: .adult, store.nurse), high) == 135)
        // The same for readings that come in.
        let rules = try #require(try pulse(195, 0..<8))
        #expect(
            rules.all.contains { $0.key == high && $0.limit == 200 }
                && rules.all.contains { $0.key == .init(.heartRate, .low, .error) && $0.limit == 75 })
        #expect(try alerts() == [])
        let subjects: [String] = try owner.query("SELECT subject FROM audit WHERE action = 'limit.created' ORDER BY id").map { try $0[0] }
        #expect(
            subjects == [
                "limit heart_rate-haut-error", "limit ward-1-nourrisson_0_2-heart_rate-haut-error", "limit nourrisson_0_2-heart_rate-bas-error",
            ])
    }

    @Test("the list of changes has those of the profile that holds, with what held") func changes() throws {
        try set(.hospital, nil, rule(.heartRate, .high, .error, 135))
        try set(.ward(1), .infant0to2Months, rule(.heartRate, .high, .error, 200))
        func listed() throws -> [LimitChange] {
            try store.database.limitChanges(1, from: nil, to: nil, store.nurse, Page(limit: 50)).filter { $0.cause == nil }
        }
        #expect(try listed().map(\.profile) == [.infant0to2Months, .adult], "both hold until somebody has confirmed one")
        _ = try store.database.confirmProfile(.infant0to2Months, of: .id(1), store.nurse)
        try set(.patient(1), nil, rule(.heartRate, .high, .error, 195))
        #expect(try listed().map(\.level) == [.patient, .ward] && listed().map(\.profile) == [nil, .infant0to2Months])
        #expect(try listed().map(\.held?.state.limit) == [200, 190] && listed().map(\.isLooser) == [false, true])
    }

    @Test("a patient's own limits stay, and a profile under which they would be no valid rules is refused") func ownLimits() throws {
        try set(.patient(1), nil, rule(.heartRate, .low, .error, 45))
        _ = try store.database.confirmProfile(.infant0to2Months, of: .id(1), store.nurse)
        #expect(try limit(store.database.alarmRules(.patient(1), store.nurse), .init(.heartRate, .low, .error)) == 45)
        #expect(try patient().ownLimits == [.heartRate])
        // An urgent limit that an infant's warning lies outside of.
        try set(.patient(2), nil, rule(.heartRate, .high, .error, 131), rule(.heartRate, .high, .warning, 125))
        try set(.patient(2), nil, rule(.heartRate, .high, .error, 131))
        #expect(throws: StoreError.limitsContradict(wards: [], patients: ["H1"])) {
            try store.database.confirmProfile(.infant0to2Months, of: .id(2), store.admin)
        }
        // A farther level's change is compared with those for whom it holds, and no others.
        try set(.hospital, .infant0to2Months, rule(.heartRate, .low, .warning, 50), rule(.heartRate, .low, .error, 48))
        #expect(throws: StoreError.limitsContradict(wards: [], patients: ["H0"])) {
            try set(.hospital, .infant0to2Months, rule(.heartRate, .low, .warning, 40), rule(.heartRate, .low, .error, 30))
        }
        try set(.hospital, .child1to4Years, rule(.heartRate, .low, .warning, 40), rule(.heartRate, .low, .error, 30))
    }

    @Test("a ward's default holds for whom nobody has decided, also for the devices, and no longer than that") func wardDefault() throws {
        #expect(try store.database.changeWard(1, defaultProfile: .child1to4Years, store.admin)?.defaultProfile == .child1to4Years)
        #expect(try patient().profile.inForce == .child1to4Years && patient().profile.asks)
        let provisional = AlarmLevels(of: .patient, profile: .child1to4Years, provisional: ProvisionalLimits(.infant0to2Months))
        #expect(try pulse(100, 0..<8) == provisional.rules.ofDevices)
        _ = try store.database.confirmProfile(.adult, of: .id(1), store.nurse, reason: "r")
        #expect(try pulse(100, 8..<9) == AlarmLevels(of: .hospital).rules.ofDevices)
        #expect(try store.database.changeWard(1, defaultProfile: .adult, store.admin)?.defaultProfile == .adult)
        #expect(try owner.query("SELECT count(*) FROM wards WHERE default_profile IS NOT NULL")[0][0] == 0)
    }

    @Test("every profile can be confirmed, be a ward's default and have limits", arguments: LimitProfile.allCases) func stored(profile: LimitProfile)
        throws
    {
        #expect(try store.database.confirmProfile(profile, of: .id(1), store.admin, reason: "r")?.profile.inForce == profile)
        #expect(try store.database.changeWard(1, defaultProfile: profile, store.admin)?.defaultProfile == profile)
        try set(.ward(1), profile, rule(.heartRate, .high, .error, 199))
        #expect(try store.database.alarmRules(.ward(1), profile: profile, store.admin)?.own.count == 1)
    }

    @Test("chronic hypercapnia is a doctor's decision, to it and from it") func hypercapnia() throws {
        #expect(throws: StoreError.profileNotAllowed) { try store.database.confirmProfile(.hypercapnia, of: .id(1), store.nurse) }
        _ = try store.database.confirmProfile(.hypercapnia, of: .id(1), store.admin, reason: "r")
        #expect(throws: StoreError.profileNotAllowed) { try store.database.confirmProfile(.adult, of: .id(1), store.nurse, reason: "r") }
        _ = try store.database.confirmProfile(.hypercapnia, of: .id(1), store.nurse)
        #expect(try patient().profile.inForce == .hypercapnia && !patient().profile.asks)
    }

    @Test("a profile that makes a limit looser needs a reason, unless the age proposes it; the reason is in the audit") func loosened() throws {
        // Three weeks old: an infant's upper limits are looser than an adult's, and are what the age proposes.
        _ = try store.database.confirmProfile(.infant0to2Months, of: .id(1), store.nurse)
        #expect(throws: StoreError.reasonNeeded) { try store.database.confirmProfile(.adult, of: .id(1), store.nurse) }
        #expect(throws: StoreError.reasonNeeded) { try store.database.confirmProfile(.infant0to2Months, of: .id(2), store.admin) }
        #expect(throws: ShownText.Faults.self) { try store.database.confirmProfile(.adult, of: .id(1), store.nurse, reason: " ") }
        #expect(try patient().profile.inForce == .infant0to2Months)
        _ = try store.database.confirmProfile(.adult, of: .id(1), store.nurse, reason: "date de naissance fausse")
        let told: [String] = try owner.query(
            "SELECT concat_ws('|', after ->> 'profile', after ->> 'reason') FROM audit WHERE action = 'patient.changed' AND after ? 'profile' ORDER BY id"
        ).map { try $0[0] }
        #expect(told == ["nourrisson_0_2", "adulte|date de naissance fausse"])
        // What holds already is not made looser.
        _ = try store.database.confirmProfile(.adult, of: .id(1), store.nurse)
    }

    @Test("a patient who comes back is asked about again; a discharge that is taken back leaves the profile as it was") func stays() throws {
        _ = try store.database.confirmProfile(.infant0to2Months, of: .id(1), store.nurse)
        _ = try store.database.dischargePatient(.id(1), store.nurse)
        #expect(throws: StoreError.patientDischarged) { try store.database.confirmProfile(.adult, of: .id(1), store.admin) }
        let back = try #require(try store.database.takeBackDischarge(.id(1), bed: nil, store.nurse))
        #expect(back.patient.profile.inForce == .infant0to2Months)
        _ = try store.database.dischargePatient(.id(1), store.nurse)
        #expect(try store.database.dischargedPatients(store.nurse, ward: nil, Page(limit: 5)).map(\.formerBed) == ["1"])
        let again = try store.database.admitPatient(back.patient.fields.admitted, store.nurse)
        #expect(again.isReadmitted && again.patient.profile.confirmation == nil && again.patient.profile.asks)
        _ = try store.database.dischargePatient(.id(1), store.nurse)
        var fields = again.patient.fields
        fields.profile = .infant0to2Months
        #expect(try store.database.admitPatient(fields, store.nurse).patient.profile.confirmation?.profile == .infant0to2Months)
    }
}

extension PatientFields {
    /// As somebody admits who says nothing of a profile.
    fileprivate var admitted: PatientFields {
        var fields = self
        fields.profile = nil
        return fields
    }
}
