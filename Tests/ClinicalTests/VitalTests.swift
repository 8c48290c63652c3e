import Foundation
import Testing

@testable import Clinical

@Suite("The registry of vitals")
struct VitalTests {
    /// What the wire's other ends (dashboard, firmware, tests) believe of the vitals.
    private struct Entry: Decodable, Equatable {
        var name: String
        var code: Int16
        var unit: String
        var ucum: String
        var loinc: [String]
        var plausible: [Double]
        var normal: [Double]?
        var normalOnSkin: [Double]?
        var decimals: Int
        var letters: [String]?
    }

    @Test("every vital has an entry, and the shared fixture says the same of each")
    func fixture() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../fixtures/vitals.json")
        let shared = try JSONDecoder().decode([Entry].self, from: Data(contentsOf: file))
        let entries = try Vital.allCases.map { vital in
            let known = try #require(Vital.registry[vital])
            #expect(vital.unit == known.unit)
            return Entry(
                name: vital.rawValue, code: vital.code, unit: known.unit, ucum: known.ucum, loinc: known.loinc,
                plausible: [known.plausible.lowerBound, known.plausible.upperBound],
                normal: known.normal.map { [$0.lowerBound, $0.upperBound] },
                normalOnSkin: known.normalOnSkin.map { [$0.lowerBound, $0.upperBound] }, decimals: known.decimals, letters: known.letters)
        }
        #expect(entries.sorted { $0.code < $1.code } == shared.sorted { $0.code < $1.code })
    }

    @Test("codes are unique and lead back to their vital")
    func codes() {
        #expect(Set(Vital.allCases.map(\.code)).count == Vital.allCases.count)
        for vital in Vital.allCases { #expect(Vital(code: vital.code) == vital) }
        #expect(Vital(code: 0) == nil && Vital(code: -1) == nil && Vital(code: .max) == nil)
    }

    @Test("normal lies within plausible, and letters are what is plausible")
    func ranges() {
        for vital in Vital.allCases {
            let known = vital.properties
            if let normal = known.normal { #expect(known.plausible.contains(normal.lowerBound) && known.plausible.contains(normal.upperBound)) }
            if let letters = known.letters { #expect(known.plausible == 0...Double(letters.count - 1)) }
        }
    }

    @Test("a stored number has its letter, and no other number has one")
    func letters() {
        #expect((0...4).map { Vital.consciousness.letter(of: Double($0)) } == ["A", "C", "V", "P", "U"])
        for value in [-1, 5, 0.5, .nan, .infinity] { #expect(Vital.consciousness.letter(of: value) == nil) }
        #expect(Vital.spo2.letter(of: 97) == nil)
    }
}
