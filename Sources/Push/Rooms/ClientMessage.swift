import Clinical
import NIOCore

/// What a client says.
enum ClientMessage {
    case latest
    /// A sign of life, now.
    case pulse
    /// Readings to store, as they came.
    case readings([UInt8])
    case token(String)
    /// Whether the alarms' sound can be heard on this screen.
    case sound(Bool)

    init(_ text: ByteBuffer) throws(Fault) {
        let bytes = Array(text.readableBytesView)
        // On the event loop, where everybody waits meanwhile: nothing is made of the other members.
        let members: [String: JSON]?
        do { members = try JSON.members(["type", "token", "actif"], of: bytes) } catch { throw Fault(.notJSON) }
        switch members?["type"]?.word {
        case "get_latest": self = .latest
        case "pulse": self = .pulse
        case "iot_data": self = .readings(bytes)
        case "auth":
            guard case .string(let token) = members?["token"] else { throw Fault(.noToken) }
            self = .token(token)
        case "son":
            guard case .bool(let isAudible) = members?["actif"] else { throw Fault(.unknownType) }
            self = .sound(isAudible)
        default: throw Fault(.unknownType)
        }
    }

    struct Fault: Error {
        let fault: Message.Fault
        init(_ fault: Message.Fault) { self.fault = fault }
    }
}
