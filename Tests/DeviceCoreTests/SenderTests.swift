import DeviceCore
import DeviceSimulation
import Testing

/// A sender with a random source that a test decides.
private final class SenderBench {
    var sender = fj_sender()
    /// Of the random source: 0 the shortest pause, UInt32.max the longest.
    var random: UInt32 = .max
    var now: UInt64 = 0

    init() {
        let source = fj_random(context: Unmanaged.passUnretained(self).toOpaque()) {
            Unmanaged<SenderBench>.fromOpaque($0!).takeUnretainedValue().random
        }
        #expect(fj_sender_init(&sender, source, 0) == FJ_OK)
    }

    func next(live: Bool = false, backlog: Bool = false) -> fj_send_action { fj_sender_next(&sender, now, live, backlog) }

    @discardableResult
    func answer(_ status: UInt16, retryAfter: UInt32 = 0, ours: Bool = true, counted: Bool = true, records: UInt32 = 1) -> fj_verdict {
        var outcome = fj_outcome(status: status, retry_after_s: retryAfter, is_ours: ours, is_counted: counted)
        return fj_sender_answered(&sender, now, &outcome, records)
    }

    /// Sends something live and lets it fail; how long nothing goes then.
    func pauseAfter(_ status: UInt16, retryAfter: UInt32 = 0) -> UInt64 {
        #expect(next(live: true).kind == FJ_SEND_LIVE)
        answer(status, retryAfter: retryAfter)
        let wait = next(live: true, backlog: true)
        #expect(wait.kind == FJ_SEND_WAIT)
        return wait.until_ms - now
    }
}

@Suite struct SenderTests {
    private let bench = SenderBench()

    @Test("the live record goes before any batch, and one request at a time") func liveFirst() {
        #expect(bench.next(live: true, backlog: true).kind == FJ_SEND_LIVE)
        #expect(bench.next(live: true, backlog: true).kind == FJ_SEND_WAIT)
        #expect(bench.answer(201) == FJ_VERDICT_DELIVERED)
        let batch = bench.next(backlog: true)
        #expect(batch.kind == FJ_SEND_BATCH && batch.records_max == FJ_SENDER_BATCH_MAX)
        #expect(bench.answer(201, records: 160) == FJ_VERDICT_DELIVERED)
        #expect(bench.next().kind == FJ_SEND_WAIT && bench.next().until_ms == .max)
        #expect(bench.answer(201) == FJ_VERDICT_KEEP, "nothing was on its way")
    }

    @Test("pauses are random between 0.1 s and a bound that doubles from 1 s to 60 s, and begins anew after a success")
    func backoff() {
        var bounds: [UInt64] = []
        for _ in 0..<9 {
            bounds.append(bench.pauseAfter(503))
            bench.now += bounds.last!
        }
        #expect(bounds == [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
        bench.random = 0
        for _ in 0..<300 {
            #expect(bench.pauseAfter(0) == UInt64(FJ_SENDER_PAUSE_MIN_MS), "full jitter reaches down to the least")
            bench.now += 100
        }
        bench.random = .max / 2
        #expect((29_000...31_000).contains(bench.pauseAfter(500)))
        bench.now += 31_000
        #expect(bench.next(live: true).kind == FJ_SEND_LIVE && bench.answer(201) == FJ_VERDICT_DELIVERED)
        bench.random = .max
        #expect(bench.pauseAfter(503) == 1000)
    }

    @Test("Retry-After is the least pause, spread over a second more", arguments: [429, 503, 408] as [UInt16])
    func retryAfter(status: UInt16) {
        bench.random = 0
        #expect(bench.pauseAfter(status, retryAfter: 7) == 7000)
        bench.now += 7000
        bench.random = .max
        #expect((7900...8000).contains(bench.pauseAfter(status, retryAfter: 7)))
    }

    @Test("what repeating may mend is kept", arguments: [0, 401, 408, 409, 429, 500, 502, 503, 504, 301] as [UInt16])
    func kept(status: UInt16) {
        #expect(bench.next(live: true).kind == FJ_SEND_LIVE)
        #expect(bench.answer(status) == FJ_VERDICT_KEEP && bench.sender.refused == 0)
    }

    @Test("what no repetition mends is put aside, alone", arguments: [400, 403, 404, 413, 415, 422] as [UInt16])
    func putAside(status: UInt16) {
        #expect(bench.next(live: true).kind == FJ_SEND_LIVE)
        #expect(bench.answer(status) == FJ_VERDICT_PUT_ASIDE && bench.sender.refused == 1)
    }

    @Test("a batch that is refused is halved until the record at fault is alone; the others arrive") func halving() {
        // Of 160 records the 100th is bad.
        var (waiting, aside) = (Array(1...160), [Int]())
        var requests = 0
        while !waiting.isEmpty {
            let action = bench.next(backlog: true)
            if action.kind == FJ_SEND_WAIT {
                bench.now = action.until_ms
                continue
            }
            #expect(action.kind == FJ_SEND_BATCH)
            let batch = Array(waiting.prefix(Int(action.records_max)))
            switch bench.answer(batch.contains(100) ? 400 : 201, records: UInt32(batch.count)) {
            case FJ_VERDICT_DELIVERED: waiting.removeFirst(batch.count)
            case FJ_VERDICT_PUT_ASIDE:
                aside += batch
                waiting.removeFirst(batch.count)
            default: break
            }
            requests += 1
        }
        #expect(aside == [100] && requests < 40)
        #expect(bench.next(live: true).kind == FJ_SEND_LIVE, "live reports went on meanwhile")
    }

    @Test("a success that does not count what was sent, or is no answer of ours, deletes nothing") func uncounted() {
        #expect(bench.next(live: true).kind == FJ_SEND_LIVE)
        #expect(bench.answer(200, ours: false, counted: false) == FJ_VERDICT_KEEP)
        bench.now += 1000
        #expect(bench.next(backlog: true).kind == FJ_SEND_BATCH)
        #expect(bench.answer(201, counted: false, records: 10) == FJ_VERDICT_KEEP)
        #expect(bench.sender.accepted == 0)
    }

    @Test("a request without an answer is given up after 10 s, and what it carried is kept") func timeout() {
        let sent = bench.next(live: true)
        #expect(sent.kind == FJ_SEND_LIVE && sent.until_ms == 10_000)
        bench.now = 9_999
        #expect(bench.next(live: true).kind == FJ_SEND_WAIT)
        bench.now = 10_000
        #expect(bench.next(live: true).kind == FJ_SEND_ABORT)
        #expect(bench.answer(201) == FJ_VERDICT_KEEP, "an answer that comes later belongs to nothing")
        #expect(bench.next(live: true).kind == FJ_SEND_WAIT, "and the server gets a rest")
    }

    @Test("nobody wears the device: the backlog is believed lost only after the server has said so ten times while it took live reports")
    func conflict() {
        var verdicts: [fj_verdict] = []
        for _ in 0..<11 {
            var action = bench.next(backlog: true)
            while action.kind == FJ_SEND_WAIT {
                bench.now = action.until_ms
                action = bench.next(backlog: true)
            }
            verdicts.append(bench.answer(409, records: 50))
        }
        #expect(verdicts.dropLast().allSatisfy { $0 == FJ_VERDICT_KEEP } && verdicts.last == FJ_VERDICT_PUT_ASIDE)
    }
}
