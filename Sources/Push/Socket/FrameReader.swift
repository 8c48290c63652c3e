import NIOCore

/// A client's bytes in, messages out: RFC 6455's frames, without any I/O.
///
/// Not NIO's frame decoder, which hands out only whole frames: text that is not UTF-8 could not be refused before its
/// frame has ended, and every idle socket would keep a decoder and its buffer. This keeps a hundred bytes.
struct FrameReader {
    enum Event: Equatable {
        case text(ByteBuffer)
        case binary(ByteBuffer)
        case ping(ByteBuffer)
        case pong(ByteBuffer)
        /// The peer closes; nil without a code.
        case close(CloseCode?)
        /// The peer broke the protocol or a limit: close with this code and read no more.
        case violation(CloseCode)
    }

    private enum Step {
        case opcode
        case length
        case longLength(missing: Int, value: UInt64, least: UInt64)
        case mask(missing: Int)
        case payload
        case failed
    }

    /// Longest message, all its fragments together, in bytes.
    private let messageLimit: Int
    private var step = Step.opcode
    private var opcode = Opcode.continuation
    private var isFinal = false
    private var remaining = 0
    /// The masking key, turned so that its highest byte is for the next byte of the payload.
    private var mask: UInt32 = 0
    /// The kind of the message whose fragments are being read.
    private var messageKind: Opcode?
    private var message = ByteBuffer()
    private var control = ByteBuffer()
    private var text = UTF8Validator()

    init(messageLimit: Int) { self.messageLimit = messageLimit }

    /// The next thing that the peer said; nil when more bytes are needed. Nothing comes after a violation.
    mutating func next(_ input: inout ByteBuffer) -> Event? {
        while true {
            switch step {
            case .failed:
                input.moveReaderIndex(to: input.writerIndex)
                return nil
            case .opcode:
                guard let byte = input.readInteger(as: UInt8.self) else { return nil }
                guard begin(byte) else { return fail(.protocolError) }
                step = .length
            case .length:
                guard let byte = input.readInteger(as: UInt8.self) else { return nil }
                guard byte & 0x80 != 0 else { return fail(.protocolError) }  // a client must mask
                if let code = short(length: byte & 0x7F) { return fail(code) }
            case .longLength(let missing, let value, let least):
                guard let byte = input.readInteger(as: UInt8.self) else { return nil }
                let value = value << 8 | UInt64(byte)
                if missing > 1 {
                    step = .longLength(missing: missing - 1, value: value, least: least)
                } else {
                    guard value >= least, value >> 63 == 0 else { return fail(.protocolError) }
                    if let code = announce(length: value) { return fail(code) }
                }
            case .mask(let missing):
                guard let byte = input.readInteger(as: UInt8.self) else { return nil }
                mask = mask << 8 | UInt32(byte)
                step = missing > 1 ? .mask(missing: missing - 1) : .payload
            case .payload:
                if remaining > 0 {
                    guard input.readableBytes > 0 else { return nil }
                    guard readPayload(&input) else { return fail(.invalidText) }
                }
                if remaining == 0 {
                    step = .opcode
                    if let event = endFrame() { return event }
                }
            }
        }
    }

    private mutating func fail(_ code: CloseCode) -> Event {
        step = .failed
        (message, control) = (ByteBuffer(), ByteBuffer())
        return .violation(code)
    }

    // MARK: Header

    private mutating func begin(_ byte: UInt8) -> Bool {
        // No extension was agreed on, so the three reserved bits are zero.
        guard byte & 0x70 == 0, let opcode = Opcode(rawValue: byte & 0x0F) else { return false }
        isFinal = byte & 0x80 != 0
        self.opcode = opcode
        if opcode.isControl { return isFinal }
        guard (opcode == .continuation) == (messageKind != nil) else { return false }
        if opcode != .continuation { messageKind = opcode }
        return true
    }

    private mutating func short(length: UInt8) -> CloseCode? {
        if length > Frame.controlLimit, opcode.isControl { return .protocolError }
        switch length {
        case 126: step = .longLength(missing: 2, value: 0, least: 126)
        case 127: step = .longLength(missing: 8, value: 0, least: 65_536)
        default: return announce(length: UInt64(length))
        }
        return nil
    }

    /// The length is known: refuse what is too big before it comes.
    private mutating func announce(length: UInt64) -> CloseCode? {
        if !opcode.isControl, length > UInt64(messageLimit - message.readableBytes) { return .messageTooBig }
        remaining = Int(length)
        step = .mask(missing: 4)
        return nil
    }

    // MARK: Payload

    /// False: not UTF-8.
    private mutating func readPayload(_ input: inout ByteBuffer) -> Bool {
        let count = min(remaining, input.readableBytes)
        guard let piece = input.readSlice(length: count) else { return true }
        remaining -= count
        if opcode.isControl {
            mask = Self.append(piece, maskedWith: mask, to: &control)
            return true
        }
        let start = message.readableBytes
        mask = Self.append(piece, maskedWith: mask, to: &message)
        guard messageKind == .text else { return true }
        var text = text
        defer { self.text = text }
        return message.withUnsafeReadableBytes { text.accept(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    }

    /// Returns the key as it is to be applied to the byte after the piece.
    private static func append(_ piece: ByteBuffer, maskedWith key: UInt32, to target: inout ByteBuffer) -> UInt32 {
        let start = target.readableBytes
        target.writeImmutableBuffer(piece)
        var key = key
        target.withUnsafeMutableReadableBytes { bytes in
            for index in start..<bytes.count {
                bytes[index] ^= UInt8(truncatingIfNeeded: key >> 24)
                key = key << 8 | key >> 24
            }
        }
        return key
    }

    private mutating func endFrame() -> Event? {
        if opcode.isControl {
            let payload = control
            control = ByteBuffer()
            return controlEvent(payload)
        }
        guard isFinal, let kind = messageKind else { return nil }
        guard text.isComplete else { return fail(.invalidText) }
        let whole = message
        (message, messageKind) = (ByteBuffer(), nil)
        return kind == .text ? .text(whole) : .binary(whole)
    }

    private mutating func controlEvent(_ payload: ByteBuffer) -> Event {
        switch opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong(payload)
        default: break
        }
        var payload = payload
        if payload.readableBytes == 0 { return .close(nil) }
        guard let code = payload.readInteger(as: UInt16.self).map(CloseCode.init), code.mayTravel else {
            return fail(.protocolError)
        }
        var reason = UTF8Validator()
        guard payload.withUnsafeReadableBytes({ reason.accept($0) }), reason.isComplete else { return fail(.invalidText) }
        return .close(code)
    }
}
