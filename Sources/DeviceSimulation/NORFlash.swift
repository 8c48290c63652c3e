public import DeviceCore
import Foundation

/// A NOR flash in memory: programming only clears bits, erasing a sector sets them. Power may go in the middle of either.
public final class NORFlash {
    public let sectors: Int
    /// What may still be programmed or erased before power goes, in steps: a byte programmed, or one of the `erasureSteps` of an erasure.
    /// nil: power stays.
    public var stepsLeft: Int?
    /// Since the beginning; so many places there are to cut power at.
    public private(set) var steps = 0
    public private(set) var erasures = 0
    /// Sectors that keep no bit any more.
    public var wornOut: Set<Int> = []

    public static let erasureSteps = 8
    static let sectorBytes = Int(FJ_FLASH_SECTOR_BYTES)

    /// Inverted, so that what was never written is a page of zeros that costs no memory.
    private let cleared: UnsafeMutableRawBufferPointer

    public init(sectors: Int) {
        self.sectors = sectors
        let bytes = calloc(sectors, Self.sectorBytes)
        cleared = UnsafeMutableRawBufferPointer(start: bytes, count: sectors * Self.sectorBytes)
    }

    deinit { free(cleared.baseAddress) }

    /// Another flash with the same bits, and power.
    public func copy() -> NORFlash {
        let other = NORFlash(sectors: sectors)
        other.cleared.copyMemory(from: UnsafeRawBufferPointer(cleared))
        return other
    }

    /// The flash for the core. It does not keep this object alive.
    public var callbacks: fj_flash {
        fj_flash(
            context: Unmanaged.passUnretained(self).toOpaque(), sectors: UInt32(sectors),
            read: { context, address, bytes, length in
                NORFlash.from(context).read(Int(address), UnsafeMutableBufferPointer(start: bytes, count: length))
            },
            program: { context, address, bytes, length in
                NORFlash.from(context).program(Int(address), UnsafeBufferPointer(start: bytes, count: length))
            },
            erase_sector: { context, sector in NORFlash.from(context).erase(Int(sector)) })
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> NORFlash {
        Unmanaged<NORFlash>.fromOpaque(context!).takeUnretainedValue()
    }

    public subscript(address: Int) -> UInt8 {
        get { ~cleared[address] }
        set { cleared[address] = ~newValue }
    }

    private func read(_ address: Int, _ bytes: UnsafeMutableBufferPointer<UInt8>) -> fj_error {
        guard stepsLeft != 0, address + bytes.count <= cleared.count else { return FJ_ERROR_FLASH }
        for i in 0..<bytes.count { bytes[i] = ~cleared[address + i] }
        return FJ_OK
    }

    private func program(_ address: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> fj_error {
        let isWithinSector = address / Self.sectorBytes == (address + bytes.count - 1) / Self.sectorBytes
        guard isWithinSector, address + bytes.count <= cleared.count else { return FJ_ERROR_FLASH }
        for i in 0..<bytes.count {
            guard takeStep() else { return FJ_ERROR_FLASH }
            let isLast = stepsLeft == 0
            // The byte at which power goes gets some of its bits.
            let bits = isLast ? ~bytes[i] & UInt8(truncatingIfNeeded: 0x5A &* (steps | 1)) : ~bytes[i]
            if !wornOut.contains(address / Self.sectorBytes) { cleared[address + i] |= bits }
            if isLast { return FJ_ERROR_FLASH }
        }
        return FJ_OK
    }

    private func erase(_ sector: Int) -> fj_error {
        guard sector < sectors else { return FJ_ERROR_FLASH }
        let part = Self.sectorBytes / Self.erasureSteps
        for step in 0..<Self.erasureSteps {
            guard takeStep() else { return FJ_ERROR_FLASH }
            let begin = sector * Self.sectorBytes + step * part
            // Where power goes, some bits have risen already.
            let isLast = stepsLeft == 0
            for address in begin..<begin + part { cleared[address] &= isLast ? UInt8(truncatingIfNeeded: address &* 0x9D) : 0 }
            if isLast { return FJ_ERROR_FLASH }
        }
        erasures += 1
        return FJ_OK
    }

    /// False: there is no power. With the last step it goes.
    private func takeStep() -> Bool {
        guard let left = stepsLeft else {
            steps += 1
            return true
        }
        guard left > 0 else { return false }
        (stepsLeft, steps) = (left - 1, steps + 1)
        return true
    }
}
