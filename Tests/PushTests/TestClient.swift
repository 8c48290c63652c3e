import Clinical
import Foundation
import Glibc

@testable import Push

/// A WebSocket client on a plain blocking unix socket, for a thread of the test's own.
final class TestClient {
    enum Heard: Equatable {
        case json(JSON)
        case close(UInt16)
        case hungUp
    }

    struct Trouble: Error, CustomStringConvertible {
        let description: String
    }

    private let descriptor: CInt
    private var unread: [UInt8] = []
    /// Of the handshake's answer.
    private(set) var status = 0
    private(set) var head = ""
    private(set) var problem = JSON.null

    /// Connects and asks for a WebSocket; whatever is answered is in `status`.
    convenience init(_ path: String, _ target: String, headers: [String: String] = [:]) throws {
        try self.init(path)
        try ask(target, headers: headers)
        try readHead()
    }

    /// Connects and says nothing yet.
    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Trouble(description: "socket: \(errno)") }
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Trouble(description: "connect: \(errno)") }
    }

    /// Sends the request for a WebSocket.
    func ask(_ target: String, headers: [String: String] = [:]) throws {
        var fields = [
            "Host": "hopital.sn", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        ]
        fields.merge(headers) { $1 }
        let lines = fields.filter { !$0.value.isEmpty }.map { "\($0): \($1)\r\n" }.joined()
        try write(Array("GET \(target) HTTP/1.1\r\n\(lines)\r\n".utf8))
    }

    /// Sends half a request and no more.
    func askHalf() throws { try write(Array("GET /ws/iot/12/ HTTP/1.1\r\nHost: ".utf8)) }

    deinit { close(descriptor) }

    /// Reads the answer to the handshake.
    func readHead() throws {
        while unread.suffix(from: 0).firstRange(of: Array("\r\n\r\n".utf8)) == nil { try receive() }
        let end = unread.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound ?? 0
        head = String(decoding: unread.prefix(end), as: UTF8.self)
        unread.removeFirst(end)
        status = Int(head.dropFirst(9).prefix(3)) ?? 0
        guard status != 101, let length = field("Content-Length").flatMap(Int.init) else { return }
        problem = try JSON(parsing: Array(take(length)))
    }

    /// A header of the handshake's answer.
    func field(_ name: String) -> String? {
        head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
            .map { String($0.dropFirst(name.count + 2)) }
    }

    func say(_ text: String) throws { try write(clientFrame(.text, Array(text.utf8))) }

    func sayBytes(_ bytes: [UInt8]) throws { try write(clientFrame(.binary, bytes)) }

    func sayClose() throws { try write(clientFrame(.close, [0x03, 0xE8])) }

    /// Waits for a ping that has a mark, and answers it: what was sent before has been read.
    func answerPing() throws {
        while true {
            let first = try take(1)[0]
            var length = Int(try take(1)[0])
            if length == 126 { length = try take(2).reduce(0) { $0 << 8 | Int($1) } }
            let payload = try take(length)
            if first == 0x89, !payload.isEmpty {
                // Taken in before the next handshake is: a message behind it is answered.
                try write(clientFrame(.pong, payload) + clientFrame(.text, Array("{".utf8)))
                guard case .json = try hear() else { throw Trouble(description: "closed") }
                return
            }
        }
    }

    /// The next message, waited for; pings are passed over.
    func hear() throws -> Heard {
        while true {
            guard let first = try takeUnlessHungUp() else { return .hungUp }
            var length = Int(try take(1)[0])
            if length == 126 { length = try take(2).reduce(0) { $0 << 8 | Int($1) } }
            if length == 127 { length = try take(8).reduce(0) { $0 << 8 | Int($1) } }
            let payload = try take(length)
            switch first {
            case 0x81: return .json(try JSON(parsing: Array(payload)))
            case 0x88: return .close(payload.prefix(2).reduce(0) { $0 << 8 | UInt16($1) })
            case 0x89: continue
            default: throw Trouble(description: "frame \(first)")
            }
        }
    }

    /// The next that is no pulse: the daemon sends one at once when its clock leaps away from what it heard last.
    func hearPastPulses() throws -> Heard {
        while true {
            let heard = try hear()
            if case .json(let json) = heard, json["type"] == .string("pulse") { continue }
            return heard
        }
    }

    /// Everything up to and with the first message of this type.
    func hear(until type: String) throws -> [JSON] {
        var all: [JSON] = []
        while true {
            guard case .json(let json) = try hear() else { throw Trouble(description: "closed before \(type)") }
            all.append(json)
            if json["type"] == .string(type) { return all }
        }
    }

    private func takeUnlessHungUp() throws -> UInt8? {
        if unread.isEmpty {
            do { try receive() } catch is HungUp { return nil }
        }
        return try take(1)[0]
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while unread.count < count { try receive() }
        defer { unread.removeFirst(count) }
        return Array(unread.prefix(count))
    }

    private struct HungUp: Error {}

    private func receive() throws {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count == 0 || (count < 0 && errno == ECONNRESET) { throw HungUp() }
        guard count > 0 else { throw Trouble(description: "nothing came: \(errno)") }
        unread += buffer.prefix(count)
    }

    private func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Trouble(description: "send: \(errno)") }
            rest = rest.dropFirst(count)
        }
    }
}

extension JSON {
    subscript(key: String) -> JSON {
        if case .object(let object) = self { object[key] ?? .null } else { .null }
    }
}
