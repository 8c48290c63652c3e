import CFastCGI
import Glibc

/// One FCGX_Request, used by one thread: takes a connection, reads a request from it, writes the answer. The only file that calls libfcgi.
///
/// libfcgi's own accept reads the request without a time-out, polls each connection first, and cannot be told from a
/// read when a signal shall interrupt it. So connections are accepted by `Worker` and put into `ipcFd`, which
/// FCGX_Accept_r then uses; `keepConnection` has to be set before, or FCGX_Accept_r begins by closing it. After a
/// malformed request libfcgi goes on to accept by itself: the listening descriptor -1 makes that fail at once.
final class Exchange {
    /// Bytes of a refused body that are read and thrown away, so that the web server gets to read the answer.
    static let discardLimit = 16 << 20
    private static let responder: Int32 = 1

    enum Body {
        case complete([UInt8])
        /// Over the limit; `drained`: its end has been seen, the connection is clean.
        case tooLarge(drained: Bool)
        /// The end came early, or late.
        case wrongLength
        /// The connection broke or was silent too long.
        case cut
    }

    private static let streamSilenceSeconds = 600
    private let handle: UnsafeMutablePointer<FCGX_Request>

    init() {
        handle = .allocate(capacity: 1)
        FCGX_InitRequest(handle, -1, 0)
    }

    deinit {
        abandon()
        handle.deallocate()
    }

    /// The open connection, or nil.
    var connection: Int32? { handle.pointee.ipcFd >= 0 ? handle.pointee.ipcFd : nil }

    /// Takes over an accepted connection and closes it some day.
    func adopt(_ connection: Int32) {
        handle.pointee.ipcFd = connection
        handle.pointee.keepConnection = 1
    }

    /// Reads the parameters of the next request of the connection; nil (and the connection closed) where none came.
    func receiveParameters() -> Parameters? {
        guard FCGX_Accept_r(handle) == 0 else { return nil }
        guard handle.pointee.role == Self.responder, let environment = handle.pointee.envp else {
            abandon()
            return nil
        }
        return Parameters(environment: environment)
    }

    /// Reads the body up to its end, which is the only proof that all of it has come.
    func receiveBody(declared: String?, limit: Int) -> Body {
        let length: Int?
        if let declared, !declared.isEmpty {
            // Digits only: Int() alone would take signs too.
            guard declared.utf8.allSatisfy({ (48...57).contains($0) }) else { return wrongLength() }
            // More digits than an Int holds is a large body like any other.
            length = Int(declared) ?? Int.max
        } else {
            length = nil
        }
        if let length, length > limit { return tooLarge() }

        let capacity = length ?? limit
        let body: [UInt8]
        if capacity == 0 || atEnd() {
            body = []
        } else {
            body = [UInt8](unsafeUninitializedCapacity: length ?? limit) { buffer, count in
                buffer.withMemoryRebound(to: CChar.self) {
                    count = Int(FCGX_GetStr($0.baseAddress, Int32($0.count), handle.pointee.in))
                }
            }
        }
        let ended = atEnd()
        if FCGX_GetError(handle.pointee.in) != 0 { return .cut }
        guard ended else { return length == nil ? tooLarge() : wrongLength() }
        return length == nil || body.count == length ? .complete(body) : .wrongLength
    }

    /// Writes the answer and ends the request. A client that is gone is no error: there is nobody to tell.
    /// - Parameter clean: the request was read to its end; else the connection is closed with care, so that what is
    ///   still being sent cannot reset it before the answer is read.
    /// - Parameter isStopping: a stream is broken off then.
    func answer(_ response: Response, clean: Bool, isStopping: () -> Bool = { false }) {
        let out = handle.pointee.out
        put("Status: \(response.status) \(response.reason)\r\n", out)
        for (name, value) in response.headers {
            putHeaderText(name, out)
            put(": ", out)
            putHeaderText(value, out)
            put("\r\n", out)
        }
        if response.stream == nil && response.status != 204 && response.status != 304 {
            put("Content-Length: \(response.body.count)\r\n", out)
        }
        put("\r\n", out)
        if let stream = response.stream {
            // The web server takes the next piece when its client has read what it holds.
            var patience = timeval(tv_sec: Self.streamSilenceSeconds, tv_usec: 0)
            setsockopt(handle.pointee.ipcFd, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            do {
                try stream { piece in
                    piece.withUnsafeBytes { put($0, out) }
                    if isStopping() || FCGX_FFlush(out) != 0 || FCGX_GetError(out) != 0 { throw Response.Interrupted() }
                }
            } catch { return abandon() }
        } else {
            response.body.withUnsafeBytes { put($0, out) }
        }
        if clean {
            // Detached means: close without waiting for the web server to close first (up to 2 s, and three more
            // system calls a request).
            FCGX_Detach(handle)
        } else {
            handle.pointee.keepConnection = 0
        }
        FCGX_Finish_r(handle)
    }

    /// Closes the connection without an answer.
    func abandon() {
        FCGX_Detach(handle)
        FCGX_Free(handle, 1)
        handle.pointee.detached = 0
    }

    // MARK: reading

    /// Whether the end of the body has come; blocks until that is known.
    private func atEnd() -> Bool {
        let byte = FCGX_GetChar(handle.pointee.in)
        if byte == -1 { return true }
        FCGX_UnGetChar(byte, handle.pointee.in)
        return false
    }

    private func wrongLength() -> Body {
        discard() ? .wrongLength : .cut
    }

    private func tooLarge() -> Body {
        let drained = discard()
        return FCGX_GetError(handle.pointee.in) != 0 ? .cut : .tooLarge(drained: drained)
    }

    /// Reads on to the end; false where the limit or an error came first.
    private func discard() -> Bool {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer in
            var left = Self.discardLimit
            while left > 0 {
                let count = Int(FCGX_GetStr(buffer.baseAddress, Int32(buffer.count), handle.pointee.in))
                if count < buffer.count { return FCGX_GetError(handle.pointee.in) == 0 }
                left -= count
            }
            return false
        }
    }

    // MARK: writing

    private func put(_ bytes: UnsafeRawBufferPointer, _ out: UnsafeMutablePointer<FCGX_Stream>?) {
        guard let base = bytes.baseAddress, bytes.count <= Int32.max else { return }
        FCGX_PutStr(base.assumingMemoryBound(to: CChar.self), Int32(bytes.count), out)
    }

    private func put(_ text: String, _ out: UnsafeMutablePointer<FCGX_Stream>?) {
        var text = text
        text.withUTF8 { put(UnsafeRawBufferPointer($0), out) }
    }

    private func putHeaderText(_ text: String, _ out: UnsafeMutablePointer<FCGX_Stream>?) {
        func isControl(_ byte: UInt8) -> Bool { byte < 32 || byte == 127 }
        guard text.utf8.contains(where: isControl) else { return put(text, out) }
        put(String(decoding: text.utf8.map { isControl($0) ? 32 : $0 }, as: UTF8.self), out)
    }
}

/// Prepares libfcgi, once in a process. It sets handlers for SIGPIPE, SIGUSR1 and SIGTERM that belong to nobody's
/// plan (any SIGUSR1 would end the service without a word), so the former ones are put back.
enum Library {
    static let isReady: Bool = {
        let signals = [SIGUSR1, SIGTERM]
        var former = signals.map { _ in sigaction() }
        for (index, signal) in signals.enumerated() { sigaction(signal, nil, &former[index]) }
        let result = FCGX_Init()
        for (index, signal) in signals.enumerated() { sigaction(signal, &former[index], nil) }
        // A web server that closes before the answer is written must not end the process.
        signal(SIGPIPE, SIG_IGN)
        return result == 0
    }()
}
