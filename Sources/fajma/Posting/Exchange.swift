import CCurl
import Foundation

/// One request after the other on one of curl's handles. The only file with curl's callback; the caller's thread runs it.
final class Exchange {
    /// An answer longer than this is not one of FAJMA's.
    static let maximumAnswerBytes = 64 << 10
    static let requestTimeoutMilliseconds = 10_000
    static let connectTimeoutMilliseconds = 5_000

    let handle: UnsafeMutableRawPointer
    /// Whose report is under way.
    private(set) var device = 0
    private var headers: UnsafeMutablePointer<curl_slist>?
    fileprivate var answer = Data()

    init(endpoint: String) throws {
        guard let handle = curl_easy_init() else { throw Failure("curl has no memory") }
        self.handle = handle
        fajma_curl_set_text(handle, CURLOPT_URL, endpoint)
        fajma_curl_set_number(handle, CURLOPT_NOSIGNAL, 1)
        fajma_curl_set_number(handle, CURLOPT_TIMEOUT_MS, Self.requestTimeoutMilliseconds)
        fajma_curl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, Self.connectTimeoutMilliseconds)
        fajma_curl_set_pointer(handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(self).toOpaque())
        fajma_curl_set_writer(handle) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
            // Fewer bytes than came: curl gives the request up.
            guard exchange.answer.count + size * count <= Exchange.maximumAnswerBytes else { return 0 }
            exchange.answer.append(UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt8.self), count: size * count)
            return size * count
        }
    }

    deinit {
        curl_slist_free_all(headers)
        curl_easy_cleanup(handle)
    }

    func prepare(_ body: Data, key: String, device: Int) {
        self.device = device
        answer.removeAll(keepingCapacity: true)
        curl_slist_free_all(headers)
        headers = nil
        // An empty Expect: else curl asks for leave before it sends a large body.
        for line in ["Content-Type: application/json", "Authorization: Bearer \(key)", "Expect:"] {
            headers = curl_slist_append(headers, line) ?? headers
        }
        fajma_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers)
        fajma_curl_set_number(handle, CURLOPT_POSTFIELDSIZE, body.count)
        body.withUnsafeBytes { bytes in
            _ = fajma_curl_set_pointer(
                handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
        }
    }

    /// What became of the request that has ended, and a few words where it was not stored.
    func outcome(_ code: CURLcode) -> (outcome: Outcome, problem: String?) {
        guard code == CURLE_OK else { return (.later(after: nil), String(cString: curl_easy_strerror(code))) }
        let status = fajma_curl_status(handle)
        let retryAfter = fajma_curl_retry_after(handle)
        let outcome = Outcome(status: status, body: answer, retryAfter: retryAfter > 0 ? Double(retryAfter) : nil)
        if case .stored = outcome { return (outcome, nil) }
        return (outcome, "the server answered \(status)")
    }
}
