import Foundation
import Logging
import ServiceManager

/// One line for journald: its priority, what is told, and the names and values that belong to it. No time: the journal has its own.
struct JournalLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(logLevel: Logger.Level) { self.logLevel = logLevel }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let told = metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }).sorted { $0.key < $1.key }.map { " \($0)=\($1)" }.joined()
        // A second line would have a priority of its own.
        let text = (event.message.description + told).split(whereSeparator: \.isNewline).joined(separator: " ")
        FileHandle.standardError.write(Data((Journal.prefix(event.level) + text + "\n").utf8))
    }
}
