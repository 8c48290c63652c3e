/// The `code` of an error, for programs: the same in the API, the push daemon and nginx. `docs/interface.md` lists them.
public enum ErrorCode: String, CaseIterable, Sendable {
    case parseError = "parse_error"
    case invalid
    case patientRequired = "patient_required"
    case notAuthenticated = "not_authenticated"
    case tokenNotValid = "token_not_valid"
    case badAuthorizationHeader = "bad_authorization_header"
    case noActiveAccount = "no_active_account"
    case throttled
    case readmissionThrottled = "readmission_throttled"
    case tooManyOpenAlerts = "too_many_open_alerts"
    case provisionalPasswordExpired = "provisional_password_expired"
    // RFC 6749, section 5.2.
    case invalidClient = "invalid_client"
    case invalidRequest = "invalid_request"
    case invalidScope = "invalid_scope"
    case unsupportedGrantType = "unsupported_grant_type"
    case permissionDenied = "permission_denied"
    case passwordChangeRequired = "password_change_required"
    case sessionLocked = "session_locked"
    case notFound = "not_found"
    case deleted
    case requestRunning = "request_running"
    case idempotencyKeyReused = "idempotency_key_reused"
    case methodNotAllowed = "method_not_allowed"
    case conflict
    case noPatientAssigned = "no_patient_assigned"
    case patientWearsDevice = "patient_wears_device"
    case changedMeanwhile = "changed_meanwhile"
    case tooLarge = "too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case tooManyRequests = "too_many_requests"
    case unavailable
    case outcomeUnknown = "outcome_unknown"
    case error
    // WebSocket handshakes.
    case originNotAllowed = "origin_not_allowed"
    case upgradeRequired = "upgrade_required"
    case headTooLarge = "head_too_large"
    case malformedHandshake = "malformed_handshake"

    /// The HTTP status that it comes with.
    public var status: Int {
        switch self {
        case .parseError, .malformedHandshake, .invalid, .patientRequired, .invalidRequest, .invalidScope, .unsupportedGrantType: 400
        case .invalidClient, .notAuthenticated, .tokenNotValid, .badAuthorizationHeader, .noActiveAccount, .provisionalPasswordExpired: 401
        case .permissionDenied, .originNotAllowed, .passwordChangeRequired, .sessionLocked: 403
        case .notFound, .deleted: 404
        case .methodNotAllowed: 405
        case .requestRunning, .conflict, .noPatientAssigned, .patientWearsDevice: 409
        case .changedMeanwhile: 412
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .idempotencyKeyReused: 422
        case .upgradeRequired: 426
        case .throttled, .readmissionThrottled, .tooManyOpenAlerts, .tooManyRequests: 429
        case .headTooLarge: 431
        case .error: 500
        case .unavailable, .outcomeUnknown: 503
        }
    }

    /// As the wire has it: some have a sentence of their own, but to clients they are what others are.
    public var wire: String {
        switch self {
        case .patientRequired: ErrorCode.invalid.rawValue
        case .readmissionThrottled: ErrorCode.throttled.rawValue
        case .malformedHandshake: ErrorCode.parseError.rawValue
        default: rawValue
        }
    }

    /// An OAuth client reads it in `error`.
    public var isOAuth: Bool { [.invalidClient, .invalidRequest, .invalidScope, .unsupportedGrantType].contains(self) }

    public func sentence(in language: Language) -> String { Self.sentences[self]?[language] ?? rawValue }
}
