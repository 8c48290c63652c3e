import Foundation
import Testing

@testable import Access

@Suite("The signing secret")
struct SigningSecretTests {
    private func withFile(_ bytes: [UInt8], mode: Int, _ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "fajma-secret-\(UUID().uuidString)").path
        try #require(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        try body(path)
    }

    @Test("a file of 32 bytes or more that others cannot reach is taken as it is", arguments: [0o400, 0o600])
    func takesFile(mode: Int) throws {
        let bytes = [UInt8](repeating: 7, count: 40) + [10]
        try withFile(bytes, mode: mode) { path in
            let secret = try SigningSecret(file: path)
            #expect(secret.bytes == bytes)
        }
    }

    @Test(
        "a file that another account can reach, also by its group, is refused, and the message says how to mend it",
        arguments: [0o644, 0o604, 0o602, 0o601, 0o640, 0o660, 0o410])
    func refusesOpenFile(mode: Int) throws {
        try withFile(PyJWT.secret, mode: mode) { path in
            let error = #expect(throws: SecretError.self) { try SigningSecret(file: path) }
            #expect(error == .openToOthers(path, mode: UInt32(mode)))
            #expect(error?.description.contains("chmod go-rwx \(path)") == true)
        }
    }

    @Test("systemd's credential may be read by a list of access, which its mode shows as the group's, and by nobody else")
    func credential() throws {
        for (mode, isTaken) in [(0o400, true), (0o440, true), (0o460, false), (0o444, false)] {
            try withFile(PyJWT.secret, mode: mode) { path in
                let folder = URL(filePath: path).deletingLastPathComponent().path
                let secret = try? SigningSecret(file: path, credentialsDirectory: folder)
                #expect((secret != nil) == isTaken, "\(String(mode, radix: 8))")
                let around = "\(folder)/x/../\(URL(filePath: path).lastPathComponent)"
                if mode != 0o400 { #expect(throws: SecretError.self) { try SigningSecret(file: around, credentialsDirectory: folder) } }
                if mode != 0o400 { #expect(throws: SecretError.self) { try SigningSecret(file: path, credentialsDirectory: "/run/other") } }
            }
        }
    }

    @Test("too few bytes, too many, no file, and a directory are refused")
    func refusesOthers() throws {
        try withFile(Array(PyJWT.secret.dropLast()), mode: 0o600) { path in
            #expect(throws: SecretError.tooShort(31)) { try SigningSecret(file: path) }
        }
        try withFile([UInt8](repeating: 1, count: 4097), mode: 0o600) { path in
            #expect(throws: SecretError.tooLong) { try SigningSecret(file: path) }
        }
        #expect(throws: SecretError.unreadable("/nonexistent/secret", errno: ENOENT)) {
            try SigningSecret(file: "/nonexistent/secret")
        }
        #expect(throws: SecretError.notAFile("/")) { try SigningSecret(file: "/") }
    }

    @Test("printing the secret shows its length only")
    func redaction() throws {
        let secret = try SigningSecret(bytes: [UInt8](repeating: 201, count: 32))
        var dumped = ""
        dump(Tokens(secret: secret), to: &dumped)
        #expect("\(secret)" == "SigningSecret(32 bytes)")
        #expect(!dumped.contains("201"))
    }
}

@Suite("Roles")
struct RoleTests {
    @Test("a wall display reads and changes nothing")
    func screen() {
        let may = Permission.allCases.filter(Role.ecran.may)
        #expect(Set(may) == [.session, .readPatients, .readReadings, .readAlerts, .readDevices, .readWards])
    }

    @Test("only an administrator corrects readings, manages accounts, wards and devices, and reads the audit")
    func administration() {
        for permission in [Permission.correctReadings, .manageUsers, .manageKeys, .manageWards, .manageDevices, .readAudit, .changeHospitalLimits] {
            #expect(Role.allCases.filter { $0.may(permission) } == [.admin])
        }
    }

    @Test("those who care for patients enter readings, acknowledge alerts and set limits", arguments: [Role.medecin, .infirmier])
    func care(role: Role) {
        for permission in [Permission.enterReadings, .raiseAlerts, .acknowledgeAlerts, .changeLimits, .managePatients, .assignDevices] {
            #expect(role.may(permission))
        }
    }

    @Test("a device posts and tells its state, and no account posts as a device")
    func devices() {
        #expect(Permission.ofDevices == [.postReadings, .deviceStatus])
        #expect(Role.allCases.allSatisfy { !$0.may(.postReadings) })
    }

    @Test("a machine key may do nothing that an administrator alone may, nor what a person decides at the bedside")
    func machineKeys() {
        #expect(Set(Permission.ofMachineKeys).count == Permission.ofMachineKeys.count)
        #expect(Permission.ofMachineKeys.allSatisfy { Role.infirmier.may($0) })
        for permission in [Permission.session, .changeLimits, .deviceStatus, .postReadings] {
            #expect(!Permission.ofMachineKeys.contains(permission))
        }
    }

    @Test("the table of docs/security.md says of every permission who has it")
    func documented() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/security.md")
        let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let accounts = Role.allCases.map(\.rawValue)
        let heading = try #require(rows.firstIndex { $0.starts(with: ["permission"] + accounts + ["device key", "machine key"]) })
        let table = rows[(heading + 2)...].prefix { !$0.isEmpty }.map { Array($0.prefix(accounts.count + 3)) }
        let expected = Permission.allCases.map { permission in
            ["`\(permission.rawValue)`"]
                + (Role.allCases.map { $0.may(permission) } + [
                    Permission.ofDevices.contains(permission), Permission.ofMachineKeys.contains(permission),
                ]).map { $0 ? "yes" : "" }
        }
        #expect(table == expected)
    }
}

@Suite("base64url")
struct Base64URLTests {
    @Test(
        "RFC 4648's vectors, without padding",
        arguments: [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy")])
    func vectors(plain: String, text: String) {
        #expect(Base64URL.encode(plain.utf8) == text)
        #expect(Base64URL.decode(text.utf8) == Array(plain.utf8))
    }

    @Test("random bytes come back, and agree with Foundation's base64")
    func roundTrip() throws {
        for count in 0..<200 {
            let bytes = try Random.bytes(count)
            let text = Base64URL.encode(bytes)
            let standard = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            #expect(text == standard)
            #expect(Base64URL.decode(text.utf8) == bytes)
        }
    }

    @Test(
        "padding, the other alphabet, spaces, impossible lengths and leftover bits are refused",
        arguments: ["Zg==", "Zm8=", "+A", "/A", "Z", "Zm9vY", "Zh", "Zm9", "Zm 8", "Zm8\n", "é"])
    func strict(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }
}
