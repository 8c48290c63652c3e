import Foundation

/// SIGTERM and SIGINT end a posting command in order: exit code 0.
enum EndSignals {
    /// Calls `body`, on a thread of its own, when one of them comes. To be called before other threads are started: they inherit
    /// that the signals are held, so none is lost and none interrupts.
    static func handle(_ body: @escaping @Sendable () -> Void) {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGTERM, SIGINT] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let held = signals
        Thread.detachNewThread {
            var (held, number) = (held, Int32(0))
            while sigwait(&held, &number) != 0 {}
            body()
        }
    }
}
