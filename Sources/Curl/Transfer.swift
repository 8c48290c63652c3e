import CCurl
import Foundation
import Synchronization

/// One POST after the other on one of curl's handles. The only file with curl's callbacks; the caller's thread runs it, but for `cancel`.
///
/// http and https alone, and no redirects: what is posted goes where the administrator said, and nowhere else.
// Sendable for `cancel`, which touches only an atomic; all else is one thread's.
public final class Transfer: @unchecked Sendable {
    /// More of an answer is not kept.
    public static let maximumAnswerBytes = 64 << 10
    static let requestTimeoutMilliseconds = 10_000
    static let connectTimeoutMilliseconds = 5_000

    /// Once a process, before any other call of curl's.
    public static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    public struct NoMemory: Error, CustomStringConvertible {
        public let description = "curl does not start, or has no memory"
    }

    /// For curl's multi interface; `perform` is for whoever sends one after the other.
    public let handle: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?
    /// The body of the answer.
    public fileprivate(set) var answer = Data()
    private let isCancelled = Atomic(false)
    private let keepsAnswer: Bool

    /// - Parameter keepsAnswer: false: its body is read and thrown away; true: one that is too long is an error.
    public init(endpoint: String, keepsAnswer: Bool) throws {
        guard Self.isReady, let handle = curl_easy_init() else { throw NoMemory() }
        (self.handle, self.keepsAnswer) = (handle, keepsAnswer)
        fajma_curl_set_text(handle, CURLOPT_URL, endpoint)
        fajma_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        fajma_curl_set_number(handle, CURLOPT_FOLLOWLOCATION, 0)
        fajma_curl_set_number(handle, CURLOPT_NOSIGNAL, 1)
        fajma_curl_set_number(handle, CURLOPT_TIMEOUT_MS, Self.requestTimeoutMilliseconds)
        fajma_curl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, Self.connectTimeoutMilliseconds)
        let this = Unmanaged.passUnretained(self).toOpaque()
        fajma_curl_set_pointer(handle, CURLOPT_WRITEDATA, this)
        fajma_curl_set_writer(handle) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            guard transfer.keepsAnswer else { return size * count }
            // Fewer bytes than came: curl gives the request up.
            guard transfer.answer.count + size * count <= Transfer.maximumAnswerBytes else { return 0 }
            transfer.answer.append(UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt8.self), count: size * count)
            return size * count
        }
        fajma_curl_set_number(handle, CURLOPT_NOPROGRESS, 0)
        fajma_curl_set_pointer(handle, CURLOPT_XFERINFODATA, this)
        fajma_curl_set_progress(handle) { context, _, _, _, _ in
            guard let context else { return 0 }
            return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().isCancelled.load(ordering: .relaxed) ? 1 : 0
        }
    }

    deinit {
        curl_slist_free_all(headers)
        curl_easy_cleanup(handle)
    }

    /// - Parameter lines: headers, `Name: value`.
    public func prepare(_ body: Data, headers lines: [String]) {
        answer.removeAll(keepingCapacity: true)
        curl_slist_free_all(headers)
        headers = nil
        // An empty Expect: else curl asks for leave before it sends a large body.
        for line in lines + ["Content-Type: application/json", "Expect:"] { headers = curl_slist_append(headers, line) ?? headers }
        fajma_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers)
        fajma_curl_set_number(handle, CURLOPT_POSTFIELDSIZE, body.count)
        body.withUnsafeBytes { bytes in
            _ = fajma_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
        }
    }

    /// Sends what was prepared and waits for the answer, 10 s at most.
    public func perform() -> CURLcode { curl_easy_perform(handle) }

    /// From any thread: ends the request that runs within about a second, and every later one.
    public func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// Of the answer; 0: there was none.
    public var status: Int { fajma_curl_status(handle) }

    /// Seconds, as the answer asks for.
    public var retryAfter: Double? {
        let seconds = fajma_curl_retry_after(handle)
        return seconds > 0 ? Double(seconds) : nil
    }

    /// What went wrong, without address or content; nil: there was an answer.
    public static func problem(_ code: CURLcode) -> String? { code == CURLE_OK ? nil : String(cString: curl_easy_strerror(code)) }
}
