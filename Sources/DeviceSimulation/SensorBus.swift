public import DeviceCore
import Foundation

/// The I2C bus with both sensors on it, and with what can go wrong there.
public final class SensorBus {
    public enum Fault: Sendable {
        /// A line is held low: whoever holds it, nobody is heard.
        case stuck
        /// Nobody acknowledges.
        case silent
        /// One byte fewer than asked for, and the port does not notice.
        case short
        /// A bit is wrong on the way.
        case flipped
    }

    public static let oximeterAddress = UInt8(FJ_MAX30102_ADDRESS), thermometerAddress = UInt8(FJ_MLX90614_ADDRESS)

    public var oximeter = MAX30102()
    /// What the thermometer's RAM holds (raw, 0.02 K a step; the top bit is an error).
    public var ambientRaw: UInt16 = 0, objectRaw: UInt16 = 0
    /// By address.
    public var faults: [UInt8: Fault] = [:]

    public init(ambientCelsius: Double = 23, objectCelsius: Double = 36.6) { look(ambientCelsius, objectCelsius) }

    public func look(_ ambientCelsius: Double, _ objectCelsius: Double) {
        (ambientRaw, objectRaw) = (Self.raw(ambientCelsius), Self.raw(objectCelsius))
    }

    private static func raw(_ celsius: Double) -> UInt16 { UInt16(((celsius + 273.15) / 0.02).rounded()) }

    /// The bus for the core. It does not keep this object alive.
    public var callbacks: fj_i2c {
        fj_i2c(
            context: Unmanaged.passUnretained(self).toOpaque(),
            write: { context, address, bytes, length, done in
                SensorBus.from(context).write(address, UnsafeBufferPointer(start: bytes, count: length), &done!.pointee)
            },
            write_read: { context, address, out, _, into, length, done in
                SensorBus.from(context).read(address, out![0], UnsafeMutableBufferPointer(start: into, count: length), &done!.pointee)
            })
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> SensorBus {
        Unmanaged<SensorBus>.fromOpaque(context!).takeUnretainedValue()
    }

    private func refusal(_ address: UInt8) -> fj_error? {
        if faults.values.contains(.stuck) { return FJ_ERROR_BUS_STUCK }
        switch faults[address] {
        case .silent: return FJ_ERROR_NO_ANSWER
        default: return [Self.oximeterAddress, Self.thermometerAddress].contains(address) ? nil : FJ_ERROR_NO_ANSWER
        }
    }

    private func write(_ address: UInt8, _ bytes: UnsafeBufferPointer<UInt8>, _ done: inout Int) -> fj_error {
        if let error = refusal(address) { return error }
        done = faults[address] == .short ? bytes.count - 1 : bytes.count
        if done == 2, address == Self.oximeterAddress { oximeter.write(bytes[1], to: Int(bytes[0])) }
        return FJ_OK
    }

    private func read(_ address: UInt8, _ register: UInt8, _ into: UnsafeMutableBufferPointer<UInt8>, _ done: inout Int) -> fj_error {
        if let error = refusal(address) { return error }
        if address == Self.oximeterAddress {
            oximeter.read(into, from: Int(register))
        } else {
            readWord(register, into)
        }
        done = faults[address] == .short ? into.count - 1 : into.count
        if faults[address] == .flipped { into[into.count / 2] ^= 0x04 }
        return FJ_OK
    }

    /// SMBus Read Word: low, high, PEC.
    private func readWord(_ command: UInt8, _ into: UnsafeMutableBufferPointer<UInt8>) {
        let word = command == 0x07 ? objectRaw : command == 0x06 ? ambientRaw : 0
        let (low, high) = (UInt8(truncatingIfNeeded: word), UInt8(truncatingIfNeeded: word >> 8))
        let covered = [Self.thermometerAddress << 1, command, Self.thermometerAddress << 1 | 1, low, high]
        for (index, byte) in zip(into.indices, [low, high, fj_pec(covered, covered.count)]) { into[index] = byte }
    }
}
