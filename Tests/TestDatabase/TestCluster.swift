import Foundation
import Postgres

/// A PostgreSQL of the tests' own, without TCP, in a temporary folder, thrown away when the tests end. As root it runs as the user
/// `postgres`, which is what PostgreSQL demands. In memory where there is enough: a new database is a thousand files, which takes a disk ten
/// times as long, and nearly every test has one.
// Sendable: everything is fixed once `init` returns, but the counter, which has its lock.
public final class TestCluster: @unchecked Sendable {
    /// The one of this process, started when it is first asked for.
    public static let shared = TestCluster()

    public let folder: String
    private let lock = NSLock()
    private var made = 0

    /// - Parameter role: who logs in; the cluster's superuser unless said otherwise.
    public func url(database: String, role: String? = nil) -> String {
        "postgresql:///\(database)?host=\(folder)&user=\(role ?? Self.owner)"
    }

    /// Makes an empty database and returns its URL.
    public func newDatabase(template: String = "template1") throws -> String {
        let name = lock.withLock { () -> String in
            made += 1
            return "t\(made)"
        }
        // One at a time: a template must not be in use while it is copied.
        try lock.withLock {
            let connection = try Connection(url: url(database: "postgres"), application: "tests")
            try connection.script("CREATE DATABASE \(name) TEMPLATE \(template) STRATEGY FILE_COPY")
        }
        return url(database: name)
    }

    /// Ends its connections and drops it, some time: PostgreSQL waits a tenth of a second for connections to end. One that cannot be dropped is
    /// left to the end.
    func drop(url: String) {
        guard let name = url.split(separator: "/").dropFirst().first?.split(separator: "?").first else { return }
        dropping.addOperation { [self] in
            try? Connection(url: self.url(database: "postgres"), application: "tests").script("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
        }
    }

    private let dropping: OperationQueue = {
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 8
        return queue
    }()

    /// What the databases of tests that run at once, and PostgreSQL's own, need by far.
    private static let neededBytes: UInt64 = 4 << 30

    private static var parent: String {
        let memory = "/dev/shm"
        var status = statvfs()
        let isEnough = statvfs(memory, &status) == 0 && UInt64(status.f_bavail) * UInt64(status.f_frsize) >= neededBytes
        return isEnough && access(memory, W_OK) == 0 ? memory : "/tmp"
    }

    private static let isRoot = geteuid() == 0
    private static let owner = isRoot ? "postgres" : NSUserName()

    private init() {
        let candidates = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let version = candidates.compactMap(Int.init).max() ?? 0
        let bin = "/usr/lib/postgresql/\(version)/bin"
        folder = "\(Self.parent)/fajma-test-\(getpid())"
        // The shell waits for the tests to end, however they end: then its standard input closes, and it clears away.
        let script = """
            set -e
            mkdir -m 0700 \(folder)
            \(Self.isRoot ? "chown postgres \(folder)" : "")
            run() { \(Self.isRoot ? "setpriv --reuid=postgres --regid=postgres --init-groups -- \"$@\"" : "\"$@\""); }
            cd \(folder)
            run \(bin)/initdb -D \(folder)/data -U \(Self.owner) -A trust -E UTF8 --locale=C --no-sync >initdb.log 2>&1
            run \(bin)/pg_ctl -D \(folder)/data -w -l \(folder)/log start \
                -o "-c listen_addresses='' -c unix_socket_directories=\(folder) -c fsync=off -c max_connections=200" >/dev/null
            echo ready
            cat >/dev/null || true
            run \(bin)/pg_ctl -D \(folder)/data -m immediate stop >/dev/null || true
            rm -rf \(folder)
            """
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script]
        process.standardInput = input
        process.standardOutput = output
        do { try process.run() } catch { preconditionFailure("no shell: \(error)") }
        let answer = output.fileHandleForReading.availableData
        precondition(answer == Data("ready\n".utf8), "PostgreSQL did not start, see \(folder)/initdb.log and \(folder)/log")
        keepOpen = input
    }

    /// Its other end is the shell's standard input.
    private let keepOpen: Pipe
}
