public import DeviceCore
public import Foundation

/// One device without a board: the core that ships, on simulated sensors and flash. Times are the device's own monotonic milliseconds.
public final class Board {
    /// What the core wants done now.
    public enum Action: Sendable, Equatable {
        case wait(untilMilliseconds: UInt64)
        case post(Data, isLive: Bool)
        case abort
    }

    /// The core's memory, at addresses that stay.
    private struct Memory {
        let sensors = Board.zeroed(fj_sensors.self), clock = Board.zeroed(fj_clock.self)
        let store = Board.zeroed(fj_store.self), uplink = Board.zeroed(fj_uplink.self)
        let i2c = Board.zeroed(fj_i2c.self), flash = Board.zeroed(fj_flash.self)
        let body = UnsafeMutablePointer<CChar>.allocate(capacity: Int(FJ_REPORT_BODY_MAX))
        let ring: UnsafeMutablePointer<fj_record>

        func free() {
            sensors.deallocate()
            clock.deallocate()
            store.deallocate()
            uplink.deallocate()
            i2c.deallocate()
            flash.deallocate()
            body.deallocate()
            ring.deallocate()
        }
    }

    private final class Dice {
        var generator: SeededGenerator
        init(seed: UInt64) { generator = SeededGenerator(seed: seed) }
    }

    /// As the firmware for the ESP32 has it.
    public static let ringRecords = 64
    static let sampleMilliseconds: UInt64 = 10

    public let bus = SensorBus()
    public let flash: NORFlash?
    public private(set) var boot: UInt32
    /// Records with values that were measured, and those of them that the server has, in all boots.
    public private(set) var measured = 0, delivered = 0
    /// Records that power took away while they were in RAM alone.
    public private(set) var lostInRAM = 0
    /// What the server will never take, and what had no room, in the boots before this one.
    private var before = (putAside: 0, lost: 0)
    private let memory: Memory
    private let dice: Dice
    private let texts: [UnsafeMutablePointer<CChar>?]

    /// The device is started by `start`.
    ///
    /// - Parameter flash: nil: none, as on a board with a broken one.
    public init(seed: UInt64, flash: NORFlash?, boot: UInt32 = 0, firmware: String = "simulation-2") {
        (self.flash, self.boot) = (flash, boot)
        dice = Dice(seed: seed)
        memory = Memory(ring: .allocate(capacity: Self.ringRecords))
        memory.ring.initialize(repeating: fj_record(), count: Self.ringRecords)
        memory.i2c.pointee = bus.callbacks
        if let flash { memory.flash.pointee = flash.callbacks }
        texts = [strdup(firmware), strdup("power_on")]
    }

    deinit {
        memory.free()
        texts.forEach { Foundation.free($0) }
    }

    private static func zeroed<T>(_ type: T.Type) -> UnsafeMutablePointer<T> {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: MemoryLayout<T>.size, alignment: MemoryLayout<T>.alignment)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<T>.size)
        return memory.assumingMemoryBound(to: T.self)
    }

    /// Power comes on: what was in RAM is gone, the flash has what it had.
    public func start() {
        if memory.uplink.pointee.store != nil {
            lostInRAM += recordsInRAM.count
            before = (refused, lost)
        }
        flash?.stepsLeft = nil
        boot += 1
        memory.clock.pointee = fj_clock()
        fj_store_init(
            memory.store, memory.ring, Self.ringRecords, flash == nil ? nil : UnsafePointer(memory.flash), memory.clock, boot)
        let random = fj_random(context: Unmanaged.passUnretained(dice).toOpaque()) { context in
            UInt32(truncatingIfNeeded: Unmanaged<Dice>.fromOpaque(context!).takeUnretainedValue().generator.next())
        }
        fj_uplink_init(memory.uplink, memory.store, memory.clock, random, 0)
        bus.oximeter.loseSettings()
        var config = fj_sensors_config(swap_red_infrared: false, ppg: fj_ppg_config_max30102())
        fj_sensors_init(memory.sensors, memory.i2c, &config, 0)
    }

    /// Power will go in the middle of what is written next: at the `steps`-th step of the flash.
    public func losePower(afterSteps steps: Int) { flash?.stepsLeft = steps }

    /// The task that spills comes to its turn.
    public func spill(at now: UInt64) { fj_store_spill(memory.store, now) }

    public func describe(battery: Int, rssi: Int) {
        var device = fj_uplink_device()
        device.firmware = UnsafePointer(texts[0])
        device.reset_reason = UnsafePointer(texts[1])
        (device.battery, device.rssi, device.free_heap) = (Int32(battery), Int32(rssi), 180_000)
        fj_uplink_describe(memory.uplink, &device)
    }

    /// One second of sampling that ends at `now`: the chip converts, the driver empties its FIFO, the core judges and keeps.
    ///
    /// - Parameter light: called for each sample.
    @discardableResult
    public func measure(endingAt now: UInt64, light: () -> MAX30102.Light) -> fj_second {
        let begin = now - min(now, 1000)
        for sample in 1...100 as ClosedRange<UInt64> {
            let at = begin + sample * Self.sampleMilliseconds
            bus.oximeter.convert(light())
            // The port's task wakes at the interrupt, and every 50 ms without one.
            guard bus.oximeter.isInterrupting || sample % 5 == 0 else { continue }
            if fj_sensors_step(memory.sensors, at, bus.oximeter.isInterrupting) == FJ_SENSORS_RESET_BUS {
                bus.faults = bus.faults.filter { $0.value != .stuck }
                fj_sensors_bus_was_reset(memory.sensors, at)
            }
        }
        var second = fj_second()
        fj_sensors_second(memory.sensors, now, &second)
        keep(second, at: now)
        return second
    }

    /// A second that somebody else has measured.
    public func keep(_ second: fj_second, at now: UInt64) {
        var second = second
        fj_uplink_measured(memory.uplink, &second, now)
        if fj_record_values(newest) > 0 { measured += 1 }
    }

    /// The record that was kept last.
    public var newest: UnsafePointer<fj_record>? {
        UnsafePointer(withUnsafePointer(to: memory.store.pointee.ring) { fj_ring_at($0, $0.pointee.count &- 1) })
    }

    /// SNTP has said what time it is (milliseconds since 1970).
    public func hearTime(_ utc: UInt64, at now: UInt64) { fj_clock_sntp(memory.clock, now, utc) }

    public func next(at now: UInt64) -> Action {
        var length = 0
        let action = fj_uplink_next(memory.uplink, now, memory.body, Int(FJ_REPORT_BODY_MAX), &length)
        switch action.kind {
        case FJ_SEND_LIVE, FJ_SEND_BATCH: return .post(Data(bytes: memory.body, count: length), isLive: action.kind == FJ_SEND_LIVE)
        case FJ_SEND_ABORT: return .abort
        default: return .wait(untilMilliseconds: action.until_ms)
        }
    }

    /// The request ended. True: the server took it.
    ///
    /// - Parameter status: HTTP's; 0: there was no answer.
    @discardableResult
    public func answered(at now: UInt64, status: Int, retryAfterSeconds: Int = 0, body: Data = Data()) -> Bool {
        let accepted = memory.uplink.pointee.sender.accepted
        body.withUnsafeBytes { bytes in
            _ = fj_uplink_answered(
                memory.uplink, now, UInt16(clamping: status), UInt32(clamping: retryAfterSeconds),
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard memory.uplink.pointee.sender.accepted != accepted else { return false }
        delivered += Int(memory.uplink.pointee.sent_records)
        return true
    }

    /// Records that the server will never take.
    public var refused: Int { before.putAside + Int(memory.store.pointee.put_aside) }
    /// Records for which there was no room, or no instant; what power took away is not among them.
    public var lost: Int { before.lost + Int(fj_store_lost(memory.store)) }
    public var rejectedReadings: Int { Int(memory.uplink.pointee.rejected) }
    public var waiting: Int { max(0, measured - delivered - refused - lost - lostInRAM) }
    /// Anything at all that is still to be sent: in RAM, or in the flash.
    public var hasBacklog: Bool {
        var (place, record) = (fj_log_place(), fj_record())
        let log = memory.store.pointee.log
        return !recordsInRAM.isEmpty || (flash != nil && withUnsafePointer(to: log) { fj_log_find($0, log.read, &place, &record) == FJ_OK })
    }
    public var hasTime: Bool { memory.clock.pointee.known }
    public var isSending: Bool { memory.uplink.pointee.sender.on_the_way != FJ_SEND_WAIT }
    public func alarm(at now: UInt64) -> fj_alarm_level { fj_uplink_alarm(memory.uplink, now) }

    /// What a cut of power would take.
    public var recordsInRAM: [fj_record] {
        withUnsafePointer(to: memory.store.pointee.ring) { ring in
            (0..<ring.pointee.count).map { fj_ring_at(ring, $0).pointee }.filter { withUnsafePointer(to: $0) { fj_record_values($0) } > 0 }
        }
    }
}
