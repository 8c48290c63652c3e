import Foundation
import Testing

@testable import ServiceManager
@testable import Settings

@Suite("What systemd passes on")
struct SettingsTests {
    @Test("sockets are found by their names, in whatever order they come")
    func names() throws {
        let given = ["LISTEN_FDS": "2", "LISTEN_PID": "7", "LISTEN_FDNAMES": "reports:api"]
        let sockets = try InheritedSockets(given, names: ["api", "reports"], process: 7)
        #expect((sockets["reports"], sockets["api"]) == (3, 4))
        #expect(try InheritedSockets(given, names: ["api", "reports"], process: 8)["api"] == nil)
    }

    @Test("a second secret counts only where its credential is set", arguments: ["unset", "x"])
    func secondSecret(text: String) throws {
        let folder = NSTemporaryDirectory() + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/fajma-second-secret"))
        let settings = Settings(environment: ["CREDENTIALS_DIRECTORY": folder])
        #expect(settings.secondSecretFile == (text == "unset" ? nil : folder + "/fajma-second-secret"))
        #expect(Settings(environment: [:]).secondSecretFile == nil)
    }

    @Test("a standard error that is not the journal's stream gets no priorities")
    func journal() {
        var status = stat()
        fstat(STDERR_FILENO, &status)
        #expect(Journal.isStandardError(["JOURNAL_STREAM": "\(status.st_dev):\(status.st_ino)"]))
        #expect(!Journal.isStandardError(["JOURNAL_STREAM": "\(status.st_dev):\(status.st_ino + 1)"]))
        #expect(!Journal.isStandardError([:]))
    }
}
