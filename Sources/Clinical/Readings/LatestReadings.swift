/// The latest of one vital from either source: what a device measures every second does not hide what somebody took by hand.
public struct LatestReading: Sendable, Hashable {
    public private(set) var device: Reading?
    public private(set) var byHand: Reading?

    public init() {}

    /// The newer of the two: what is shown.
    public var newest: Reading? {
        guard let device, let byHand else { return device ?? byHand }
        return device.measuredAt > byHand.measuredAt ? device : byHand
    }

    /// False: a newer one from the same source is known.
    public mutating func take(_ reading: Reading) -> Bool {
        if let known = reading.isByHand ? byHand : device, known.measuredAt > reading.measuredAt { return false }
        if reading.isByHand { byHand = reading } else { device = reading }
        return true
    }
}

extension [Vital: LatestReading] {
    public init(_ readings: some Sequence<Reading>) {
        self.init()
        for reading in readings { _ = self[reading.vital, default: LatestReading()].take(reading) }
    }
}
