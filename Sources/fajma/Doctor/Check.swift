/// What `fajma doctor` found out about one thing.
struct Check: Encodable {
    enum Status: String, Encodable { case ok, warning, failed, skipped }

    let name: String
    let status: Status
    let detail: String
    /// What to do about it; nil where there is nothing to do.
    var advice: String?

    static func ok(_ name: String, _ detail: String) -> Check { Check(name: name, status: .ok, detail: detail) }

    /// Works, at a cost that somebody should know of.
    static func warning(_ name: String, _ detail: String, advice: String) -> Check {
        Check(name: name, status: .warning, detail: detail, advice: advice)
    }

    static func failed(_ name: String, _ detail: String, advice: String? = nil) -> Check {
        Check(name: name, status: .failed, detail: detail, advice: advice)
    }

    /// Could not be looked at; nothing is known to be wrong.
    static func skipped(_ name: String, _ detail: String) -> Check { Check(name: name, status: .skipped, detail: detail) }

    var line: String {
        let mark =
            switch status {
            case .ok: "✓"
            case .warning: "!"
            case .failed: "✗"
            case .skipped: "–"
            }
        return "\(mark) \(name): \(detail)" + (advice.map { "\n    → \($0)" } ?? "")
    }
}
