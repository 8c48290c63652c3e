import CFastCGI
import Glibc

/// Threads that may block, which those of Swift's cooperative pool must not.
enum NativeThread {
    /// - Returns: 0, or the error number of pthread_create.
    static func start(name: String, stackBytes: Int, _ body: @escaping @Sendable () -> Void) -> Int32 {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackBytes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let box = Unmanaged.passRetained(Box(name: name, body: body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, &attributes,
            { context in
                guard let context else { return nil }
                let box = Unmanaged<Box>.fromOpaque(context).takeRetainedValue()
                // The kernel keeps 15 bytes.
                pthread_setname_np(pthread_self(), String(box.name.prefix(15)))
                box.body()
                return nil
            }, box.toOpaque())
        if code != 0 { box.release() }
        return code
    }

    private final class Box: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
