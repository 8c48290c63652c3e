import Access
import Foundation
import Testing

@testable import fajma

@Suite struct DemoTests {
    @Test("wards have 8 to 32 patients, and nobody is left out", arguments: [8, 15, 16, 17, 24, 25, 40, 100, 999, 1000, 5000])
    func wards(count: Int) {
        let hospital = DemoHospital(patients: count, after: 0)
        let sizes = Dictionary(grouping: hospital.patients, by: \.ward).mapValues(\.count)
        #expect(sizes.keys.sorted() == Array(hospital.wards.indices))
        #expect(sizes.values.allSatisfy { (8...32).contains($0) }, "\(sizes)")
        #expect(sizes.values.reduce(0, +) == count && hospital.deviceNames.count == count)
        #expect(Set(hospital.wards).count == hospital.wards.count)
    }

    @Test("no two patients share a bed or a number; numbers go on after an earlier demonstration") func places() {
        let hospital = DemoHospital(patients: 1000, after: 12)
        #expect(Set(hospital.patients.map { "\($0.ward) \($0.bed ?? "")" }).count == 1000)
        #expect(Set(hospital.patients.map(\.hospitalNumber)).count == 1000)
        #expect(hospital.patients[0].hospitalNumber == "DM000013")
    }

    @Test("names have accents") func accents() {
        let names = DemoHospital(patients: 50, after: 0).patients.map { $0.firstName + $0.lastName }
        #expect(names.contains { $0.contains("é") })
    }

    @Test("there is an account of each role, with a password that fits its hash and nobody else's name") func accounts() throws {
        let made = try DemoAccounts(wardCount: 3, taken: ["medecin", "medecin2"])
        #expect(made.logins.map(\.username) == ["admin", "medecin3", "infirmier", "ecran"])
        #expect(Set(made.logins.map(\.password)).count == 4)
        #expect(Password.verify(made.logins[1].password, against: made.accounts[1].passwordHash))
        #expect(made.accounts.map(\.wards) == [[], [0, 1, 2], [0, 1, 2], [0]])
    }
}
