import Clinical

/// What the document names: the objects that several answers have in common.
enum SchemaComponent: String, CaseIterable {
    case problem = "Problem"
    case account = "Account"
    case me = "Me"
    case session = "Session"
    case machineKey = "MachineKey"
    case auditEntry = "AuditEntry"
    case ward = "Ward"
    case patient = "Patient"
    case dischargedPatient = "DischargedPatient"
    case returnedPatient = "ReturnedPatient"
    case importReport = "ImportReport"
    case score = "Score"
    case limit = "Limit"
    case limits = "Limits"
    case limitChange = "LimitChange"
    case limitsTrial = "LimitsTrial"
    case pause = "Pause"
    case hold = "Hold"
    case alert = "Alert"
    case signalTrace = "SignalTrace"
    case alarmLoad = "AlarmLoad"
    case alarmStatistics = "AlarmStatistics"
    case device = "Device"
    case assignment = "Assignment"
    case calibration = "Calibration"
    case value = "Value"
    case reading = "Reading"
    case ownEntry = "OwnEntry"
    case receipt = "Receipt"
    case singleReading = "SingleReading"
    case readingMap = "ReadingMap"
    case report = "Report"
    case deviceState = "DeviceState"

    var schema: Schema {
        switch self {
        case .problem: .problem
        case .account: .account
        case .me: .me
        case .session: .session
        case .machineKey: .machineKey
        case .auditEntry: .auditEntry
        case .ward: .ward
        case .patient: .patient
        case .dischargedPatient: .dischargedPatient
        case .returnedPatient: .returnedPatient
        case .importReport: .importReport
        case .score: .score
        case .limit: .limit
        case .limits: .limits
        case .limitChange: .limitChange
        case .limitsTrial: .limitsTrial
        case .pause: .pause
        case .hold: .hold
        case .alert: .alert
        case .signalTrace: .signalTrace
        case .alarmLoad: .alarmLoad
        case .alarmStatistics: .alarmStatistics
        case .device: .device
        case .assignment: .assignment
        case .calibration: .calibration
        case .value: .value
        case .reading: .reading
        case .ownEntry: .ownEntry
        case .receipt: .receipt
        case .singleReading: .singleReading
        case .readingMap: .readingMap
        case .report: .report
        case .deviceState: .deviceState
        }
    }
}
