import Metrics
import NIOCore

/// Something on a loop that waits for a deadline: a socket or a handshake.
protocol Timed: AnyObject {
    /// In the loop's seconds.
    var deadline: Int { get }
    func deadlinePassed()
    /// The server ends: say so and go.
    func end()
    /// Go now.
    func cut()
}

/// The sockets of one event loop: one timer for all of them, and one flush a turn. Used on its loop only.
final class SocketLoop {
    let eventLoop: any EventLoop
    let limits: SocketLimits
    let receiver: any SocketReceiver
    /// Clients that read too slowly.
    let tooSlow: Counter
    private(set) var isEnding = false

    /// By number and not by reference in `due`: what is gone must not be kept until its deadline.
    private var members: [UInt64: any Timed] = [:]
    private var due: [Int: [UInt64]] = [:]
    private var second = 0
    private var lastNumber: UInt64 = 0
    private var dirty: [Socket] = []
    private var emptied: EventLoopPromise<Void>?

    init(eventLoop: any EventLoop, limits: SocketLimits, receiver: any SocketReceiver, tooSlow: Counter = Counter()) {
        (self.eventLoop, self.limits, self.receiver, self.tooSlow) = (eventLoop, limits, receiver, tooSlow)
    }

    /// No room for another socket; this handshake is counted already.
    var isFull: Bool { members.count > limits.connections }

    func nextNumber() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }

    func enter(_ member: any Timed, _ number: UInt64) { members[number] = member }

    func leave(_ number: UInt64) {
        members[number] = nil
        if members.isEmpty { emptied?.succeed() }
    }

    // MARK: Time

    /// Returns the second in which `deadlinePassed` will be called, unless a later call moved the deadline.
    func schedule(_ number: UInt64, after seconds: Int) -> Int {
        due[second + seconds, default: []].append(number)
        return second + seconds
    }

    /// One task a second for the whole loop, instead of a scheduled task a socket.
    func tick() {
        second += 1
        for number in due.removeValue(forKey: second) ?? [] {
            guard let member = members[number], member.deadline == second else { continue }
            member.deadlinePassed()
        }
        receiver.tick()
    }

    // MARK: Flushing

    /// A socket that is sent several frames in one turn makes one system call.
    func flushLater(_ socket: Socket) {
        dirty.append(socket)
        guard dirty.count == 1 else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { bound.value.flush() }
    }

    private func flush() {
        // A flush can close a socket, which may write to others: they are for the next turn.
        let batch = dirty
        dirty.removeAll(keepingCapacity: dirty.capacity < 1024)
        for socket in batch { socket.flush() }
    }

    // MARK: The end

    /// Closes everything with 1012; done when the last connection is gone, after `endSeconds` at the latest.
    func end() -> EventLoopFuture<Void> {
        isEnding = true
        let promise = emptied ?? eventLoop.makePromise()
        emptied = promise
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        for member in Array(members.values) { member.end() }
        if members.isEmpty { promise.succeed() }
        eventLoop.scheduleTask(in: .seconds(Int64(limits.endSeconds))) {
            for member in Array(bound.value.members.values) { member.cut() }
        }
        return promise.futureResult
    }
}
