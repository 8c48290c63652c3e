import Foundation
import Testing

@testable import Settings

@Suite("The file of settings")
struct EnvironmentFileTests {
    @Test(
        "a value is read as systemd and a shell read it",
        arguments: [
            ("A=b", "b"), ("A=\"b c&d\"", "b c&d"), ("A='b\\c'", "b\\c"), ("A=\"b\\\"c\\\\\"", "b\"c\\"), ("  A = b ", nil), ("# A=b", nil),
            ("A=", ""),
            ("A=1\nA=2", "2"), ("AA=b", nil), ("A=x=y", "x=y"),
        ])
    func values(text: String, value: String?) {
        #expect(EnvironmentFile(text)["A"] == value)
    }

    @Test("a changed value keeps its place, and everything else is as it was")
    func changes() {
        var file = EnvironmentFile("# first\nA=1\n\nB=2\nA=3\n")
        file.set("A", "p&q\"$x")
        file.set("C", "new")
        #expect(file.text == "# first\nA=\"p&q\\\"\\$x\"\n\nB=2\nC=\"new\"\n")
        #expect(file.values == ["A": "p&q\"$x", "B": "2", "C": "new"])
    }

    @Test("a shell that names a database gets nothing of the installation's, another one gets what it has not set")
    func missing() throws {
        let folder = NSTemporaryDirectory() + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data("DATABASE_URL=\"u\"\nFAJMA_API_THREADS=3\n".utf8).write(to: URL(fileURLWithPath: folder + "/fajma.env"))
        try Data("FAJMA_OWNER_DATABASE_URL=o\n".utf8).write(to: URL(fileURLWithPath: folder + "/owner.env"))
        try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/secret"))
        #expect(
            EnvironmentFile.missing(in: ["FAJMA_ETC": folder, "FAJMA_API_THREADS": "5"])
                == ["DATABASE_URL": "u", "FAJMA_OWNER_DATABASE_URL": "o", "FAJMA_SECRET_FILE": folder + "/secret"])
        #expect(EnvironmentFile.missing(in: ["FAJMA_ETC": folder, "DATABASE_URL": "other"]) == [:])
        #expect(EnvironmentFile.missing(in: ["FAJMA_ETC": folder + "/none"]) == [:])
    }
}
