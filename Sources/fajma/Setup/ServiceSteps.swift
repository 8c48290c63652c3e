import Foundation
import Glibc

/// systemd's part: the sockets belong to nginx' group, and everything runs, now and after each boot.
struct ServiceSteps {
    static let systemctl = "/usr/bin/systemctl"
    private static let sockets = ["fajma-api.socket", "fajma-reports.socket", "fajma-push.socket"]
    private static let services = ["fajma-api.service", "fajma-push.service"]
    /// As the units have it.
    private static let packagedGroup = "www-data"

    let files: SetupFiles
    let report: SetupReport
    /// nginx' account.
    let account: String

    /// - Parameter restarts: the settings are others than the daemons have read.
    func run(restarts: Bool) throws {
        let isOther = try prepareGroup()
        guard files.root.isEmpty, FileManager.default.fileExists(atPath: "/run/systemd/system") else {
            return report.skipped("services", "systemd does not run here: start fajma-api and fajma-push when it does")
        }
        guard FileManager.default.fileExists(atPath: "/lib/systemd/system/fajma-api.service") else {
            return report.skipped("services", "the units of the package fajma-server are not installed")
        }
        let runs = (Self.sockets + Self.services).allSatisfy { systemctl(["is-active", "--quiet", $0]) == nil }
        if runs, !restarts, !isOther { return report.already("services", "sockets and daemons run") }
        try demand(["daemon-reload"])
        if isOther { _ = systemctl(["stop"] + Self.services + Self.sockets) }
        try demand(["enable", "--quiet"] + Self.sockets + Self.services)
        try demand(["start"] + Self.sockets)
        try demand([runs ? "restart" : "start"] + Self.services)
        report.done("services", "sockets and daemons run, now and after each boot")
    }

    func reloadNginx() {
        guard files.root.isEmpty, systemctl(["is-active", "--quiet", "nginx"]) == nil else { return }
        if let why = systemctl(["reload", "nginx"]) { Console.complain("nginx was not reloaded: \(why)") }
    }

    /// - Returns: whether the units have changed.
    private func prepareGroup() throws -> Bool {
        guard let user = getpwnam(account), let group = getgrgid(user.pointee.pw_gid) else {
            throw Failure(
                "services: there is no account \(account) on this machine: name nginx' with --nginx-user, the one in `ps -o user= -C nginx`")
        }
        let name = String(cString: group.pointee.gr_name)
        var isChanged = false
        for socket in Self.sockets {
            let path = "/etc/systemd/system/\(socket).d/nginx.conf"
            let text = name == Self.packagedGroup ? nil : "# Written by fajma setup: nginx' group.\n[Socket]\nSocketGroup=\(name)\n"
            if files.text(path) == text { continue }
            isChanged = true
            if let text { try files.write(path, text) } else { unlink(files.path(path)) }
        }
        if isChanged { report.done("sockets' group", "\(name), which nginx runs as") }
        return isChanged
    }

    /// - Returns: nil: done; else what it said.
    private func systemctl(_ arguments: [String]) -> String? {
        guard let (code, errors) = SetupProgram.run(Self.systemctl, arguments) else { return "there is no systemctl" }
        return code == 0 ? nil : errors.isEmpty ? "exit code \(code)" : errors
    }

    private func demand(_ arguments: [String]) throws {
        guard let why = systemctl(arguments) else { return }
        throw Failure(
            "services: systemctl \(arguments.joined(separator: " ")): \(why)\nSee: journalctl -u fajma-api -u fajma-push; then run fajma setup again")
    }
}
