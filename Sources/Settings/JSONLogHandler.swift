import Foundation
import Logging
import ServiceManager

/// One JSON object a line on standard error, for journald and log collectors.
struct JSONLogHandler: LogHandler {
    let label: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    /// A journal takes the priority from before the object, and takes it away.
    let isJournal: Bool

    init(label: String, logLevel: Logger.Level, isJournal: Bool) {
        self.label = label
        self.logLevel = logLevel
        self.isJournal = isJournal
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line: [String: String] = [
            "time": Date().ISO8601Format(.init(includingFractionalSeconds: true)), "level": event.level.rawValue, "logger": label,
            "message": event.message.description,
        ]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) { line[key] = "\(value)" }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let object = try? encoder.encode(line) else { return }  // strings always encode
        var data = Data((isJournal ? Journal.prefix(event.level) : "").utf8) + object
        data.append(UInt8(ascii: "\n"))
        FileHandle.standardError.write(data)
    }
}
