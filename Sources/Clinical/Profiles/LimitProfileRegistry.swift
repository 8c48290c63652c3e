extension LimitProfile {
    /// The one registry of profiles. Age bands are those of NHS England's charts, the first year in two as in Bedside PEWS; NEWS2 begins at 16 years.
    /// Where sources differ, the limit that alarms sooner is taken (docs/alarms.md has the table with its reasons).
    static let registry: [LimitProfile: Properties] = [
        .adult: Properties(ages: years(16)..<years(BirthDate.oldestYears + 1), rules: AlarmRule.defaults, normal: [:], sources: [Source.news2]),
        .infant0to2Months: Properties(
            ages: 0..<3,
            rules: childSaturation
                + heartRate(lowError: 80, lowWarning: 90, highWarning: 160, highError: 190)
                + AlarmRule.rules(
                    .temperature, hysteresis: 0.2,
                    [
                        (.low, .error, 36.0, false, 60), (.low, .warning, 36.5, false, 60), (.high, .warning, 37.5, false, 60),
                        (.high, .error, 38.0, true, 60),
                    ])
                + respiratoryRate(lowError: 15, lowWarning: 19, highWarning: 60, highError: 70)
                + systolic(lowError: 60, highWarning: 100, highError: 130),
            normal: [.heartRate: 111...149, .temperature: 36.5...37.5, .respiratoryRate: 30...60, .systolicBP: 61...79, .diastolicBP: 31...53],
            sources: [Source.charts, Source.bedside, Source.fever, Source.warmth, Source.pressure]),
        .infant3to11Months: Properties(
            ages: 3..<12,
            rules: childSaturation
                + heartRate(lowError: 70, lowWarning: 80, highWarning: 160, highError: 180)
                + AlarmRule.rules(
                    .temperature, hysteresis: 0.2,
                    [
                        (.low, .error, 35.0, true, 60), (.low, .warning, 36.0, false, 60), (.high, .warning, 38.0, false, 60),
                        (.high, .error, 39.0, true, 60),
                    ])
                + respiratoryRate(lowError: 15, lowWarning: 19, highWarning: 50, highError: 60)
                + systolic(lowError: 70, highWarning: 120, highError: 150),
            normal: [.heartRate: 101...149, .temperature: 36.5...37.5, .respiratoryRate: 25...50, .systolicBP: 81...99, .diastolicBP: 37...56],
            sources: [Source.charts, Source.bedside, Source.fever, Source.warmth, Source.pressure]),
        .child1to4Years: Properties(
            ages: years(1)..<years(5),
            rules: childSaturation + childTemperature
                + heartRate(lowError: 60, lowWarning: 70, highWarning: 140, highError: 170)
                + respiratoryRate(lowError: 12, lowWarning: 15, highWarning: 40, highError: 60)
                + systolic(lowError: 72, lowWarning: 78, highWarning: 125, highError: 160),
            normal: [.heartRate: 91...119, .respiratoryRate: 20...40, .systolicBP: 91...109, .diastolicBP: 42...72],
            sources: [Source.charts, Source.bedside, Source.fever, Source.news2, Source.pressure]),
        .child5to12Years: Properties(
            ages: years(5)..<years(13),
            rules: childSaturation + childTemperature
                + heartRate(lowError: 50, lowWarning: 60, highWarning: 129, highError: 150, includesHigh: false)
                + respiratoryRate(lowError: 10, lowWarning: 14, highWarning: 30, highError: 40)
                + systolic(lowError: 80, lowWarning: 90, highWarning: 140, highError: 170),
            normal: [.heartRate: 71...109, .respiratoryRate: 20...30, .systolicBP: 91...119, .diastolicBP: 46...80],
            sources: [Source.charts, Source.bedside, Source.news2, Source.pressure]),
        .adolescent: Properties(
            ages: years(13)..<years(16),
            rules: childSaturation + childTemperature
                + heartRate(lowError: 40, lowWarning: 50, highWarning: 110, highError: 130, includesHigh: false)
                + respiratoryRate(lowError: 9, lowWarning: 10, highWarning: 22, highError: 24)
                + systolic(lowError: 90, highWarning: 150, highError: 190, includesLow: true),
            normal: [.heartRate: 61...99, .respiratoryRate: 12...16, .systolicBP: 101...129, .diastolicBP: 64...83],
            sources: [Source.charts, Source.bedside, Source.news2, Source.pressure]),
        // Too much oxygen harms these patients: a saturation that gives two points on oxygen (NEWS2, scale 2) is a warning.
        .hypercapnia: Properties(
            ages: nil,
            rules: AlarmRule.rules(
                .spo2, hysteresis: 1, [(.low, .error, 85, true, 10), (.low, .warning, 88, false, 15), (.high, .warning, 95, true, 60)])
                + AlarmRule.defaults.filter { $0.key.vital != .spo2 },
            normal: [.spo2: 88...92], sources: [Source.news2, Source.oxygen]),
    ]

    private enum Source {
        static let charts = "NHS England, National Paediatric Early Warning System: observation and escalation charts, 2023 (age bands)"
        static let bedside = "Parshuram CS, Hutchison J, Middaugh K: Bedside Paediatric Early Warning System score. Critical Care 2009;13:R135"
        static let fever = "NICE: Fever in under 5s, NG143, 2019, updated 2021"
        static let warmth = "WHO: Thermal protection of the newborn, a practical guide, 1997"
        static let pressure = "American Heart Association: Pediatric Advanced Life Support, 2015 (blood pressure)"
        static let news2 = "Royal College of Physicians: National Early Warning Score (NEWS) 2, 2017"
        static let oxygen =
            "British Thoracic Society: Guideline for oxygen use in adults in healthcare and emergency settings. Thorax 2017;72(Suppl 1)"
    }

    private static func years(_ count: Int) -> Int { count * 12 }

    private static let childSaturation = AlarmRule.rules(.spo2, hysteresis: 1, [(.low, .error, 90, true, 10), (.low, .warning, 94, false, 15)])

    private static let childTemperature = AlarmRule.rules(
        .temperature, hysteresis: 0.2,
        [(.low, .error, 35.0, true, 60), (.low, .warning, 36.0, false, 60), (.high, .warning, 38.0, false, 60), (.high, .error, 39.1, true, 60)])

    /// A child's pulse varies more from beat to beat than an adult's. - Parameter includesHigh: `highError` itself violates.
    private static func heartRate(
        lowError: Double, lowWarning: Double, highWarning: Double, highError: Double, includesHigh: Bool = true
    ) -> [AlarmRule] {
        AlarmRule.rules(
            .heartRate, hysteresis: 5,
            [
                (.low, .error, lowError, true, 5), (.low, .warning, lowWarning, true, 10), (.high, .warning, highWarning, false, 10),
                (.high, .error, highError, includesHigh, 5),
            ])
    }

    private static func respiratoryRate(lowError: Double, lowWarning: Double, highWarning: Double, highError: Double) -> [AlarmRule] {
        AlarmRule.rules(
            .respiratoryRate, hysteresis: 1,
            [
                (.low, .error, lowError, true, 15), (.low, .warning, lowWarning, true, 15), (.high, .warning, highWarning, false, 15),
                (.high, .error, highError, false, 15),
            ])
    }

    /// Measured by hand, hours apart: one reading is all there is.
    private static func systolic(
        lowError: Double, lowWarning: Double? = nil, highWarning: Double, highError: Double, includesLow: Bool = false
    ) -> [AlarmRule] {
        let low: [(Side, Severity, Double, Bool, Double)] =
            [(.low, .error, lowError, includesLow, 0)] + (lowWarning.map { [(.low, .warning, $0, false, 0)] } ?? [])
        return AlarmRule.rules(.systolicBP, hysteresis: 0, low + [(.high, .warning, highWarning, true, 0), (.high, .error, highError, true, 0)])
    }
}
