/// Why a socket is closed: the status code of RFC 6455, section 7.4.
public struct CloseCode: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let normal = CloseCode(rawValue: 1000)
    public static let protocolError = CloseCode(rawValue: 1002)
    public static let unacceptableData = CloseCode(rawValue: 1003)
    public static let invalidText = CloseCode(rawValue: 1007)
    public static let policyViolation = CloseCode(rawValue: 1008)
    public static let messageTooBig = CloseCode(rawValue: 1009)
    /// The server restarts; come back.
    public static let restarting = CloseCode(rawValue: 1012)
    /// This client reads too slowly.
    public static let tooSlow = CloseCode(rawValue: 1013)

    /// Whether a peer may put this code into a close frame: 1004, 1005, 1006 and 1015 stand for things that never
    /// travel, up to 2999 is kept for the protocol, 3000 to 4999 is anybody's.
    var mayTravel: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
