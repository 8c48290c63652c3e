import Foundation

/// Listening sockets that a service manager opened before it started this process, by their names: sd_listen_fds(3).
public struct InheritedSockets: Sendable {
    /// What stands before them: standard input, output and error.
    private static let firstDescriptor = 3

    private let descriptors: [String: Int32]

    /// - Parameters:
    ///   - names: those that this daemon knows; a single socket without a name is the first.
    ///   - process: whose they are; a process that was started by their owner has the variables too, and not the sockets.
    init(_ environment: [String: String], names: [String], process: Int32) throws(SettingError) {
        guard let text = environment["LISTEN_FDS"], !text.isEmpty, environment["LISTEN_PID"] == "\(process)" else {
            descriptors = [:]
            return
        }
        guard let count = Int(text), (0...names.count).contains(count) else {
            throw SettingError("LISTEN_FDS", "the number of sockets, \(names.count) at most (\(names.joined(separator: ", ")))")
        }
        let given = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":").map(String.init)
        let found = given.isEmpty && count == 1 ? [names[0]] : given
        guard found.count == count, Set(found).count == count, found.allSatisfy(names.contains) else {
            throw SettingError(
                "LISTEN_FDNAMES", "\(count) different names of \(names.joined(separator: ", ")), as FileDescriptorName= of each socket unit says")
        }
        let numbered = found.enumerated().map { ($1, Int32(Self.firstDescriptor + $0)) }
        for (_, descriptor) in numbered { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        descriptors = Dictionary(uniqueKeysWithValues: numbered)
    }

    /// The descriptor of a socket; nil: it was not passed on.
    public subscript(name: String) -> Int32? { descriptors[name] }
}

extension Settings {
    /// - Parameter names: of the sockets that the daemon serves.
    public func inheritedSockets(_ names: [String]) throws(SettingError) -> InheritedSockets {
        try InheritedSockets(environment, names: names, process: getpid())
    }
}
