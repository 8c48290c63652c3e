import Testing

@testable import Clinical

@Suite("NEWS2")
struct EarlyWarningScoreTests {
    private let now = Instant(milliseconds: 1_800_000_000_000)

    private func readings(_ values: [Vital: Double], age: Double = 0, isByHand: Bool = true) -> [Vital: Reading] {
        Dictionary(
            uniqueKeysWithValues: values.map { vital, value in
                (vital, Reading(vital: vital, value: value, measuredAt: now.advanced(bySeconds: -age), isByHand: isByHand))
            })
    }

    private func complete(
        _ rate: Double, _ spo2: Double, _ oxygen: Double, _ systolic: Double, _ pulse: Double, _ consciousness: Double, _ temperature: Double
    ) -> [Vital: Reading] {
        readings([
            .respiratoryRate: rate, .spo2: spo2, .supplementalO2: oxygen, .systolicBP: systolic, .heartRate: pulse,
            .consciousness: consciousness, .temperature: temperature,
        ])
    }

    private func score(_ readings: [Vital: Reading], _ scale: EarlyWarningScore.Scale = .one) -> EarlyWarningScore {
        EarlyWarningScore(readings, scale: scale, at: now)
    }

    @Test("the parameters are vitals") func vitals() {
        #expect(EarlyWarningScore.Parameter.allCases.compactMap { Vital(rawValue: $0.rawValue) }.count == 7)
        for (place, parameter) in EarlyWarningScore.Parameter.allCases.enumerated() {
            #expect(EarlyWarningScore.Parameter.place(of: parameter.vital) == place)
        }
        #expect(EarlyWarningScore.Parameter.place(of: .diastolicBP) == nil)
    }

    @Test("clinical.md's vectors, part by part")
    func vectors() {
        let first = score(complete(24, 93, 0, 105, 115, 0, 38.5))
        #expect(first.parts.map(\.points.lowerBound) == [2, 2, 0, 1, 2, 0, 1] && first.lower == 8 && first.upper == 8)
        let second = score(complete(18, 97, 1, 120, 80, 0, 37), .two)
        #expect(second.parts.map(\.points.lowerBound) == [0, 3, 2, 0, 0, 0, 0] && second.lower == 5)
        let third = score(complete(8, 83, 0, 90, 40, 4, 35.0), .two)
        #expect(third.parts.map(\.points.lowerBound) == [3, 3, 0, 3, 3, 3, 3] && third.lower == 18)
        #expect(first.known == 7 && first.lowerRisk == .emergency && second.lowerRisk == .urgent)
    }

    /// A band's edges: value and points.
    private static let edges: [EarlyWarningScore.Parameter: [Double: Int]] = [
        .respiratoryRate: [8: 3, 9: 1, 11: 1, 12: 0, 20: 0, 21: 2, 24: 2, 25: 3],
        .spo2: [91: 3, 92: 2, 93: 2, 94: 1, 95: 1, 96: 0, 100: 0],
        .supplementalO2: [0: 0, 1: 2],
        .systolicBP: [90: 3, 91: 2, 100: 2, 101: 1, 110: 1, 111: 0, 219: 0, 220: 3],
        .pulse: [40: 3, 41: 1, 50: 1, 51: 0, 90: 0, 91: 1, 110: 1, 111: 2, 130: 2, 131: 3],
        .consciousness: [0: 0, 1: 3, 2: 3, 3: 3, 4: 3],
        .temperature: [
            35.0: 3, 35.04: 3, 35.06: 1, 35.1: 1, 36.0: 1, 36.1: 0, 38.0: 0, 38.1: 1, 39.0: 1, 39.04: 1, 39.06: 2, 39.1: 2,
        ],
    ]

    @Test("every band's edges", arguments: EarlyWarningScore.Parameter.allCases)
    func edges(parameter: EarlyWarningScore.Parameter) throws {
        for (value, points) in try #require(Self.edges[parameter]) {
            #expect(EarlyWarningScore.points(parameter, value, .one, onOxygen: false) == points, "\(value)")
        }
    }

    @Test("the second scale's edges, on air and on oxygen")
    func secondScale() {
        for (value, air, oxygen) in [
            (83.0, 3, 3), (84, 2, 2), (85, 2, 2), (86, 1, 1), (87, 1, 1), (88, 0, 0), (92, 0, 0), (93, 0, 1), (94, 0, 1), (95, 0, 2),
            (96, 0, 2), (97, 0, 3), (100, 0, 3),
        ] {
            #expect(EarlyWarningScore.points(.spo2, value, .two, onOxygen: false) == air, "\(value)")
            #expect(EarlyWarningScore.points(.spo2, value, .two, onOxygen: true) == oxygen, "\(value)")
        }
    }

    @Test("what is missing or too old is named and makes bounds, never a plain total")
    func bounds() {
        let some = score(readings([.spo2: 93, .heartRate: 95]))
        #expect(some.known == 2 && some.lower == 3 && some.upper == 3 + 14)
        #expect(
            some.parts.filter { $0.state == .missing }.map(\.parameter) == [
                .respiratoryRate, .supplementalO2, .systolicBP, .consciousness, .temperature,
            ])
        #expect(score([:]).lower == 0 && score([:]).upper == 20 && score([:]).lowerRisk == .low && score([:]).upperRisk == .emergency)
        let old = EarlyWarningScore(readings([.spo2: 93], age: 301, isByHand: false), scale: .one, at: now)
        #expect(old.parts[1].state == .stale && old.parts[1].reading?.value == 93 && old.parts[1].points == 0...3)
        let byHand = EarlyWarningScore(readings([.spo2: 93], age: 301), scale: .one, at: now)
        #expect(byHand.parts[1].state == .known)
        #expect(EarlyWarningScore(readings([.systolicBP: 120], age: 12 * 3600), scale: .one, at: now).parts[3].state == .known)
        #expect(EarlyWarningScore(readings([.systolicBP: 120], age: 12 * 3600 + 1), scale: .one, at: now).parts[3].state == .stale)
    }

    @Test("on the second scale an unknown oxygen supply leaves the saturation's points open, too")
    func unknownOxygen() {
        let score = score(readings([.spo2: 97]), .two)
        #expect(score.parts[1].points == 0...3 && score.parts[2].points == 0...2)
    }

    @Test("a single 3 is urgent, five is, seven is an emergency")
    func risks() {
        #expect(score(complete(8, 98, 0, 120, 80, 0, 37)).lowerRisk == .urgent)
        #expect(score(complete(22, 94, 0, 120, 95, 0, 37)).lowerRisk == .low)
        #expect(score(complete(22, 94, 1, 120, 80, 0, 37)).lowerRisk == .urgent)
        #expect(score(complete(22, 93, 1, 105, 80, 0, 37)).lowerRisk == .emergency)
    }
}
