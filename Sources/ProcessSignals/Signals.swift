import Foundation

/// Ends a process on SIGTERM and SIGINT in the order that its main function decides.
public enum Signals {
    private static let stackBytes = 256 << 10

    /// Holds both signals back in this thread and every thread that it starts later, so that none is lost and none interrupts: call it
    /// first in `main`.
    public static func hold() {
        var set = ending
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Returns when one of them comes. Needs `hold` before.
    public static func wait() {
        var set = ending
        var signal: Int32 = 0
        while sigwait(&set, &signal) != 0 {}
    }

    /// The same, for so long at most. Returns whether one of them came.
    public static func wait(seconds: Int) -> Bool {
        var set = ending
        var limit = timespec(tv_sec: seconds, tv_nsec: 0)
        return sigtimedwait(&set, nil, &limit) > 0
    }

    /// Calls `body` on a thread of its own for each of them. Needs `hold` before.
    public static func onEnd(_ body: @escaping @Sendable () -> Void) {
        let thread = Thread {
            while true {
                wait()
                body()
            }
        }
        thread.name = "signals"
        thread.stackSize = stackBytes
        thread.start()
    }

    private static var ending: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        return set
    }
}
