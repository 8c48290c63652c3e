import NIOCore

/// What a frame is: RFC 6455, section 5.2.
enum Opcode: UInt8 {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    var isControl: Bool { rawValue & 0x8 != 0 }
}

/// One whole server frame as it goes over the wire. Encoded once; every socket of every loop is sent the same bytes,
/// because a server's frames are not masked.
public struct Frame: Sendable, Hashable {
    let bytes: ByteBuffer

    /// Longest payload of a control frame.
    static let controlLimit = 125

    /// A text message. The caller gives UTF-8.
    public static func text(_ payload: some Collection<UInt8>) -> Frame { Frame(.text, payload) }

    public static func text(_ payload: ByteBuffer) -> Frame { Frame(.text, payload.readableBytesView) }
    public static func binary(_ payload: ByteBuffer) -> Frame { Frame(.binary, payload.readableBytesView) }
    static func pong(_ payload: ByteBuffer) -> Frame { Frame(.pong, payload.readableBytesView) }
    static let ping = Frame(.ping, [])
    static func ping(_ mark: UInt64) -> Frame { Frame(.ping, withUnsafeBytes(of: mark.bigEndian, Array.init)) }

    /// A close frame; without a code it is empty. A reason is cut to what a control frame holds.
    static func close(_ code: CloseCode?, reason: String = "") -> Frame {
        guard let code else { return Frame(.close, []) }
        var payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)]
        for character in reason where payload.count + character.utf8.count <= controlLimit {
            payload += character.utf8
        }
        return Frame(.close, payload)
    }

    private init(_ opcode: Opcode, _ payload: some Collection<UInt8>) {
        let length = payload.count
        var bytes = ByteBufferAllocator().buffer(capacity: length + 10)
        bytes.writeInteger(0x80 | opcode.rawValue)
        switch length {
        case ..<126:
            bytes.writeInteger(UInt8(length))
        case ...0xFFFF:
            bytes.writeInteger(UInt8(126))
            bytes.writeInteger(UInt16(length))
        default:
            bytes.writeInteger(UInt8(127))
            bytes.writeInteger(UInt64(length))
        }
        bytes.writeBytes(payload)
        self.bytes = bytes
    }
}
