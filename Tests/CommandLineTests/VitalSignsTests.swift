import Clinical
import Testing

@testable import fajma

@Suite struct VitalSignsTests {
    private let noon = Instant(milliseconds: 1_795_348_800_000)

    /// The values of each vital, one a second.
    private func run(seed: UInt64, seconds: Int, every mean: Double = VitalSigns.occasionalSeconds) -> [Vital: [Double]] {
        var patient = VitalSigns(seed: seed, episodeMeanSeconds: mean)
        var values: [Vital: [Double]] = [:]
        for second in 0..<seconds {
            for reading in patient.next(after: 1, at: noon.advanced(bySeconds: Double(second))) {
                values[reading.vital, default: []].append(reading.value)
            }
        }
        return values
    }

    @Test("the same seed makes the same patient, another seed another one") func seeded() {
        #expect(run(seed: 1, seconds: 300) == run(seed: 1, seconds: 300))
        #expect(run(seed: 1, seconds: 300) != run(seed: 2, seconds: 300))
    }

    @Test("every value is one that the server takes, through every kind of episode", arguments: 1...20 as ClosedRange<UInt64>)
    func plausible(seed: UInt64) {
        for (vital, values) in run(seed: seed, seconds: 7200, every: 60) {
            let bounds = VitalSigns.bounds(of: vital)
            #expect(vital.properties.plausible.contains(bounds.range.lowerBound))
            #expect(vital.properties.plausible.contains(bounds.range.upperBound))
            #expect(values.allSatisfy { bounds.range.contains($0) }, "\(vital)")
        }
    }

    @Test("nothing jumps from one second to the next", arguments: 1...20 as ClosedRange<UInt64>)
    func smooth(seed: UInt64) {
        for (vital, values) in run(seed: seed, seconds: 7200, every: 60) {
            let bounds = VitalSigns.bounds(of: vital)
            // Both values are rounded, each by half a step.
            let limit = bounds.perSecond + 1 / bounds.stepsPerUnit + 1e-9
            let largest = zip(values, values.dropFirst()).map { abs($1 - $0) }.max() ?? .infinity
            #expect(largest <= limit, "\(vital) moves by \(largest)")
        }
    }

    @Test("at rest the limits of movement are not what makes it smooth", arguments: 1...20 as ClosedRange<UInt64>)
    func calm(seed: UInt64) throws {
        let values = try #require(run(seed: seed, seconds: 3600, every: .infinity)[.heartRate])
        let steps = zip(values, values.dropFirst()).map { abs($1 - $0) }
        #expect(steps.reduce(0, +) / Double(steps.count) < 0.8)
        #expect(Set(values).count > 20, "the pulse must live")
    }

    @Test("episodes come, pass, and come in every kind") func episodes() {
        var (kinds, free): (Set<Episode.Kind>, Int) = ([], 0)
        for seed in 1...10 as ClosedRange<UInt64> {
            var patient = VitalSigns(seed: seed, episodeMeanSeconds: VitalSigns.frequentSeconds)
            for second in 0..<20_000 {
                _ = patient.next(after: 1, at: noon.advanced(bySeconds: Double(second)))
                if let episode = patient.episode { kinds.insert(episode.kind) } else { free += 1 }
            }
        }
        #expect(kinds == Set(Episode.Kind.allCases))
        #expect(free > 20_000)
    }

    @Test("a lack of oxygen makes the heart beat faster") func coherent() throws {
        var found = 0
        for seed in 1...40 as ClosedRange<UInt64> {
            var patient = VitalSigns(seed: seed, episodeMeanSeconds: 300)
            var before: [Vital: Double] = [:]
            for second in 0..<4000 {
                let calm = patient.episode == nil
                let values = Dictionary(
                    uniqueKeysWithValues: patient.next(after: 1, at: noon.advanced(bySeconds: Double(second)))
                        .map { ($0.vital, $0.value) })
                if calm { before = values }
                guard let episode = patient.episode, episode.kind == .desaturation, episode.level == 1, before.count == 4 else {
                    continue
                }
                found += 1
                let (spo2, pulse) = (try #require(values[.spo2]), try #require(values[.heartRate]))
                #expect(spo2 < (before[.spo2] ?? 0) - 2)
                #expect(pulse > (before[.heartRate] ?? 300) - 4)
                break
            }
        }
        #expect(found > 5)
    }

    @Test("a pause between reports does not freeze the patient, nor throw the values about") func pause() throws {
        var patient = VitalSigns(seed: 3)
        _ = patient.next(after: 1, at: noon)
        let later = patient.next(after: 3600, at: noon.advanced(bySeconds: 3600))
        for reading in later { #expect(VitalSigns.bounds(of: reading.vital).range.contains(reading.value)) }
    }
}
