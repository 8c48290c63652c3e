import Glibc

/// Ends a process on SIGTERM and SIGINT in the order that its main function decides.
public enum Signals {
    private static let stackBytes = 256 << 10

    /// Holds both signals back in this thread and every thread that it starts later: call it first in `main`.
    public static func hold() {
        var set = ending
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Calls `body` on a thread of its own for each SIGTERM or SIGINT. Needs `hold` before.
    /// - Returns: false where the thread could not be started.
    @discardableResult
    public static func onEnd(_ body: @escaping @Sendable () -> Void) -> Bool {
        ThreadOfOurOwn.start(name: "signals", stackBytes: stackBytes) {
            var set = ending
            var signal: Int32 = 0
            while true {
                if sigwait(&set, &signal) == 0 { body() }
            }
        } == 0
    }

    private static var ending: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        return set
    }
}
