import Foundation
import Logging
import Testing

@testable import ServiceManager

@Suite("What a service manager is told")
struct ServiceManagerTests {
    private func manager(_ manager: Manager, _ more: [String: String] = [:], process: Int32 = 7) -> ServiceManager {
        ServiceManager(
            ["NOTIFY_SOCKET": manager.name].merging(more) { $1 }, process: process, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test("messages come as lines of one datagram, also to a name that is in no file system", arguments: [false, true])
    func lines(isAbstract: Bool) throws {
        let systemd = try Manager(isAbstract: isAbstract)
        let notifier = try #require(NotifySocket(["NOTIFY_SOCKET": systemd.name]))
        #expect(notifier.send(.ready, .status("first\nREADY=0"), .watchdog))
        #expect(systemd.next() == ["READY=1", "STATUS=first READY=0", "WATCHDOG=1"])
    }

    @Test(
        "without a manager, or with an address of another kind, nothing is sent",
        arguments: ["", "vsock:2:1", "relative", String(repeating: "/x", count: 60)])
    func nobody(name: String) {
        #expect(NotifySocket(["NOTIFY_SOCKET": name]) == nil)
        #expect(NotifySocket([:]) == nil)
    }

    @Test("a manager that is gone does not stop the daemon")
    func gone() throws {
        let name = try Manager().name
        let notifier = try #require(NotifySocket(["NOTIFY_SOCKET": name]))
        #expect(!notifier.send(.ready))
    }

    @Test("a daemon that serves says so, with its words, and ends with STOPPING")
    func life() throws {
        let systemd = try Manager()
        let told = manager(systemd)
        told.ready(status: { "serving" }, progress: { nil })
        #expect(systemd.next() == ["READY=1", "STATUS=serving"])
        told.stopping()
        #expect(systemd.next() == ["STOPPING=1", "STATUS=ending"])
    }

    @Test("the watchdog is fed while there is progress, starved while there is none, and fed again after it")
    func watchdog() throws {
        let systemd = try Manager()
        let told = manager(systemd, ["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"])
        #expect(told.watchdogSeconds == 30)
        told.beat(status: "", stuck: nil)
        #expect(systemd.next() == ["WATCHDOG=1"])
        told.beat(status: "", stuck: "a reason")
        #expect(systemd.next() == ["STATUS=no progress: a reason"])
        told.beat(status: "serving", stuck: nil)
        #expect(systemd.next() == ["STATUS=serving", "WATCHDOG=1"])
    }

    @Test("the thread feeds it by itself")
    func thread() throws {
        let systemd = try Manager()
        let told = manager(systemd, ["WATCHDOG_USEC": "20000"])
        told.ready(status: { "serving" }, progress: { nil })
        #expect(systemd.next() == ["READY=1", "STATUS=serving"])
        #expect(systemd.next() == ["WATCHDOG=1"])
        #expect(systemd.next() == ["WATCHDOG=1"])
    }

    @Test("another process's watchdog is not fed", arguments: [["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"], ["WATCHDOG_USEC": "0"], [:]])
    func notOurs(variables: [String: String]) throws {
        let systemd = try Manager()
        let told = manager(systemd, variables)
        #expect(told.watchdogSeconds == nil)
        told.beat(status: "serving", stuck: nil)
        #expect(systemd.next() == ["STATUS=serving"])
        told.beat(status: "serving", stuck: nil)
        #expect(systemd.waiting() == [])
    }
}
