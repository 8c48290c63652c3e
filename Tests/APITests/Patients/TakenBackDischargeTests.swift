import Clinical
import Store
import Testing

@testable import API

/// A discharge that was a mistake is taken back by who recorded it, within an hour.
@Suite struct TakenBackDischargeTests {
    let api: TestService

    init() throws { api = try TestService() }

    private func discharge() throws { #expect(try api.send("POST", "/api/patients/1/sortie/", as: .infirmier).status == 200) }

    private func takeBack(as sender: TestService.Sender = .infirmier, _ body: String = "") throws -> Answer {
        try api.send("POST", "/api/patients/1/sortie/annuler/", as: sender, body)
    }

    private func left(as sender: TestService.Sender = .infirmier) throws -> [JSON] {
        try #require(try api.send("GET", "/api/patients/?sortis=true", as: sender).json?.array)
    }

    @Test("the stay goes on: same ward and bed, own limits, and the device as if it had never been taken off") func whole() throws {
        let sql = try api.store.connection()
        let limit = #"{"limites":[{"type_donnee":"spo2","cote":"bas","niveau_gravite":"error","seuil":85}],"motif":"BPCO"}"#
        let limits = try api.send("PUT", "/api/patients/1/limites/", as: .infirmier, limit)
        let stay =
            "SELECT concat_ws('|', p.admitted_at, p.bed, a.during) FROM patients p JOIN device_assignment a ON a.patient_id = p.id WHERE p.id = 1"
        let before: String = try sql.query(stay)[0][0]
        #expect(try left().isEmpty)
        try discharge()
        let row = try #require(try left().first)
        #expect(
            row["sorti_par"]?.text == "nurse" && row["lit_quitte"]?.text == "1" && row["annulable_jusqu_a"]?.text != nil && row["lit"]?.text == "")
        // The doctor of the ward sees who left, and cannot take it back; a screen, and another ward, see nothing of it.
        #expect(try left(as: .medecin).first?["annulable_jusqu_a"] == .null && left(as: .ecran).isEmpty)
        #expect(try takeBack(as: .medecin)["sorti_le"]?[0]?.text?.hasPrefix("Seule la personne") == true)

        let back = try takeBack()
        #expect(
            back.status == 200 && back["sorti_le"] == .null && back["lit"]?.text == "1" && back["limites_propres"] == .array([.string("spo2")]),
            "\(back.text)")
        #expect(back["dispositifs_rendus"]?[0]?["id"] == .integer(1) && back["dispositifs_pris"] == .array([]))
        #expect(try sql.query(stay)[0][0] == before)
        #expect(try api.send("GET", "/api/patients/1/limites/").json == limits.json)
        let entry = try api.send("GET", "/api/audit/?action=patient.changed&patient_id=1&limit=1").json?[0]
        #expect(entry?["utilisateur"]?.text == "nurse" && entry?["apres"]?["discharged_at"] == .null && entry?["apres"]?["bed"]?.text == "1")
        #expect(try left().isEmpty)
        let twice = try takeBack()
        #expect(twice.status == 409 && twice["sorti_le"]?[0]?.text?.hasPrefix("Ce patient est présent") == true)
    }

    @Test("a bed that was taken meanwhile is said and another one can be given; a device that was given away stays there") func taken() throws {
        try discharge()
        let newcomer = try api.send(
            "POST", "/api/patients/", as: .infirmier, #"{"identifiant":"N1","nom":"Roy","prenom":"Luc","service":1,"lit":"1"}"#)
        let id = try Int(#require(newcomer["id"]?.number))
        #expect(try api.send("POST", "/api/iot/dispositifs/1/affectations/", as: .infirmier, #"{"patient":\#(id)}"#).status == 201)
        let taken = try takeBack()
        #expect(taken.status == 409 && taken["lit"]?[0]?.text == "Ce lit est déjà occupé.")
        #expect(try api.count("SELECT count(*) FROM patients WHERE id = 1 AND discharged_at IS NOT NULL") == 1)
        let back = try takeBack(#"{"lit":" 7 "}"#)
        #expect(back.status == 200 && back["lit"]?.text == "7" && back["dispositifs_rendus"] == .array([]))
        #expect(back["dispositifs_pris"] == .array([.object(["id": .integer(1), "nom": .string("D")])]))
        #expect(try api.send("GET", "/api/iot/dispositifs/1/")["patient"] == .integer(id))
    }

    @Test("after an hour nobody takes it back, after a day the ward does not list it, and who has come again since is not sent back") func late()
        throws
    {
        let sql = try api.store.connection()
        func age(_ minutes: Int) throws {
            for table in ["patients", "discharges"] {
                try sql.script("UPDATE \(table) SET discharged_at = discharged_at - interval '\(minutes) min'")
            }
        }
        try discharge()
        try age(61)
        #expect(try left().first?["annulable_jusqu_a"] == .null)
        for sender in [TestService.Sender.infirmier, .admin] {
            #expect(try takeBack(as: sender)["sorti_le"]?[0]?.text?.contains("dans l’heure") == true)
        }
        try age(24 * 60)
        #expect(try left().isEmpty && left(as: .admin).count == 1 && takeBack().status == 404)
        let again = #"{"identifiant":"H0","nom":"Petit","prenom":"Anne","date_naissance":"1950-04-23","service":1,"lit":"3"}"#
        #expect(try api.send("POST", "/api/patients/", as: .infirmier, again).status == 200)
        try discharge()
        let back = try takeBack(as: .admin)
        #expect(back["lit"]?.text == "3" && back["dispositifs_rendus"] == .array([]) && back["dispositifs_pris"] == .array([]))
    }
}
