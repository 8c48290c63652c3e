import DeviceCore

/// The device's core over a recording, second by second, as it would have run on the device.
struct SignalReader {
    /// What the core takes (Hz).
    static let rates = Double(FJ_RATE_MIN_HZ)...Double(FJ_RATE_MAX_HZ)

    /// What one second gave; nil: absent, and `reason` says why.
    struct Second: Encodable, Equatable {
        var t: Int
        var heart_rate, spo2, r, perfusion_index: Double?
        var quality: Int
        var reason: String?

        enum CodingKeys: CodingKey { case t, heart_rate, spo2, r, perfusion_index, quality, reason }

        /// Absent values are null, so that every line has the same members.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(t, forKey: .t)
            try container.encode(heart_rate, forKey: .heart_rate)
            try container.encode(spo2, forKey: .spo2)
            try container.encode(r, forKey: .r)
            try container.encode(perfusion_index, forKey: .perfusion_index)
            try container.encode(quality, forKey: .quality)
            try container.encode(reason, forKey: .reason)
        }
    }

    /// Whole seconds only: what is left at the end gives none.
    static func seconds(of recording: Recording, rateHz: Double) -> [Second] {
        var (ppg, config) = (fj_ppg(), fj_ppg_config_recording(Float(rateHz), recording.red != nil))
        guard fj_ppg_init(&ppg, &config) == FJ_OK else { return [] }
        var (seconds, sample) = ([Second](), 0)
        for t in 1...max(1, Int(Double(recording.infrared.count) / rateHz)) {
            let end = Int((Double(t) * rateHz).rounded())
            guard end <= recording.infrared.count else { break }
            while sample < end {
                // The core takes what is no number for a lost sample.
                fj_ppg_push(&ppg, recording.infrared[sample], recording.red?[sample] ?? 0)
                sample += 1
            }
            var vitals = fj_vitals()
            guard fj_ppg_second(&ppg, UInt64(t) * 1000, &vitals) == FJ_OK else { break }
            seconds.append(Second(t, vitals))
        }
        return seconds
    }
}

extension SignalReader.Second {
    init(_ t: Int, _ vitals: fj_vitals) {
        self.t = t
        heart_rate = Self.rounded(vitals.heart_rate, 100)
        spo2 = Self.rounded(vitals.spo2, 100)
        r = Self.rounded(vitals.r, 10_000)
        perfusion_index = Self.rounded(vitals.perfusion_index, 1000)
        quality = Int(vitals.quality)
        reason = vitals.reason == FJ_REASON_NONE ? nil : String(cString: fj_reason_name(vitals.reason))
    }

    private static func rounded(_ value: Float, _ stepsPerUnit: Double) -> Double? {
        value.isFinite ? (Double(value) * stepsPerUnit).rounded() / stepsPerUnit : nil
    }
}
