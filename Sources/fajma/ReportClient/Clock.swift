import Clinical
import Foundation

/// The times that the posting commands go by.
enum Clock {
    /// Seconds since some fixed point; never set back.
    static var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

    static var instant: Instant { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
}
