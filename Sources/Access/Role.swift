/// What an account is. Every role but `admin` sees the patients of its own wards only; that is part of each query, not of this table.
public enum Role: String, Codable, Sendable, CaseIterable {
    case admin, medecin, infirmier
    /// A wall display.
    case ecran

    /// Only of what, not of whose: that is the scope's.
    public func may(_ permission: Permission) -> Bool { permissions.contains(permission) }

    public var permissions: Set<Permission> { Self.table[self] ?? [] }

    private static let table: [Role: Set<Permission>] = [
        .admin: Set(Permission.allCases).subtracting([.postReadings]),
        .medecin: care.union([.chooseScoreScale, .closeScoreAlerts]),
        .infirmier: care,
        .ecran: watching,
    ]

    private static let watching: Set<Permission> = [
        .session, .readPatients, .readReadings, .readAlerts, .readDevices, .readWards,
    ]

    private static let care: Set<Permission> = watching.union([
        .managePatients, .enterReadings, .correctOwnReadings, .raiseAlerts, .acknowledgeAlerts, .changeLimits, .assignDevices, .deviceStatus,
    ])
}

/// What a route asks of its caller.
public enum Permission: String, Sendable, CaseIterable {
    /// Who am I, renewing and ending one's own session.
    case session
    case readPatients, managePatients
    case readReadings
    /// Manual entry for a patient.
    case enterReadings
    /// Changing and deleting stored readings; audited.
    case correctReadings
    /// The same for what the account itself entered by hand, for an hour.
    case correctOwnReadings
    case readAlerts, raiseAlerts, acknowledgeAlerts
    /// Ending an alert about the early warning score that the score itself does not end: a doctor's decision.
    case closeScoreAlerts
    /// Alarm limits and pauses.
    case changeLimits
    /// The alarm limits that hold where no ward or patient has its own.
    case changeHospitalLimits
    /// Which SpO2 scale a patient's early warning score takes, and whether the limits of chronic hypercapnia hold: a doctor's decisions.
    case chooseScoreScale
    case readDevices
    /// Creating and deleting devices, and their keys.
    case manageDevices
    /// Which patient wears a device.
    case assignDevices
    case deviceStatus
    case readWards, manageWards
    /// Reading many patients or devices from a file.
    case importLists
    /// Accounts, and others' sessions.
    case manageUsers
    /// Keys of the hospital's programs.
    case manageKeys
    /// Who did what, on which patient, with the old and new values.
    case readAudit
    /// How quickly alarms come, and how many a ward has.
    case readMeasures
    /// A device's own reports: no account has this.
    case postReadings

    /// What a device key may do, for the device itself and no other.
    public static let ofDevices: Set<Permission> = [.postReadings, .deviceStatus]

    /// What a machine key may be given: THE list, in the order in which it is shown. What is of accounts, keys and other settings of security is
    /// none of it, nor are decisions of those who care for a patient, as limits and pauses are.
    public static let ofMachineKeys: [Permission] = [
        .readPatients, .managePatients, .readReadings, .enterReadings, .correctOwnReadings, .readAlerts, .raiseAlerts, .acknowledgeAlerts,
        .readDevices, .assignDevices, .readWards,
    ]
}
