import Clinical
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
        guard let json = try? JSONDecoder().decode(JSON.self, from: Data(bytes)) else { throw Fault(.notJSON) }
        guard case .object(let object) = json, case .string(let type) = object["type"] else { throw Fault(.unknownType) }
        switch type {
        case "get_latest": self = .latest
        case "iot_data": self = .readings(bytes)
        case "auth":
            guard case .string(let token) = object["token"] else { throw Fault(.noToken) }
            self = .token(token)
        default: throw Fault(.unknownType)
        }
    }

    struct Fault: Error {
        let fault: Message.Fault
        init(_ fault: Message.Fault) { self.fault = fault }
    }
}
