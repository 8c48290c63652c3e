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

    /// How the core is set up.
    enum Configuration {
        /// For a recording of any scale: no limits in counts.
        case recording
        /// As the device runs it, with its limits of level and saturation, for counts of its converter at this current of the infrared LED.
        case device(infraredMA: Double)

        func core(rateHz: Double, hasRed: Bool) -> fj_ppg_config {
            guard case .device(let current) = self else { return fj_ppg_config_recording(Float(rateHz), hasRed) }
            var config = fj_ppg_config_max30102()
            (config.rate_hz, config.has_red, config.infrared_ma) = (Float(rateHz), hasRed, Float(current))
            return config
        }
    }

    /// Whole seconds only: what is left at the end gives none.
    ///
    /// - Parameter rateHz: what the sensor was set to. Where the recording has times, its real rate and its holes are known by them.
    static func seconds(of recording: Recording, rateHz: Double, _ configuration: Configuration = .recording) -> [Second] {
        var (ppg, config) = (fj_ppg(), configuration.core(rateHz: rateHz, hasRed: recording.red != nil))
        guard fj_ppg_init(&ppg, &config) == FJ_OK else { return [] }
        let (realHz, times) = (recording.rateHz ?? rateHz, recording.times)
        var (clock, seconds) = (fj_sample_clock(), [Second]())
        /// When a sample was taken, since the first one (s).
        func time(_ sample: Int) -> Double { times.map { $0[sample] - $0[0] } ?? Double(sample) / rateHz }
        func close() {
            if times != nil { fj_ppg_clock(&ppg, fj_sample_clock_rate_hz(&clock)) }
            var vitals = fj_vitals()
            let t = seconds.count + 1
            if fj_ppg_second(&ppg, UInt64(t) * 1000, &vitals) == FJ_OK { seconds.append(Second(t, vitals)) }
        }
        /// Half a sample early, because times are rounded.
        func isOver(_ seconds: Int, at time: Double) -> Bool { time + 0.5 / realHz >= Double(seconds + 1) }
        for sample in recording.infrared.indices {
            while isOver(seconds.count, at: time(sample)) { close() }
            let missing = recording.missing(before: sample)
            if missing > 0 { fj_ppg_lost(&ppg, UInt32(missing)) }
            if times != nil { fj_sample_clock_read(&clock, UInt64((time(sample) * 1000).rounded()), UInt32(missing + 1)) }
            // The core takes what is no number for a lost sample.
            fj_ppg_push(&ppg, recording.infrared[sample], recording.red?[sample] ?? 0)
        }
        if isOver(seconds.count, at: time(recording.infrared.count - 1) + 1 / realHz) { close() }
        return seconds
    }

    /// When the pulse was lost, and for how many seconds.
    static func lostPulses(_ seconds: [Second]) -> [(t: Int, seconds: Int)] {
        let name = String(cString: fj_reason_name(FJ_REASON_NO_PULSE))
        return seconds.reduce(into: []) { lost, second in
            guard second.reason == name else { return }
            if let last = lost.last, last.t + last.seconds == second.t {
                lost[lost.count - 1].seconds += 1
            } else {
                lost.append((second.t, 1))
            }
        }
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
