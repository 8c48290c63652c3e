extension AlarmRules {
    /// In the order in which they are told: by vital, low before high, the most severe first.
    public var sorted: [AlarmRule] { all.sorted { $0.key < $1.key } }

    /// A digest by which a device or a client sees that rules are others than those it holds: 32-bit FNV-1a over a line a rule. Never 0,
    /// which is what a device says that holds none.
    public var version: UInt32 {
        var digest: UInt32 = 2_166_136_261
        for rule in sorted {
            let line = "\(rule.key.text) \(rule.limit ?? .nan) \(rule.includesLimit) \(rule.delaySeconds) \(rule.hysteresis)\n"
            for byte in line.utf8 { digest = (digest ^ UInt32(byte)) &* 16_777_619 }
        }
        return max(digest, 1)
    }
}
