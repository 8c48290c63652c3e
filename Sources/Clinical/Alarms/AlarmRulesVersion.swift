extension AlarmRules {
    /// In the order in which they are told: by vital, low before high, the most severe first.
    public var sorted: [AlarmRule] { all.sorted { $0.key < $1.key } }

    /// A digest by which a device or a client sees that rules are others than those it holds: 32-bit FNV-1a over a line a rule. Never 0,
    /// which is what a device says that holds none.
    public var version: UInt32 {
        let lines = sorted.map { "\($0.key.text) \($0.limit ?? .nan) \($0.includesLimit) \($0.delaySeconds) \($0.hysteresis)" }
        return Self.digest(lines, from: 2_166_136_261)
    }

    static func digest(_ lines: [String], from start: UInt32) -> UInt32 {
        var digest = start
        for byte in lines.lazy.flatMap({ "\($0)\n".utf8 }) { digest = (digest ^ UInt32(byte)) &* 16_777_619 }
        return max(digest, 1)
    }
}
