import DeviceCore
import DeviceSimulation
import Testing

/// A flash log as it is found after switching on.
private final class MountedLog {
    let flash: NORFlash
    private let callbacks = UnsafeMutablePointer<fj_flash>.allocate(capacity: 1)
    let log = UnsafeMutablePointer<fj_log>.allocate(capacity: 1)
    let mounted: fj_error

    init(_ flash: NORFlash) {
        self.flash = flash
        callbacks.initialize(to: flash.callbacks)
        log.initialize(to: fj_log())
        mounted = fj_log_init(log, callbacks)
    }

    deinit {
        log.deallocate()
        callbacks.deallocate()
    }

    func append(_ sequence: UInt32) -> Bool {
        var record = LogTests.record(sequence)
        return fj_log_append(log, &record) == FJ_OK
    }

    /// What is there, oldest first, and where.
    func contents() -> [(sequence: UInt32, place: fj_log_place)] {
        var (found, from, record) = ([(UInt32, fj_log_place)](), log.pointee.read, fj_record())
        var place = fj_log_place()
        while fj_log_find(log, from, &place, &record) == FJ_OK {
            #expect(isSame(record, LogTests.record(record.sequence)), "what is found is what was written")
            found.append((record.sequence, place))
            from = fj_log_place(sector: place.sector, slot: place.slot + 1)
        }
        return found
    }

    var sequences: [UInt32] { contents().map(\.sequence) }
    var dropped: Int { Int(log.pointee.dropped) }
}

@Suite struct LogTests {
    static let slots = 85

    /// The record with a number; all of it follows from that.
    static func record(_ sequence: UInt32) -> fj_record {
        var record = fj_record()
        (record.boot, record.sequence, record.t_ms) = (3, sequence, UInt64(sequence) * 1000)
        record.utc_ms = 1_790_000_000_000 + record.t_ms
        setValues(&record, [9700, Int16(6000 + sequence % 100), .min, 150, 9000, .min])
        return record
    }

    /// A flash with `count` records written, the first `settled` of them delivered.
    private func filled(sectors: Int, _ count: Int, settled: Int = 0) -> NORFlash {
        let flash = NORFlash(sectors: sectors)
        let log = MountedLog(flash)
        for sequence in 0..<UInt32(count) { #expect(log.append(sequence)) }
        for (_, place) in log.contents().prefix(settled) { #expect(fj_log_settle(log.log, place, FJ_LOG_DELIVERED) == FJ_OK) }
        return flash
    }

    /// Fill levels at which something happens, and some between.
    private static let levels = (0...345).filter { level in level % 13 == 0 || [0, 1, 2, 83, 84].contains(level % slots) }

    @Test("records come back in order after a restart; when the flash is full the oldest sector goes, counted", arguments: [2, 3, 8])
    func wraps(sectors: Int) {
        let flash = NORFlash(sectors: sectors)
        var (log, expected) = (MountedLog(flash), [UInt32]())
        for sequence in 0..<UInt32(sectors * Self.slots * 3 + 40) {
            let before = log.dropped
            #expect(log.append(sequence))
            expected.append(sequence)
            expected.removeFirst(log.dropped - before)
            if sequence % 97 == 0 { log = MountedLog(flash) }
            if sequence % 31 == 0 { #expect(log.sequences == expected) }
        }
        #expect(log.sequences == expected && expected.count > (sectors - 2) * Self.slots)
    }

    @Test("power that goes at any byte of a record, a header or an erasure costs the record that is being written and no other")
    func cutWhileAppending() {
        var cuts = 0
        for level in Self.levels {
            let original = filled(sectors: 3, level, settled: level / 5)
            let before = MountedLog(original.copy()).sequences
            var steps = 0
            while true {
                let flash = original.copy()
                let dying = MountedLog(flash)
                flash.stepsLeft = steps
                let written = dying.append(9999)
                let isWhole = flash.stepsLeft! > 0
                flash.stepsLeft = nil
                let after = MountedLog(flash)
                let found = after.sequences
                let (kept, hasNew) = found.last == 9999 ? (Array(found.dropLast()), true) : (found, false)
                #expect(kept == before || kept == Array(before.dropFirst(dying.dropped)), "level \(level), step \(steps)")
                #expect(hasNew || !written, "what the log said it had written is there")
                #expect(after.append(10_000) && after.append(10_001))
                let later = MountedLog(flash).sequences
                #expect(Array(later.suffix(2)) == [10_000, 10_001])
                #expect(Array(later.dropLast(2)) == Array(found.dropFirst(after.dropped)))
                cuts += 1
                if isWhole { break }
                steps += 1
            }
        }
        print("power was cut at \(cuts) places of an append")
    }

    @Test("power that goes while records are marked leaves each marked or unmarked, and no other touched")
    func cutWhileSettling() {
        for level in Self.levels where level > 0 {
            let original = filled(sectors: 3, level)
            let before = MountedLog(original.copy()).contents()
            for run in [1, 3, Self.slots, before.count] where run <= before.count {
                var steps = 0
                while true {
                    let flash = original.copy()
                    let dying = MountedLog(flash)
                    flash.stepsLeft = steps
                    let count = fj_log_settle_run(dying.log, before[0].place, before[run - 1].place, FJ_LOG_DELIVERED)
                    let isWhole = flash.stepsLeft! > 0
                    flash.stepsLeft = nil
                    let found = Set(MountedLog(flash).sequences)
                    let rest = Set(before.dropFirst(run).map(\.sequence))
                    #expect(rest.isSubset(of: found) && found.isSubset(of: before.map(\.sequence)))
                    if isWhole {
                        #expect(found == rest && count == run)
                        break
                    }
                    steps += run > 3 ? 7 : 1
                }
            }
        }
    }

    @Test("settling some in the middle leaves the older ones to be found") func middle() {
        for level in [10, 85, 86, 200] {
            let log = MountedLog(filled(sectors: 3, level))
            let (all, first) = (log.contents(), level / 3)
            #expect(fj_log_settle_run(log.log, all[first].place, all[first + 4].place, FJ_LOG_PUT_ASIDE) == 5)
            #expect(log.sequences == all.map(\.sequence).filter { !(first...first + 4).contains(Int($0)) })
        }
    }

    @Test("power that goes again while the log is found after a cut costs nothing more") func cutWhileMounting() {
        for level in Self.levels {
            let original = filled(sectors: 3, level)
            original.stepsLeft = 20
            let dying = MountedLog(original)
            _ = dying.append(9999)
            original.stepsLeft = nil
            let expected = MountedLog(original.copy()).sequences
            for steps in 0...4 {
                let flash = original.copy()
                flash.stepsLeft = steps
                _ = MountedLog(flash)
                flash.stepsLeft = nil
                #expect(MountedLog(flash).sequences == expected)
            }
        }
    }

    @Test("a torn record is counted once, whenever it is found") func spoiledOnce() {
        let flash = filled(sectors: 2, 3)
        flash.stepsLeft = 30
        #expect(!MountedLog(flash).append(3))
        flash.stepsLeft = nil
        let log = MountedLog(flash)
        for (_, place) in log.contents() { fj_log_settle(log.log, place, FJ_LOG_DELIVERED) }
        fj_log_trim(log.log)
        #expect(log.log.pointee.spoiled == 1 && log.sequences.isEmpty)
        #expect(MountedLog(flash).log.pointee.spoiled == 0)
    }

    @Test("a sector that keeps no bit is passed over") func wornOut() {
        let flash = NORFlash(sectors: 4)
        flash.wornOut = [1]
        let log = MountedLog(flash)
        var kept = [UInt32]()
        for sequence in 0..<UInt32(Self.slots * 6) where log.append(sequence) { kept.append(sequence) }
        #expect(kept.count > Self.slots * 5, "the others are used: \(kept.count)")
        #expect(log.sequences == Array(kept.dropFirst(log.dropped)))
        #expect(MountedLog(flash).sequences == log.sequences)
    }

    @Test("a flash full of anything is a log after all: what is found was written by a log, and it takes new records") func random() {
        var g = SeededGenerator(seed: 21)
        for _ in 0..<60 {
            let flash = NORFlash(sectors: 3)
            for address in 0..<3 * 4096 { flash[address] = UInt8.random(in: 0...255, using: &g) & UInt8.random(in: 0...255, using: &g) }
            let log = MountedLog(flash)
            #expect(log.mounted == FJ_OK && log.sequences.isEmpty)
            for sequence in 0..<100 as Range<UInt32> { #expect(log.append(sequence)) }
            #expect(MountedLog(flash).sequences == Array(0..<100))
        }
    }

    @Test("few erasures: one for each sector that is filled") func wear() {
        let flash = filled(sectors: 3, Self.slots * 10)
        #expect(flash.erasures <= 11)
    }

    @Test("too small, too large or missing a function: no log") func arguments() {
        var (log, flash) = (fj_log(), NORFlash(sectors: 2).callbacks)
        flash.sectors = 1
        #expect(fj_log_init(&log, &flash) == FJ_ERROR_ARGUMENT)
        flash.sectors = FJ_FLASH_SECTORS_MAX + 1
        #expect(fj_log_init(&log, &flash) == FJ_ERROR_ARGUMENT)
        flash.sectors = 2
        flash.erase_sector = nil
        #expect(fj_log_init(&log, &flash) == FJ_ERROR_ARGUMENT && fj_log_init(nil, &flash) == FJ_ERROR_ARGUMENT)
    }
}
