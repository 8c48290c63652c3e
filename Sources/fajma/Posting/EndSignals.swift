import Dispatch
import Glibc

/// SIGTERM and SIGINT end a posting command in order: exit code 0.
enum EndSignals {
    /// - Returns: the sources; they work as long as they are kept.
    static func handled(_ body: @escaping @Sendable () -> Void) -> [any DispatchSourceSignal] {
        [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)  // else the default action ends us before the source is asked
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: body)
            source.resume()
            return source
        }
    }
}
