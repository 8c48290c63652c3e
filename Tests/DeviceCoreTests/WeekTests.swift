import DeviceCore
import DeviceSimulation
import Foundation
import Testing

/// What the server has: by each record's number, the instant that it has it at.
private struct Ward {
    private(set) var instants: [UInt64]
    private(set) var twice = 0
    private(set) var problems: [String] = []

    init(count: Int) { instants = [UInt64](repeating: 0, count: count) }

    /// A record's number goes as two values: hundredths of a heart rate and of a temperature.
    static func second(_ number: Int, t: UInt64) -> fj_second {
        var second = fj_second()
        second.vitals = fj_vitals(
            t_ms: t, heart_rate: Float(2000 + number % 20_000) / 100, spo2: .nan, r: .nan, perfusion_index: .nan, quality: 0,
            reason: FJ_REASON_NO_SAMPLES, is_inverted: false)
        second.skin = fj_skin(celsius: Float(2000 + number / 20_000) / 100, reason: FJ_REASON_NONE)
        second.ambient_c = .nan
        return second
    }

    static func nothing(t: UInt64) -> fj_second {
        var second = second(0, t: t)
        (second.vitals.heart_rate, second.skin.celsius) = (.nan, .nan)
        return second
    }

    /// Takes a report in: the numbers that it brought, in its order.
    mutating func take(_ body: Data, now: UInt64) -> (numbers: [Int], readings: Int) {
        body.withUnsafeBytes { raw in
            let bytes = raw.bindMemory(to: UInt8.self)
            var (at, numbers, pulse, readings) = (0, [Int](), 0, 0)
            while let value = Self.find("\"valeur\":", bytes, &at) {
                readings += 1
                let isDated = bytes[value.end + Self.unitLength(bytes, value.end)] == UInt8(ascii: "t")
                if readings % 2 == 1 {
                    pulse = value.hundredths - 2000
                    continue
                }
                let number = (value.hundredths - 2000) * 20_000 + pulse
                let instant = isDated ? Self.timestamp(bytes, &at) : now - Self.age(bytes, &at)
                if instants[number] == 0 {
                    instants[number] = instant
                } else {
                    twice += 1
                    if instants[number] != instant { problems.append("number \(number) came at two instants, \(instants[number]) and \(instant)") }
                }
                numbers.append(number)
            }
            return (numbers, readings)
        }
    }

    /// From the value's end to the first letter of `timestamp` or `age_ms`.
    private static func unitLength(_ bytes: UnsafeBufferPointer<UInt8>, _ end: Int) -> Int {
        var (at, quotes) = (end, 0)
        while quotes < 5 {
            if bytes[at] == UInt8(ascii: "\"") { quotes += 1 }
            at += 1
        }
        return at - end
    }

    private static func find(_ name: StaticString, _ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> (hundredths: Int, end: Int)? {
        guard let begin = place(of: name, bytes, from: at) else { return nil }
        var (end, whole, decimals) = (begin, 0, -1)
        while let digit = Optional(bytes[end]), digit == 46 || (48...57).contains(digit) {
            if digit == 46 {
                decimals = 0
            } else {
                whole = whole * 10 + Int(digit - 48)
                if decimals >= 0 { decimals += 1 }
            }
            end += 1
        }
        at = end
        return (decimals == 2 ? whole : decimals == 1 ? whole * 10 : whole * 100, end)
    }

    private static func place(of name: StaticString, _ bytes: UnsafeBufferPointer<UInt8>, from: Int) -> Int? {
        let length = name.utf8CodeUnitCount
        var at = from
        while at + length <= bytes.count {
            if memcmp(bytes.baseAddress! + at, name.utf8Start, length) == 0 { return at + length }
            at += 1
        }
        return nil
    }

    private static func timestamp(_ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> UInt64 {
        at = place(of: "\"timestamp\":\"", bytes, from: at)!
        var utc: UInt64 = 0
        bytes.withMemoryRebound(to: CChar.self) { _ = fj_time_parse($0.baseAddress! + at, 24, &utc) }
        return utc
    }

    private static func age(_ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> UInt64 {
        UInt64(find("\"age_ms\":", bytes, &at)!.hundredths / 100)
    }
}

/// A device, a server, and between them a network that fails in every way; all in simulated time.
private struct World {
    struct Troubles {
        var meanUpSeconds = 3600.0
        var meanDownSeconds = 600.0
        var meanBetweenCutsSeconds = Double.infinity
    }

    enum Weather: CaseIterable { case fine, lostOnTheWay, lostOnTheWayBack, broken, busy, unauthorised, timedOut, silent }

    private static let epoch: UInt64 = 1_795_000_000_000

    let board: Board
    let count: Int
    var ward: Ward
    var g: SeededGenerator
    let troubles: Troubles
    /// Milliseconds of the world; the device's own begin with each start.
    var now: UInt64 = 0
    var bootedAt: UInt64 = 0
    var weather = Weather.fine
    var weatherUntil: UInt64 = 0
    var cutAt: UInt64 = .max
    var pending: (at: UInt64, status: Int, retryAfter: Int, body: Data)?
    /// Numbers that were in RAM alone when power went, or were being written.
    var inRAM: Set<Int> = []
    /// The newest record, until it was sent or is too old to be live.
    var unsent: (number: Int, until: UInt64)?
    /// Records that the server has and the device does not know of.
    var unanswered = 0
    var cuts = 0, requests = 0, batches = 0
    var lastOfBatch = -1
    var problems: [String] = []

    init(seed: UInt64, count: Int, sectors: Int?, _ troubles: Troubles) {
        (self.count, self.troubles) = (count, troubles)
        g = SeededGenerator(seed: seed)
        board = Board(seed: seed, flash: sectors.map { NORFlash(sectors: $0) })
        ward = Ward(count: count)
        board.start()
        planCut()
    }

    private mutating func planCut() {
        guard troubles.meanBetweenCutsSeconds.isFinite else { return }
        cutAt = now + UInt64(1000 * g.exponential(mean: troubles.meanBetweenCutsSeconds))
    }

    private var deviceNow: UInt64 { now - bootedAt }

    mutating func run() {
        for number in 0..<count {
            let due = UInt64(number + 1) * 1000
            work(until: due)
            now = max(now, due)
            measure(number)
            if now >= cutAt { cutPower() }
        }
        // Fine weather, and a patient who has gone, until all is there.
        (weather, weatherUntil, cutAt) = (.fine, .max, .max)
        let end = now + 6 * 3_600_000
        while now < end, board.hasBacklog || board.isSending {
            work(until: now + 1000)
            board.keep(Ward.nothing(t: deviceNow), at: deviceNow)
        }
    }

    private mutating func measure(_ number: Int) {
        board.keep(Ward.second(number, t: deviceNow), at: deviceNow)
        unsent = (number, now + UInt64(FJ_STORE_LIVE_MS))
    }

    /// All that the sending task does until then.
    private mutating func work(until end: UInt64) {
        while now < end {
            if let (at, status, retryAfter, body) = pending, at <= now {
                pending = nil
                board.answered(at: deviceNow, status: status, retryAfterSeconds: retryAfter, body: body)
            }
            switch board.next(at: deviceNow) {
            case .post(let body, let isLive): post(body, isLive)
            case .abort: pending = nil
            case .wait(let until):
                let wake = min(end, pending?.at ?? .max, until == .max ? .max : max(until + bootedAt, now + 1))
                now = wake == .max ? end : wake
            }
        }
    }

    private mutating func post(_ body: Data, _ isLive: Bool) {
        if now >= weatherUntil {
            weather = weather == .fine ? Weather.allCases.filter { $0 != .fine }.randomElement(using: &g)! : .fine
            let mean = weather == .fine ? troubles.meanUpSeconds : troubles.meanDownSeconds
            weatherUntil = now + UInt64(1000 * g.exponential(mean: mean))
        }
        requests += 1
        if isLive {
            unsent = nil
        } else {
            batches += 1
            if let unsent, now <= unsent.until { problems.append("a batch went while a live record waited") }
        }
        let way = UInt64.random(in: 3...400, using: &g)
        let reaches = [.fine, .lostOnTheWayBack, .timedOut].contains(weather)
        var readings = 0
        if reaches {
            let taken = ward.take(body, now: Self.epoch + now)
            readings = taken.readings
            if weather != .fine { unanswered += taken.numbers.count }
            if taken.numbers != taken.numbers.sorted() { problems.append("a report is out of order") }
            if weather == .fine, !isLive, let first = taken.numbers.first {
                if first < lastOfBatch { problems.append("the backlog goes backwards, \(first) after \(lastOfBatch)") }
                lastOfBatch = taken.numbers.last ?? first
            }
        }
        let time = rfc3339(Self.epoch + now + way / 2)
        let good = Data("{\"recues\":\(readings),\"doublons\":0,\"rejetees\":[],\"heure_serveur\":\"\(time)\"}".utf8)
        switch weather {
        case .fine: pending = (now + way, 201, 0, good)
        case .lostOnTheWay, .lostOnTheWayBack: pending = (now + .random(in: 0...9000, using: &g), 0, 0, Data())
        case .timedOut: pending = (now + 60_000, 201, 0, good)  // after the device has given it up
        case .silent: pending = (.max, 0, 0, Data())
        case .broken: pending = (now + way, [500, 502, 503, 504].randomElement(using: &g)!, 0, Data("<html>".utf8))
        case .busy: pending = (now + way, 429, .random(in: 1...30, using: &g), Data())
        case .unauthorised: pending = (now + way, [401, 408].randomElement(using: &g)!, 0, Data())
        }
    }

    private func rfc3339(_ utc: UInt64) -> String {
        var text = [CChar](repeating: 0, count: Int(FJ_TIME_CHARACTERS))
        fj_time_format(utc, &text)
        return String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Power goes in the middle of whatever the device writes next, and comes back some time later.
    private mutating func cutPower() {
        cuts += 1
        inRAM.formUnion(board.recordsInRAM.map(Self.number))
        board.losePower(afterSteps: .random(in: 0...120, using: &g))
        board.spill(at: deviceNow + 6000)
        pending = nil
        unsent = nil
        now += .random(in: 0...60_000, using: &g)
        bootedAt = now
        board.start()
        lastOfBatch = -1
        planCut()
    }

    private static func number(_ record: fj_record) -> Int {
        let found = values(record)
        return (Int(found[2]) - 2000) * 20_000 + Int(found[1]) - 2000
    }
}

@Suite struct WeekTests {
    /// Checks that everything measured arrived once, or is known to be lost.
    private func check(_ world: World, counted: Bool = true) {
        let missing = world.ward.instants.indices.filter { world.ward.instants[$0] == 0 }
        let unexplained = missing.filter { !world.inRAM.contains($0) }
        print(
            """
            \(world.count) s: \(world.requests) requests, \(world.batches) of them batches, \(world.cuts) power cuts; \
            \(missing.count) records lost (\(missing.count - unexplained.count) of them in RAM, \(world.board.lost) counted), \
            \(world.ward.twice) came again and were noticed
            """)
        #expect(!world.board.hasBacklog && world.board.refused == 0)
        #expect(unexplained.count <= world.board.lost, "what is missing was counted: \(unexplained.prefix(5))")
        // Of what the server has without the device knowing some may have been dropped, and counted.
        #expect(world.cuts > 0 || world.board.lost - missing.count <= world.unanswered, "and what was counted is missing")
        #expect(world.ward.problems.isEmpty, "\(world.ward.problems.prefix(3))")
        #expect(world.problems.isEmpty, "\(world.problems.count): \(world.problems.prefix(3))")
        // In its right second: drift and slewing apart, the instant is the world's.
        let epoch: UInt64 = 1_795_000_000_000
        let late = world.ward.instants.enumerated().filter {
            $1 > 0 && (Int64($1) - Int64(epoch) - Int64($0 + 1) * 1000).magnitude > 400 + 60_000 * UInt64(world.cuts)
        }
        #expect(late.isEmpty, "\(late.prefix(3))")
    }

    @Test(
        "a week of outages of every kind: every report arrives once, in its second, the live ones first, then the backlog in order",
        arguments: 1...2 as ClosedRange<UInt64>)
    func week(seed: UInt64) {
        var world = World(seed: seed, count: 7 * 86_400, sectors: 1024, .init())
        world.run()
        check(world)
        #expect(world.ward.instants.allSatisfy { $0 > 0 }, "12 hours fit: nothing is lost without a power cut")
    }

    @Test("with power cuts only what was in RAM alone is lost", arguments: 11...14 as ClosedRange<UInt64>)
    func powerCuts(seed: UInt64) {
        var world = World(seed: seed, count: 86_400, sectors: 1024, .init(meanUpSeconds: 1200, meanDownSeconds: 400, meanBetweenCutsSeconds: 900))
        world.run()
        check(world)
        #expect(world.cuts > 50)
        #expect(world.inRAM.count < world.cuts * 12, "a cut costs some seconds, not more")
    }

    @Test("an outage longer than the flash is large drops the oldest records, and says how many", arguments: 21...24 as ClosedRange<UInt64>)
    func overflow(seed: UInt64) {
        var world = World(seed: seed, count: 43_200, sectors: 8, .init(meanUpSeconds: 1800, meanDownSeconds: 1800))
        world.run()
        check(world)
        #expect(world.board.lost > 0)
    }

    @Test("without a flash the newest minute is kept, and the rest counted", arguments: [31, 32] as [UInt64])
    func noFlash(seed: UInt64) {
        var world = World(seed: seed, count: 20_000, sectors: nil, .init(meanUpSeconds: 900, meanDownSeconds: 300))
        world.run()
        check(world)
        #expect(world.board.lost > 0)
    }
}
