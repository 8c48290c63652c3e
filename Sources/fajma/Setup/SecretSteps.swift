import Access
import Foundation
import Settings

/// The directory of the settings, the settings themselves and the secrets, each for root alone: systemd hands the daemons their copies.
struct SecretSteps {
    static let directory = "/etc/fajma"
    static let settings = "/etc/fajma/fajma.env", owner = "/etc/fajma/owner.env"
    static let secret = "/etc/fajma/secret", nginxSecret = "/etc/fajma/nginx-secret"
    /// What the package brings.
    static let template = "/usr/share/fajma/fajma.env"
    private static let privateMode: mode_t = 0o600

    let files: SetupFiles
    let report: SetupReport

    func run(timeZone: String?, hospitalName: String?) throws {
        try prepareSettings(timeZone: timeZone, hospitalName: hospitalName)
        try prepareSecret("secret", Self.secret, for: "tokens") { try SigningSecret(file: $0) }
        try prepareSecret("nginx secret", Self.nginxSecret, for: "nginx") { try NginxSecret(file: $0) }
    }

    /// Changes a private file's lines, where they differ.
    /// - Returns: whether they did.
    static func set(_ values: [String: String], in path: String, _ files: SetupFiles) throws -> Bool {
        var file = EnvironmentFile(files.text(path) ?? "")
        let news = values.filter { file[$0.key] != $0.value }
        for (name, value) in news.sorted(by: { $0.key < $1.key }) { file.set(name, value) }
        if !news.isEmpty { try files.write(path, file.text, mode: privateMode) }
        return !news.isEmpty
    }

    private func prepareSettings(timeZone: String?, hospitalName: String?) throws {
        let isNew = !files.exists(Self.settings)
        if isNew {
            try files.write(Self.settings, files.text(Self.template) ?? Self.fewestSettings, mode: Self.privateMode)
            chmod(files.path(Self.directory), 0o700)
        }
        for path in [Self.settings, Self.owner] { try close(path) }
        var wanted: [String: String] = [:]
        wanted["FAJMA_TIME_ZONE"] = timeZone
        wanted["FAJMA_HOSPITAL_NAME"] = hospitalName
        _ = try Settings(environment: wanted).timeZone()
        // A file that somebody wrote by hand may have the database alone.
        let known = EnvironmentFile(files.text(Self.settings) ?? "")
        for (name, value) in EnvironmentFile(Self.fewestSettings).values where known[name] == nil { wanted[name] = value }
        let isChanged = try Self.set(wanted, in: Self.settings, files)
        isNew || isChanged
            ? report.done("settings", "\(files.path(Self.settings)), for root alone") : report.already("settings", files.path(Self.settings))
    }

    /// It holds a password.
    private func close(_ path: String) throws {
        var status = stat()
        guard stat(files.path(path), &status) == 0 else { return }
        guard status.st_mode & 0o077 == 0 else {
            throw Failure("\(files.path(path)) is open to other accounts: chmod 0600 \(files.path(path)), then run fajma setup again")
        }
    }

    private func prepareSecret(_ step: String, _ path: String, for use: String, check: (String) throws -> some Any) throws {
        let place = files.path(path)
        if files.exists(path) {
            do { _ = try check(place) } catch {
                throw Failure("\(step): \(error). It stays as it is: mend it, or move it away and run fajma setup again, which makes a new one")
            }
            return report.already(step, place)
        }
        try files.write(
            path, try Random.bytes(32).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + "\n", mode: Self.privateMode)
        report.done(step, "\(place), for \(use), readable by root alone")
    }

    private static let fewestSettings = """
        FAJMA_API_SOCKET=/run/fajma/api.sock
        FAJMA_REPORTS_SOCKET=/run/fajma/reports.sock
        FAJMA_PUSH_SOCKET=/run/fajma/push.sock

        """
}
