import Clinical
import Postgres
import TestDatabase
import Testing

@testable import Store

/// Limits that become looser for a patient although nobody changes one: they stand in the list of changes and in the audit, with what held.
@Suite struct LoosenedByOthersTests {
    private let store: TestStore
    private let owner: Connection

    init() throws {
        store = try TestStore()
        owner = try store.connection()
        try owner.script("UPDATE patients SET birth_date = current_date - 21 WHERE id = 1")
    }

    /// `heart_rate bas error 80 defaut > 40 defaut, profil, r`, newest first.
    private func listed(_ patient: PatientID = 1) throws -> [String] {
        try store.database.limitChanges(patient, from: nil, to: nil, store.admin, Page(limit: 50)).filter { $0.cause != nil }.map { change in
            #expect(change.isLooser == true && change.before == nil && change.after == nil && change.level == .patient)
            func side(_ held: LimitChange.Holding?) -> String {
                [held?.state.limit.map { "\(Int($0))" } ?? "none", held?.level?.rawValue].compactMap(\.self).joined(separator: " ")
            }
            let key = change.key
            return "\(key.vital.rawValue) \(key.side.rawValue) \(key.severity.rawValue) \(side(change.held)) > \(side(change.holds)), "
                + [change.cause?.rawValue, change.reason, change.username].compactMap(\.self).joined(separator: ", ")
        }
    }

    private func pulse(_ entries: [String]) -> [String] { entries.filter { $0.hasPrefix("heart_rate") }.sorted() }

    private func set(_ ward: WardID, _ limit: Double, _ profile: LimitProfile? = nil) throws {
        let rule = AlarmRule(.init(.heartRate, .high, .error), limit: limit, delaySeconds: 5, hysteresis: 3)
        _ = try store.database.changeAlarmRules(.ward(ward), profile: profile, store.admin, to: [AlarmRuleChange(rule)], reason: "r")
    }

    @Test("a confirmed profile: each limit that lets more pass, with the reason; what became stricter is none of them") func profile() throws {
        _ = try store.database.confirmProfile(.infant0to2Months, of: .id(1), store.nurse)
        // Until then an adult's upper limits held besides.
        #expect(
            try pulse(listed()) == [
                "heart_rate haut error 130 defaut > 190 defaut, profil, nurse", "heart_rate haut warning 110 defaut > 160 defaut, profil, nurse",
            ])
        let first = try listed().count
        _ = try store.database.confirmProfile(.adult, of: .id(1), store.nurse, reason: "date fausse")
        #expect(
            try pulse(listed().dropLast(first).map(\.self)) == [
                "heart_rate bas error 80 defaut > 40 defaut, profil, date fausse, nurse",
                "heart_rate bas warning 90 defaut > 50 defaut, profil, date fausse, nurse",
            ])
        let entries: [String] = try owner.query(
            """
            SELECT concat_ws('|', username, patient_id, subject, before ->> 'effective_limit', after ->> 'effective_limit', after ->> 'cause', after ->> 'reason')
            FROM audit WHERE action = 'limit.loosened' AND after ? 'reason' AND subject = 'limit heart_rate-bas-error'
            """
        ).map { try $0[0] }
        #expect(entries == ["nurse|1|limit heart_rate-bas-error|80|40|profil|date fausse"])
        // Nothing became looser: nothing is said.
        let count = try listed().count
        _ = try store.database.confirmProfile(.adult, of: .id(1), store.nurse)
        #expect(try listed().count == count)
    }

    @Test("another default of a ward: for each patient for whom nobody has confirmed a profile, and who is there") func wardDefault() throws {
        let adult = try store.database.addPatient(
            PatientFields(hospitalNumber: "W1", lastName: "A", firstName: "B", birthDate: "1950-01-01", sex: nil, ward: 1, bed: nil), store.nurse)
        let decided = try store.database.addPatient(
            PatientFields(hospitalNumber: "W2", lastName: "A", firstName: "C", birthDate: "1950-01-01", sex: nil, ward: 1, bed: nil), store.nurse)
        _ = try store.database.changeWard(1, defaultProfile: .child5to12Years, store.admin)
        #expect(try listed(adult.id) == [], "an adult's limits hold besides: nothing is looser")
        _ = try store.database.confirmProfile(.adult, of: .id(decided.id), store.admin, reason: "r")
        let known = try listed(decided.id).count
        _ = try store.database.changeWard(1, defaultProfile: .adult, store.admin)
        #expect(
            try pulse(listed(adult.id)) == [
                "heart_rate bas error 50 defaut > 40 defaut, profil_par_defaut, admin",
                "heart_rate bas warning 60 defaut > 50 defaut, profil_par_defaut, admin",
            ])
        #expect(try listed(decided.id).count == known)
        #expect(try store.database.changeWard(1, name: "Autre", store.admin)?.name == "Autre")
    }

    @Test("a move to a ward whose limits are looser, and none back") func move() throws {
        try set(2, 145)
        var fields = try #require(try store.database.patient(.id(1), store.admin)).fields
        fields.birthDate = "1950-01-01"
        _ = try store.database.updatePatient(1, fields, store.admin)
        #expect(try pulse(listed()).contains("heart_rate bas error 80 defaut > 40 defaut, date_naissance, admin"), "another age is another profile")
        let known = try listed().count
        fields.ward = 2
        _ = try store.database.updatePatient(1, fields, store.admin)
        #expect(try listed().dropLast(known) == ["heart_rate haut error 130 defaut > 145 service, service, admin"])
        fields.ward = 1
        fields.bed = "7"
        _ = try store.database.updatePatient(1, fields, store.admin)
        #expect(try listed().count == known + 1)
    }

    @Test("an admission to a ward whose limits are looser than the hospital's, or with a looser profile than the age's; a readmission too")
    func admission() throws {
        try set(1, 150)
        func admit(_ number: String, birth: String?, _ profile: LimitProfile? = nil) throws -> PatientID {
            try store.database.admitPatient(
                PatientFields(
                    hospitalNumber: number, lastName: "A", firstName: "B", birthDate: birth, sex: nil, ward: 1, bed: nil, profile: profile),
                store.nurse
            ).patient.id
        }
        let wards = "heart_rate haut error 130 defaut > 150 service, admission, nurse"
        let adult = try admit("A1", birth: "1950-01-01")
        #expect(try listed(adult) == [wards])
        #expect(try listed(admit("A2", birth: nil)) == [wards])
        _ = try store.database.dischargePatient(.id(adult), store.nurse)
        #expect(try admit("A1", birth: "1950-01-01") == adult)
        #expect(try listed(adult) == [wards, wards])
        let born: String = try owner.query("SELECT to_char(current_date - 21, 'YYYY-MM-DD')")[0][0]
        #expect(try listed(admit("N1", birth: born)) == [] && listed(admit("N2", birth: born, .infant0to2Months)) == [])
        #expect(
            try pulse(listed(admit("N3", birth: born, .adult))) == [
                "heart_rate bas error 80 defaut > 40 defaut, admission, nurse", "heart_rate bas warning 90 defaut > 50 defaut, admission, nurse",
            ])
    }
}
