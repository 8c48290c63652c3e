import FoundationEssentials
import NIOCore

/// What a client says.
enum Request {
    case latest
    /// Readings to store, as they came.
    case readings([UInt8])
    case token(String)

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
        case "iot_data": self = .readings(bytes)
        case "auth":
            guard let token = envelope.token else { throw Fault(.noToken) }
            self = .token(token)
        default: throw Fault(.unknownType)
        }
    }

    /// The members that are looked at here, on the event loop: everybody on it waits meanwhile, so the rest stays unread.
    private struct Envelope: Decodable {
        let type: String?
        let token: String?

        private enum CodingKeys: CodingKey { case type, token }

        init(from decoder: any Decoder) throws {
            let object = try decoder.container(keyedBy: CodingKeys.self)
            type = try? object.decode(String.self, forKey: .type)
            token = try? object.decode(String.self, forKey: .token)
        }
    }

    struct Fault: Error {
        let fault: Message.Fault
        init(_ fault: Message.Fault) { self.fault = fault }
    }
}
