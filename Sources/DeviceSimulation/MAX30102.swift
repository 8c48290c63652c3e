import DeviceCore

/// The pulse oximeter as its driver sees it: registers, a FIFO of 32, LEDs whose current decides how bright a finger is. After the datasheet
/// (Maxim 19-7740).
public struct MAX30102 {
    /// What comes back to the photodiode for each step of an LED's current, in counts, and the light of the room, in counts.
    public struct Light: Sendable {
        public var red, infrared, room: Float

        public init(red: Float, infrared: Float, room: Float = 500) { (self.red, self.infrared, self.room) = (red, infrared, room) }

        /// Nobody wears the sensor: its own crosstalk.
        public static let open = Light(red: 20, infrared: 20)
    }

    enum Register {
        static let interruptStatus = 0x00, interruptEnable = 0x02
        static let writePointer = 0x04, overflows = 0x05, readPointer = 0x06, fifoData = 0x07
        static let mode = 0x09, red = 0x0C, infrared = 0x0D
        static let partID = 0xFF
    }

    static let fifoSamples = 32
    /// With fewer than 15 places left, as the driver sets it.
    static let nearlyFullAt = 17
    private static let almostFull: UInt8 = 0x80
    private static let resetBit: UInt8 = 0x40
    private static let modeSpO2: UInt8 = 0x03

    public var partID: UInt8 = 0x15
    /// A clone with its LEDs the other way round.
    public var hasSwappedLEDs = false
    private var registers = [UInt8](repeating: 0, count: 0x40)
    private var fifo = [(red: UInt32, infrared: UInt32)](repeating: (0, 0), count: fifoSamples)
    private var waiting = 0
    /// Which byte of the oldest sample is read next.
    private var byte = 0

    public init() {}

    /// The interrupt's line, which the driver takes back by reading the status.
    public var isInterrupting: Bool { registers[Register.interruptStatus] & registers[Register.interruptEnable] & Self.almostFull != 0 }
    public var isSampling: Bool { registers[Register.mode] & 0x07 == Self.modeSpO2 }
    public var infraredCurrent: UInt8 { registers[hasSwappedLEDs ? Register.red : Register.infrared] }

    /// Power went for a moment: everything as after switching on.
    public mutating func loseSettings() {
        let (id, swapped) = (partID, hasSwappedLEDs)
        self = MAX30102()
        (partID, hasSwappedLEDs) = (id, swapped)
    }

    /// One conversion; the chip makes a hundred a second while it samples.
    public mutating func convert(_ light: Light) {
        guard isSampling else { return }
        guard waiting < Self.fifoSamples else {
            registers[Register.overflows] = min(registers[Register.overflows] + 1, 0x1F)
            return
        }
        let (redLED, infraredLED) = hasSwappedLEDs ? (Register.infrared, Register.red) : (Register.red, Register.infrared)
        let red = Self.counts(light.red * Float(registers[redLED]) + light.room)
        let infrared = Self.counts(light.infrared * Float(registers[infraredLED]) + light.room)
        let place = Int(registers[Register.writePointer])
        fifo[place] = hasSwappedLEDs ? (infrared, red) : (red, infrared)
        registers[Register.writePointer] = UInt8((place + 1) % Self.fifoSamples)
        waiting += 1
        if waiting >= Self.nearlyFullAt { registers[Register.interruptStatus] |= Self.almostFull }
    }

    private static func counts(_ level: Float) -> UInt32 { UInt32(min(max(level.rounded(), 0), Float(FJ_MAX30102_SAMPLE_MAX))) }

    mutating func write(_ value: UInt8, to register: Int) {
        guard register < registers.count else { return }
        registers[register] = value
        switch register {
        case Register.mode where value & Self.resetBit != 0:
            // The bit stays until it was looked at once.
            registers = registers.map { _ in 0 }
            registers[Register.mode] = Self.resetBit
            (waiting, byte) = (0, 0)
        case Register.writePointer, Register.readPointer:
            registers[register] &= 0x1F
            waiting = (Int(registers[Register.writePointer]) - Int(registers[Register.readPointer]) + Self.fifoSamples) % Self.fifoSamples
            byte = 0
        default: break
        }
    }

    /// Registers from `first` on; the FIFO's own does not move on, and gives sample after sample.
    mutating func read(_ bytes: UnsafeMutableBufferPointer<UInt8>, from first: Int) {
        if first == Register.fifoData {
            for index in bytes.indices { bytes[index] = nextByte() }
            return
        }
        for index in bytes.indices { bytes[index] = first + index == Register.partID ? partID : registers[(first + index) % registers.count] }
        if first == Register.interruptStatus { registers[Register.interruptStatus] = 0 }
        if first == Register.mode { registers[Register.mode] &= ~Self.resetBit }
    }

    private mutating func nextByte() -> UInt8 {
        let sample = fifo[Int(registers[Register.readPointer])]
        let word = byte < 3 ? sample.red : sample.infrared
        // What is over the 18 bits is not defined.
        let value = UInt8(truncatingIfNeeded: word >> UInt32(8 * (2 - byte % 3))) | (byte % 3 == 0 ? 0xA8 : 0)
        byte += 1
        if byte == 6 {
            byte = 0
            registers[Register.readPointer] = (registers[Register.readPointer] + 1) % UInt8(Self.fifoSamples)
            waiting -= waiting > 0 ? 1 : 0
            registers[Register.overflows] = 0
        }
        return value
    }
}
