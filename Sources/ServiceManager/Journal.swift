import Glibc
import Logging

/// journald as the reader of standard error: it knows time and process by itself, and takes a line's priority from the `<N>` before it (sd-daemon(3)).
public enum Journal {
    /// Whether standard error is the stream that systemd connected to the journal, and not one that a child or a shell has put in its place.
    public static func isStandardError(_ environment: [String: String]) -> Bool {
        var status = stat()
        guard let stream = environment["JOURNAL_STREAM"], fstat(STDERR_FILENO, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }

    /// What stands before a line of this level.
    public static func prefix(_ level: Logger.Level) -> String {
        switch level {
        case .critical: "<2>"
        case .error: "<3>"
        case .warning: "<4>"
        case .notice: "<5>"
        case .info: "<6>"
        case .debug, .trace: "<7>"
        }
    }
}
