import FoundationEssentials
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
        let envelope: Envelope
        do {
            envelope = try JSONDecoder().decode(Envelope.self, from: Data(bytes))
        } catch DecodingError.dataCorrupted {
            throw Fault(.notJSON)
        } catch {
            throw Fault(.unknownType)  // JSON, but no object
        }
        switch envelope.type {
        case "get_latest": self = .latest
        case "pulse": self = .pulse
        case "iot_data": self = .readings(bytes)
        case "auth":
            guard let token = envelope.token else { throw Fault(.noToken) }
            self = .token(token)
        case "son":
            guard let isAudible = envelope.actif else { throw Fault(.unknownType) }
            self = .sound(isAudible)
        default: throw Fault(.unknownType)
        }
    }

    /// The members that are looked at here, on the event loop: everybody on it waits meanwhile, so the rest stays unread.
    private struct Envelope: Decodable {
        let type: String?
        let token: String?
        let actif: Bool?

        private enum CodingKeys: CodingKey { case type, token, actif }

        init(from decoder: any Decoder) throws {
            let object = try decoder.container(keyedBy: CodingKeys.self)
            type = try? object.decode(String.self, forKey: .type)
            token = try? object.decode(String.self, forKey: .token)
            actif = try? object.decode(Bool.self, forKey: .actif)
        }
    }

    struct Fault: Error {
        let fault: Message.Fault
        init(_ fault: Message.Fault) { self.fault = fault }
    }
}
