import Access
import Clinical
import Postgres

/// Which limit profile holds for a patient: a person's decision.
extension Database {
    /// Confirms a profile, also the one that holds already: what is proposed now is not asked again. The patient's own limits stay. Nil where the caller
    /// sees no such patient.
    ///
    /// - Parameter reason: needed where anything becomes looser, unless the age proposes the profile; it stands in the audit.
    /// - Throws: `StoreError.profileNotAllowed`, `.patientDischarged`, `.reasonNeeded`; `ShownText.Faults`; `.limitsContradict` where the patient's own limits and the profile's would be no
    ///   valid rules.
    public func confirmProfile(_ profile: LimitProfile, of key: PatientKey, _ scope: Scope, reason: String? = nil) throws -> Patient? {
        let reason = try reason.map { try ShownText.checked([.init("motif", $0)])[0] }
        return try change(by: scope.author) { connection in
            // Before the patient's row, as who changes limits does.
            try connection.query("SELECT pg_advisory_xact_lock(hashtext($1))", [AdvisoryLock.alarmRules])
            guard let patient = try patient(key, scope, isLocked: true, on: connection) else { return nil }
            if patient.dischargedAt != nil { throw StoreError.patientDischarged }
            try check(profile: profile, instead: patient.fields.profile, scope)
            try checkOwnLimits(of: patient, under: profile, on: connection)
            let (held, holds) = try (
                levels(of: patient, patient.profile, on: connection),
                levels(of: patient, ProfileChoice(wardDefault: profile, proposed: profile), on: connection)
            )
            if reason == nil, profile != patient.profile.proposed, !held.loosened(by: holds).isEmpty { throw StoreError.reasonNeeded }
            if let reason { try LimitEffects.tell(reasonForProfile: reason, on: connection) }
            try recordLoosened(from: held, to: holds, of: patient.id, because: .profile, reason: reason, on: connection)
            return try confirmed(patient, profile, scope, on: connection)
        }
    }

    /// - Throws: `StoreError.profileNotAllowed` where the caller may not change limits, or not decide about chronic hypercapnia: a doctor does.
    func check(profile: LimitProfile, instead before: LimitProfile?, _ scope: Scope) throws {
        let isDoctors = profile != before && [profile, before].contains(.hypercapnia)
        guard scope.may(.changeLimits), !isDoctors || scope.may(.chooseScoreScale) else { throw StoreError.profileNotAllowed }
    }

    /// Stores who confirmed what. Whether they may is asked before. - Parameter profile: nil: nobody has.
    func confirmed(_ patient: Patient, _ profile: LimitProfile?, _ scope: Scope, on connection: Connection) throws -> Patient {
        guard let profile else { return patient }
        return try self.patient(
            connection.query(
                """
                UPDATE patients p SET profile = $2, profile_proposed = $3, profile_confirmed_by = $4, profile_confirmed_at = now()
                WHERE id = $1 RETURNING \(Self.patientColumns)
                """, [patient.id, profile.rawValue, patient.profile.proposed?.rawValue, scope.author.user])[0])
    }

    /// A patient keeps limits of their own: what would hold must make sense. What does not already is not held against the change.
    private func checkOwnLimits(of patient: Patient, under profile: LimitProfile, on connection: Connection) throws {
        if patient.ownLimits.isEmpty || profile == patient.profile.inForce && patient.profile.provisional == nil { return }
        let after = try levels(of: patient, ProfileChoice(wardDefault: profile, proposed: profile), on: connection)
        guard after.rules.fault(under: profile) != nil else { return }
        let before = try levels(of: patient, patient.profile, on: connection)
        if before.rules.fault(under: before.profile) == nil {
            throw StoreError.limitsContradict(wards: [], patients: [patient.fields.hospitalNumber])
        }
    }

    /// The limits that hold for a patient, or would with another choice of the profile.
    func levels(of patient: Patient, _ choice: ProfileChoice, on connection: Connection) throws -> AlarmLevels {
        try AlarmLevels(
            of: .patient, profile: choice.inForce, provisional: choice.provisional, ward: patient.fields.ward, patient: patient.id, on: connection)
    }
}

extension ProfileChoice {
    /// - Parameters:
    ///   - row: `Database.patientColumns`.
    ///   - today: the hospital's day.
    init(_ row: Row, today: String) throws {
        var confirmation: Confirmation?
        if let stored: String = try row[12], let at: Timestamp = try row[15] {
            let proposed = (try row[13] as String?).flatMap(LimitProfile.init(rawValue:))
            confirmation = .init(LimitProfile(stored: stored), instead: proposed, by: try row[14], at: Instant(at))
        }
        let birthDate: String? = try row[4]
        self.init(
            confirmation, wardDefault: LimitProfile(stored: try row[16]),
            proposed: birthDate.flatMap { LimitProfile.proposed(birthDate: $0, today: today) })
    }
}
