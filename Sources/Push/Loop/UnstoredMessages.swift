import Clinical
import NIOCore

/// What a client sent to be stored while its message before is being stored: one at a time, in order, however fast it sends.
struct UnstoredMessages {
    /// Of one client, in bytes; a client that sends on is told that it was not stored.
    static let limit = 512 * 1024

    /// Readings, and in whose name.
    struct Message {
        let bytes: [UInt8]
        let patient: PatientID
        let token: String
        let user: UserID
        /// Of the answer, where it is refused.
        var language: Language = .french
    }

    private var waiting = CircularBuffer<Message>()
    private var bytes = 0

    /// False: it is too much.
    mutating func append(_ message: Message) -> Bool {
        guard bytes + message.bytes.count <= Self.limit else { return false }
        waiting.append(message)
        bytes += message.bytes.count
        return true
    }

    mutating func popFirst() -> Message? {
        let message = waiting.popFirst()
        bytes -= message?.bytes.count ?? 0
        return message
    }
}
