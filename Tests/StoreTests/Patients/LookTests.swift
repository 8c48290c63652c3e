import Foundation
import Postgres
import TestDatabase
import Testing

@testable import Store

/// Beds and wards are told apart by what people see.
@Suite struct LookTests {
    private struct Pair: Decodable {
        var one, other: String
        var same: Bool
    }

    @Test("texts look the same or not as the fixture says, which the page's rule is compared with") func fixture() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../fixtures/looks.json")
        let store = try TestStore()
        let connection = try store.connection()
        let pairs = try JSONDecoder().decode([Pair].self, from: Data(contentsOf: file))
        #expect(pairs.count > 10)
        for pair in pairs {
            #expect(try connection.query("SELECT look($1) = look($2)", [pair.one, pair.other])[0][0] == pair.same, "\(pair.one) \(pair.other)")
        }
    }

    @Test("a bed with a letter of another alphabet that looks the same is taken, and so is a ward's name") func taken() throws {
        let store = try TestStore()
        func admit(_ number: String, bed: String) throws {
            let fields = PatientFields(hospitalNumber: number, lastName: "A", firstName: "B", birthDate: nil, sex: nil, ward: 1, bed: bed)
            _ = try store.database.addPatient(fields, store.nurse)
        }
        try admit("L1", bed: "A12")
        let bed = #expect(throws: PostgresError.self) { try admit("L2", bed: "\u{410}12") }
        #expect(bed?.constraint == "patients_bed_key")
        try admit("L3", bed: "\u{411}12")
        let ward = #expect(throws: PostgresError.self) {
            try store.database.addWard(name: "\u{421}\u{430}rdiologie", by: store.admin.author)
        }
        #expect(ward?.constraint == "wards_look_key")
        #expect(try store.database.addWard(name: "Néphrologie", by: store.admin.author).name == "Néphrologie")
        #expect(throws: PostgresError.self) { try store.database.changeWard(2, name: "CARDIOLOGIE", store.admin) }
    }
}
