import Foundation

/// The socket of a service manager, which keeps what it is told.
final class Manager {
    private let descriptor: Int32
    let path: String
    /// As `NOTIFY_SOCKET` has it.
    let name: String

    /// - Parameter isAbstract: a name that is in no file system.
    init(isAbstract: Bool = false) throws {
        path = NSTemporaryDirectory() + "notify-\(UUID().uuidString)"
        name = isAbstract ? "@" + path : path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = (isAbstract ? [0] : []) + Array(path.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let size = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let bound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        guard bound == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// The lines of the next message; waits for it.
    func next() -> [String] { receive(0) }

    /// The lines of a message that has come already; empty: none has.
    func waiting() -> [String] { receive(Int32(MSG_DONTWAIT)) }

    private func receive(_ flags: Int32) -> [String] {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &bytes, bytes.count, flags)
        return count <= 0 ? [] : String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
