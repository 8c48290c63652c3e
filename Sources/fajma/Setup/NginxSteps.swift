import Foundation
import Glibc
import Settings

/// nginx' part: what the packages bring is included, in http{} and in the server that the administrator names.
struct NginxSteps {
    static let directory = "/etc/nginx"
    private static let http = "/etc/nginx/conf.d/fajma.conf"
    private static let site = "/etc/nginx/snippets/fajma-site.conf"
    private static let secret = "/etc/nginx/snippets/fajma-secret.conf"
    private static let log = "/var/log/nginx/fajma.access.log"
    /// A pattern that may match nothing, so that nginx still starts when the snippet is gone.
    static let include = "include snippets/fajma-site*.conf;  # FAJMA"

    let files: SetupFiles
    let report: SetupReport
    /// `/`, or a path with a slash at both ends.
    let prefix: String
    /// The file of the server{} that shall serve FAJMA; nil: an administrator adds the line.
    let server: String?
    /// nginx' account.
    let account: String

    func run() throws {
        guard files.exists("/etc/nginx/snippets/fajma-locations.conf") else {
            return report.skipped("nginx", "the package fajma-nginx is not installed: this machine serves no pages")
        }
        if let (code, errors) = check(), code != 0 {
            throw Failure("nginx: it does not accept its configuration as it is: \(errors)\nMend that, and run fajma setup again")
        }
        let texts = [(Self.http, Self.httpText, mode_t(0o644)), (Self.site, siteText, 0o644), (Self.secret, try secretText(), 0o600)]
        let news = texts.filter { files.text($0.0) != $0.1 }
        let edit = try server.map { try ServerFile($0, files).edit() } ?? nil
        for (path, text, _) in news {
            let before = files.exists(path) && path != Self.secret ? "\nIn place of:\n" + (files.text(path) ?? "") : ""
            report.show(
                "\(files.path(path)):", path == Self.secret ? "set $fajma_nginx_secret \"…\";  # as in \(SecretSteps.nginxSecret)" : text + before)
        }
        if let edit { report.show("\(edit.path), line \(edit.line):", "+ \(edit.added)") }
        guard news.isEmpty && edit == nil || report.agrees("Write this?") else {
            throw Failure("nginx: nothing was written. Run fajma setup again, with --no-nginx where you write it yourself")
        }
        try makeLog()
        try write(news, edit)
        if news.isEmpty && edit == nil {
            report.already("nginx", "FAJMA is served under \(prefix)")
        } else {
            report.done("nginx", "FAJMA is served under \(prefix)")
        }
        if server == nil, !isIncluded() {
            report.skipped(
                "nginx' server", "add this line to the server{} that shall serve FAJMA, then: nginx -t && nginx -s reload\n    \(Self.include)")
        }
    }

    /// All of it, or nothing where nginx does not like it.
    private func write(_ news: [(path: String, text: String, mode: mode_t)], _ edit: ServerFile.Edit?) throws {
        let before = news.map { ($0.path, files.text($0.path), $0.mode) }
        for (path, text, mode) in news { try files.write(path, text, mode: mode) }
        try edit?.write()
        guard let (code, errors) = check(), code != 0 else { return }
        for (path, text, mode) in before {
            if let text { try files.write(path, text, mode: mode) } else { unlink(files.path(path)) }
        }
        try edit?.takeBack()
        throw Failure("nginx: it does not accept that, so it was taken back: \(errors)")
    }

    /// `nginx -t`; nil: there is no nginx, or only root can ask it.
    private func check() -> (code: Int32, errors: String)? {
        guard geteuid() == 0 else { return nil }
        return SetupProgram.run("/usr/sbin/nginx", ["-t", "-q", "-c", files.path("/etc/nginx/nginx.conf")])
    }

    /// nginx would make it readable for every account.
    private func makeLog() throws {
        guard !files.exists(Self.log), files.exists("/var/log/nginx") else { return }
        try files.write(Self.log, "", mode: 0o640)
        if geteuid() == 0, let owner = getpwnam(account), let group = getgrnam("adm") {
            chown(files.path(Self.log), owner.pointee.pw_uid, group.pointee.gr_gid)
        }
    }

    /// Whether some file of nginx' has the line already.
    private func isIncluded() -> Bool {
        ["/etc/nginx/nginx.conf", "/etc/nginx/sites-enabled", "/etc/nginx/conf.d"].contains { path in
            let folder = files.path(path)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder))?.map { "\(path)/\($0)" } ?? [path]
            return names.contains { $0 != Self.http && ServerFile.isIncluded(in: files.text($0) ?? "") }
        }
    }

    private static let httpText = """
        # Written by fajma setup.
        include snippets/fajma-http.conf;

        """

    var siteText: String {
        let bare = String(prefix.dropLast())
        let redirect = prefix == "/" ? "" : "location = \(bare) { absolute_redirect off; return 301 \(prefix); }\n"
        let location = prefix == "/" ? "location /" : "location ^~ \(prefix)"
        return """
            # Written by fajma setup: FAJMA under \(prefix), in the server{} that includes this file.
            \(redirect)\(location) { include snippets/fajma-locations.conf; }

            """
    }

    private func secretText() throws -> String {
        let secret = (files.text(SecretSteps.nginxSecret) ?? "").trimmingCharacters(in: .newlines)
        guard !secret.isEmpty, secret.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else {
            throw Failure(
                "nginx: \(files.path(SecretSteps.nginxSecret)) has characters that nginx would misread: make a new one of letters and digits")
        }
        return "# Written by fajma setup: the text of \(SecretSteps.nginxSecret).\nset $fajma_nginx_secret \"\(secret)\";\n"
    }
}
