import Glibc

/// The key that signs access tokens (`FAJMA_SECRET_FILE`). Every byte of the file counts, also a newline at its end.
public struct SigningSecret: Sendable {
    /// RFC 7518 section 3.2: not shorter than the hash.
    public static let minimumBytes = 32
    public static let maximumBytes = 4096

    let bytes: [UInt8]

    public init(bytes: [UInt8]) throws(SecretError) {
        guard bytes.count >= Self.minimumBytes else { throw .tooShort(bytes.count) }
        guard bytes.count <= Self.maximumBytes else { throw .tooLong }
        self.bytes = bytes
    }

    /// Reads a file that only its owner can reach: any other program of a group that could read it would sign tokens for every account.
    ///
    /// - Parameter credentialsDirectory: where systemd puts a service's credentials. A list of access there lets in the service's user beside root,
    ///   which a file's mode shows as its group.
    public init(file path: String, credentialsDirectory: String? = nil) throws(SecretError) {
        // O_NONBLOCK: a pipe under this name must not hang the start.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw .unreadable(path, errno: errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .unreadable(path, errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path) }
        let isCredential = credentialsDirectory.map { path.hasPrefix($0.hasSuffix("/") ? $0 : $0 + "/") && !path.contains("/../") } ?? false
        guard status.st_mode & (isCredential ? 0o037 : 0o077) == 0 else { throw .openToOthers(path, mode: status.st_mode & 0o777) }

        var bytes = [UInt8](repeating: 0, count: Self.maximumBytes + 1)
        let count = read(file, &bytes, bytes.count)
        guard count >= 0 else { throw .unreadable(path, errno: errno) }
        try self.init(bytes: Array(bytes.prefix(count)))
    }
}

extension SigningSecret: CustomStringConvertible, CustomReflectable {
    public var description: String { "SigningSecret(\(bytes.count) bytes)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a secret cannot be used. One line for the operator; never a byte of the secret.
public enum SecretError: Error, Equatable, CustomStringConvertible {
    case unreadable(String, errno: Int32)
    case notAFile(String)
    case openToOthers(String, mode: UInt32)
    case tooShort(Int)
    case tooLong

    public var description: String {
        switch self {
        case .unreadable(let path, let code): "cannot read \(path): \(String(cString: strerror(code)))"
        case .notAFile(let path): "\(path) is not a regular file"
        case .openToOthers(let path, let mode):
            "\(path) is open to other accounts (mode \(String(mode, radix: 8))): chmod go-rwx \(path)"
        case .tooShort(let count): "the secret has \(count) bytes; it needs at least \(SigningSecret.minimumBytes)"
        case .tooLong: "the secret has more than \(SigningSecret.maximumBytes) bytes"
        }
    }
}
