/// The latest of one vital from either source: what a device measures every second does not hide what somebody took by hand.
public struct LatestReading: Sendable, Hashable {
    /// The newest of each device, the newest first; of more devices than anybody wears, the newest ones.
    public private(set) var devices: [Reading] = []
    public private(set) var byHand: Reading?
    private static let devicesAtMost = 4

    public init() {}

    public var device: Reading? { devices.first }

    /// The newer of the two: what is shown.
    public var newest: Reading? {
        guard let device, let byHand else { return device ?? byHand }
        return device.measuredAt > byHand.measuredAt ? device : byHand
    }

    /// False: a newer one from the same source is known.
    public mutating func take(_ reading: Reading) -> Bool {
        let place = devices.firstIndex { $0.device == reading.device }
        if let known = reading.isByHand ? byHand : place.map({ devices[$0] }), known.measuredAt > reading.measuredAt { return false }
        if reading.isByHand {
            byHand = reading
        } else {
            if let place { devices.remove(at: place) }
            devices.insert(reading, at: devices.firstIndex { $0.measuredAt <= reading.measuredAt } ?? devices.count)
            if devices.count > Self.devicesAtMost { devices.removeLast() }
        }
        return true
    }

    /// What other devices say now, where it is further from the newest value than the vital's tolerance.
    ///
    /// - Parameter now: what is older than `TechnicalAlarm.comparedSeconds` is not compared.
    public func contradictions(at now: Instant) -> [Reading] {
        guard devices.count > 1, let newest = device, newest == self.newest, let tolerance = TechnicalAlarm.tolerance(of: newest.vital)
        else { return [] }
        return devices.dropFirst().filter {
            abs($0.value - newest.value) > tolerance && now.seconds(since: $0.measuredAt) <= TechnicalAlarm.comparedSeconds
        }
    }
}

extension [Vital: LatestReading] {
    public init(_ readings: some Sequence<Reading>) {
        self.init()
        for reading in readings { _ = self[reading.vital, default: LatestReading()].take(reading) }
    }
}
