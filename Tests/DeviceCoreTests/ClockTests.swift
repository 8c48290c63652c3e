import Clinical
import DeviceCore
import DeviceSimulation
import Testing

@Suite struct ClockTests {
    static let epoch: UInt64 = 1_795_000_000_000

    private func utc(_ clock: inout fj_clock, _ now: UInt64) -> UInt64? {
        var utc: UInt64 = 0
        return fj_clock_utc(&clock, now, &utc) == FJ_OK ? utc : nil
    }

    private func date(_ clock: inout fj_clock, _ t: UInt64) -> UInt64? {
        var utc: UInt64 = 0
        return fj_clock_date(&clock, t, &utc) == FJ_OK ? utc : nil
    }

    @Test("without a source there is no time, and nonsense is no source: never 1970") func unknown() {
        var clock = fj_clock()
        #expect(utc(&clock, 5) == nil && date(&clock, 5) == nil)
        for nonsense in [0, 1, 946_684_800_000, 1_735_689_000_000, 4_102_444_800_001, UInt64.max] as [UInt64] {
            #expect(fj_clock_sntp(&clock, 1000, nonsense) == FJ_ERROR_RANGE)
            #expect(fj_clock_server(&clock, 900, 1000, nonsense) != FJ_OK)
            #expect(!clock.known && utc(&clock, 2000) == nil)
        }
        #expect(fj_clock_sntp(&clock, 1000, Self.epoch) == FJ_OK && utc(&clock, 3000) == Self.epoch + 2000)
    }

    @Test("a difference under a second is made up for slowly, never backwards; a greater one at once, and counted")
    func slewAndStep() throws {
        for difference in [-900, -250, 250, 900] as [Int64] {
            var clock = fj_clock()
            fj_clock_sntp(&clock, 0, Self.epoch)
            fj_clock_sntp(&clock, 10_000, UInt64(Int64(Self.epoch + 10_000) + difference))
            #expect(clock.steps == 0)
            var last = try #require(utc(&clock, 10_000))
            #expect(last == Self.epoch + 10_000, "nothing jumps")
            for now in stride(from: 11_000, through: 400_000, by: 1000) as StrideThrough<UInt64> {
                let next = try #require(utc(&clock, now))
                #expect((995...1005).contains(next - last))
                last = next
            }
            #expect(Int64(last) == Int64(Self.epoch + 400_000) + difference, "it arrives")
        }
        var clock = fj_clock()
        fj_clock_sntp(&clock, 0, Self.epoch)
        fj_clock_sntp(&clock, 10_000, Self.epoch + 15_000)
        #expect(clock.steps == 1 && utc(&clock, 10_000) == Self.epoch + 15_000)
    }

    @Test("what was measured before the time was known has the same instant for ever, whatever the clock hears later")
    func sameInstant() throws {
        var g = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            var clock = fj_clock()
            let heardAt = UInt64.random(in: 1000...500_000, using: &g)
            fj_clock_server(&clock, heardAt - 40, heardAt, Self.epoch)
            let measured = (0..<5).map { _ in UInt64.random(in: 0...heardAt, using: &g) }
            let first = measured.map { date(&clock, $0) }
            #expect(first[0] == Self.epoch + 20 - (heardAt - measured[0]))
            var now = heardAt
            for _ in 0..<20 {
                now += .random(in: 1...100_000_000, using: &g)
                fj_clock_sntp(&clock, now, Self.epoch + .random(in: 0...10_000_000_000, using: &g))
                #expect(measured.map { date(&clock, $0) } == first)
            }
        }
    }

    @Test("the server's time is half-way of the report's; not after a long way, and not for a day after SNTP spoke") func server() {
        var clock = fj_clock()
        #expect(fj_clock_server(&clock, 0, 5001, Self.epoch) == FJ_ERROR_NOT_READY)
        #expect(fj_clock_server(&clock, 1000, 1300, Self.epoch) == FJ_OK && utc(&clock, 1300) == Self.epoch + 150)
        // A difference within the way's own length says nothing.
        #expect(fj_clock_server(&clock, 2000, 2400, Self.epoch + 1000) == FJ_OK && utc(&clock, 102_400) == Self.epoch + 101_250)
        fj_clock_sntp(&clock, 10_000, Self.epoch)
        #expect(fj_clock_server(&clock, 86_400_000, 86_400_010, Self.epoch + 86_395_000) == FJ_ERROR_NOT_READY)
        #expect(fj_clock_server(&clock, 86_410_000, 86_410_010, Self.epoch + 86_400_000) == FJ_OK)
    }

    @Test("SNTP moves what the server has confirmed by a minute at most; where SNTP spoke first and was wrong, the server holds at once") func sntp()
    {
        var clock = fj_clock()
        #expect(fj_clock_server(&clock, 1000, 1000, Self.epoch) == FJ_OK && clock.is_confirmed)
        for wrong in [3_600_000, 61_001, 94_608_000_000] as [UInt64] {
            #expect(fj_clock_sntp(&clock, 2000, Self.epoch + wrong) == FJ_ERROR_RANGE && fj_clock_sntp(&clock, 2000, Self.epoch - wrong) != FJ_OK)
        }
        #expect(utc(&clock, 3000) == Self.epoch + 2000 && fj_clock_sntp(&clock, 4000, Self.epoch + 62_000) == FJ_OK)
        var other = fj_clock()
        #expect(fj_clock_sntp(&other, 1000, Self.epoch + 94_608_000_000) == FJ_OK && !other.is_confirmed)
        #expect(fj_clock_server(&other, 2000, 2000, Self.epoch) == FJ_OK && other.is_confirmed && utc(&other, 2000) == Self.epoch)
        var instant: UInt64 = 0
        #expect(fj_clock_date(&other, 500, &instant) == FJ_OK && instant == Self.epoch - 1500, "and what was measured before is dated by it")
    }

    @Test("instants are written and read as the server does", arguments: [1, 2, 3] as [UInt64]) func wire(seed: UInt64) throws {
        var g = SeededGenerator(seed: seed)
        for _ in 0..<3000 {
            let utc = UInt64.random(in: 0...253_402_300_799_999, using: &g)
            var text = [CChar](repeating: 0, count: Int(FJ_TIME_CHARACTERS))
            #expect(fj_time_format(utc, &text) == FJ_OK)
            let written = String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            #expect(written == Instant(milliseconds: Int64(utc)).rfc3339)
            var back: UInt64 = 0
            #expect(fj_time_parse(written, written.utf8.count, &back) == FJ_OK && back == utc)
        }
        var back: UInt64 = 7
        for (text, expected) in [
            ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("2026-11-28T10:00:00.1239+01:00", 1_795_856_400_123),
            ("2026-11-28T10:00:00-00:30", 1_795_861_800_000),
        ] as [(String, UInt64)] {
            #expect(fj_time_parse(text, text.utf8.count, &back) == FJ_OK && back == expected, "\(text)")
        }
        for text in [
            "", "2026", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01 00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00",
            "1969-12-31T23:59:59Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00ZZ", "2026-01-00T00:00:00Z", "+026-01-01T00:00:00Z",
        ] {
            #expect(fj_time_parse(text, text.utf8.count, &back) == FJ_ERROR_FORMAT, "\(text)")
        }
        #expect(back == 1_795_861_800_000, "output is written with success only")
    }
}
