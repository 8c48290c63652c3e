import Testing

@testable import Push

@Suite("Accounts in turn")
struct FairQueueTests {
    private func all(_ queue: inout FairQueue<String, Int>) -> [Int] {
        var jobs: [Int] = []
        while let job = queue.popFirst() { jobs.append(job) }
        return jobs
    }

    private func put(_ jobs: [Int], of account: String, into queue: inout FairQueue<String, Int>) -> Bool {
        jobs.allSatisfy { queue.append($0, for: account) }
    }

    @Test("Who asks for much waits behind its own, and each account's jobs stay in order")
    func turns() {
        var queue = FairQueue<String, Int>(limitPerAccount: 10)
        #expect(put([1, 2, 3, 4, 5], of: "greedy", into: &queue))
        let first = queue.popFirst()
        #expect(first == 1)
        #expect(put([11, 12], of: "other", into: &queue))
        #expect(all(&queue) == [2, 11, 3, 12, 4, 5])
        #expect(put([6], of: "greedy", into: &queue))
        #expect(all(&queue) == [6])
    }

    @Test("An account that fills its part is refused, and others are not")
    func full() {
        var queue = FairQueue<String, Int>(limitPerAccount: 2)
        #expect(put([1, 2], of: "greedy", into: &queue))
        #expect(!put([3], of: "greedy", into: &queue))
        #expect(put([4], of: "other", into: &queue))
        #expect(all(&queue) == [1, 4, 2])
    }

    @Test("An account has no more than twice the sockets that are left for all others, and a few in any case")
    func sockets() {
        let shares = SocketShares(limit: 100)
        var opened = 0
        while shares.hasRoom(for: 1) {
            shares.enter(1)
            opened += 1
        }
        #expect(opened == 67)
        for _ in 0..<SocketShares.always {
            #expect(shares.hasRoom(for: 2))
            shares.enter(2)
        }
        #expect(!shares.hasRoom(for: 2))
        for _ in 0..<SocketShares.always { shares.leave(2) }
        for _ in 0..<2 { shares.leave(1) }
        #expect(shares.hasRoom(for: 1))
    }

    @Test("What a client sends while it is being stored waits up to a limit")
    func unstored() {
        func message(_ count: Int) -> UnstoredMessages.Message {
            .init(bytes: Array(repeating: 0, count: count), patient: 1, token: "t", user: 1)
        }
        var unstored = UnstoredMessages()
        let taken = [UnstoredMessages.limit, 1].map { unstored.append(message($0)) }
        #expect(taken == [true, false])
        let large = unstored.popFirst()
        #expect(large?.bytes.count == UnstoredMessages.limit)
        let isTaken = unstored.append(message(1))
        let rest = [unstored.popFirst(), unstored.popFirst()].compactMap(\.self)
        #expect(isTaken && rest.count == 1)
    }
}
