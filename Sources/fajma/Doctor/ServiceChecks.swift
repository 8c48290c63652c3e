import Access
import Foundation
import Settings

/// What stands beside the database: settings, secret, daemons, nginx.
enum ServiceChecks {
    static func settings(_ settings: Settings) -> Check {
        do {
            _ = try settings.databaseURL()
            _ = try settings.secretFile()
            _ = try settings.pushSocket()
            _ = try settings.apiThreads()
            _ = try settings.reportsThreads()
            _ = try settings.reminderSeconds()
            _ = try settings.escalationSeconds()
            _ = try settings.signalLostSeconds()
            _ = try settings.wardUnmonitoredSeconds()
            _ = try settings.scorePeriodSeconds()
            _ = try settings.scoreMaximumAge()
            _ = try settings.readingDays()
            _ = try settings.historyDays()
            try settings.startLogging()
            return .ok("settings", "complete")
        } catch {
            return .failed("settings", "\(error)", advice: "set it where the daemons get theirs too (systemd: EnvironmentFile)")
        }
    }

    static func secret(_ settings: Settings) -> Check {
        guard let path = try? settings.secretFile() else { return .skipped("secret", "FAJMA_SECRET_FILE is not set") }
        do {
            _ = try settings.tokens()
            return .ok("secret", "long enough, and closed to other accounts")
        } catch {
            return .failed("secret", "\(error)", advice: "a new one: (umask 077; openssl rand -hex 32 > \(path)); every session ends")
        }
    }

    static func nginxSecret(_ settings: Settings) -> Check {
        let name = "nginx secret"
        guard let path = settings.nginxSecretFile else {
            return .skipped(name, "FAJMA_NGINX_SECRET_FILE is not set: every program that reaches the sockets is believed about addresses")
        }
        do {
            _ = try NginxSecret(file: path, credentialsDirectory: settings.credentialsDirectory)
            return .ok(name, "long enough, and closed to other accounts")
        } catch {
            return .failed(
                name, "\(error)",
                advice: "a new one: (umask 077; openssl rand -hex 32 > \(path)), with the same text in nginx's snippet; restart fajma-api")
        }
    }

    static func webhook(_ settings: Settings) -> Check {
        do {
            guard try settings.webhookURL() != nil else {
                return .skipped("webhook", "FAJMA_WEBHOOK_URL is not set: escalations reach the screens only")
            }
            _ = try settings.webhookSecret()
            return .ok("webhook", "has an address, and a secret that is long enough and closed to other accounts")
        } catch {
            return .failed(
                "webhook", "\(error)",
                advice: "a secret: (umask 077; openssl rand -hex 32 > FILE), also for the receiver; fajma-push does not start without")
        }
    }

    static func api(_ settings: Settings) -> Check {
        guard let path = settings.apiSocket else {
            return .skipped("fajma-api", "FAJMA_API_SOCKET is not set: the socket comes from systemd or spawn-fcgi")
        }
        return daemon("fajma-api", path, UnixProbe.fastCGI(path))
    }

    /// Devices' reports have a socket of their own, beside which nothing of a person's counts.
    static func reports(_ settings: Settings) -> Check {
        guard let path = settings.reportsSocket else { return .skipped("reports", "no socket of their own: devices use that of fajma-api") }
        return daemon("reports", path, UnixProbe.fastCGI(path), service: "fajma-api")
    }

    static func push(_ settings: Settings) -> Check {
        guard let path = try? settings.pushSocket() else { return .skipped("fajma-push", "FAJMA_PUSH_SOCKET is not set") }
        return daemon("fajma-push", path, UnixProbe.connect(path))
    }

    private static func daemon(_ name: String, _ path: String, _ finding: UnixProbe.Finding, service: String? = nil) -> Check {
        switch finding {
        case .accepted: .ok(name, "answers on \(path)")
        case .silent:
            .failed(
                name, "no answer within \(UnixProbe.timeoutSeconds) s on \(path)", advice: "all its workers are busy, or it hangs: look into its log")
        case .refused(let why):
            .failed(name, "\(path): \(why)", advice: "is it running, and may this account use the socket? systemctl status \(service ?? name)")
        }
    }

    /// - Parameter path: of the main configuration.
    static func nginx(_ path: String) -> Check {
        let program = "/usr/sbin/nginx"
        guard FileManager.default.isExecutableFile(atPath: program) else { return .skipped("nginx", "not on this machine") }
        // It opens logs and certificates, which only root can.
        guard geteuid() == 0 else { return .skipped("nginx", "only root can check its configuration") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["-t", "-q", "-c", path]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return .skipped("nginx", "does not start") }
        process.waitUntilExit()
        return process.terminationStatus == 0
            ? .ok("nginx", "accepts \(path)")
            : .failed("nginx", "does not accept \(path)", advice: "run: nginx -t -c \(path)")
    }
}
