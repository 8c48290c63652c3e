import Foundation
import ServiceManager

/// Runs a daemon until it ends: exit code 0, or 1 and one line on standard error that says why. `--version` prints `version` instead.
public func runDaemon(_ name: String, version: String, _ serve: () throws -> Void) -> Never {
    switch CommandLine.arguments.dropFirst() {
    case []: break
    case ["--version"]:
        print(version)
        exit(0)
    default:
        FileHandle.standardError.write(Data("usage: \(name) [--version]; its settings come from the environment\n".utf8))
        exit(64)
    }
    do {
        try serve()
    } catch {
        let line = Journal.isStandardError(ProcessInfo.processInfo.environment) ? Journal.prefix(.error) : "\(name): "
        FileHandle.standardError.write(Data("\(line)\(error)\n".utf8))
        exit(1)
    }
    exit(0)
}
