import Clinical
import Store
import TestDatabase
import Testing

@testable import API

/// Patients from a file. The store has one in each ward: H0 in bed 1 of the first.
@Suite struct PatientImportTests {
    let api: TestService
    private let heading = "identifiant,nom,prenom,date_naissance,sexe,service,lit\n"

    init() throws { api = try TestService() }

    private func importing(_ file: String, isTrial: Bool = false, headers: [String: String] = [:]) throws -> Answer {
        try api.send("POST", "/api/import/patients/\(isTrial ? "?essai=true" : "")", file, headers: headers)
    }

    private func effects(_ answer: Answer) -> [String] { (answer["resultats"]?.array ?? []).compactMap { $0["effet"]?.text } }

    /// Every patient as one text.
    private func patients() throws -> String {
        let sql =
            "SELECT string_agg(hospital_number || ' ' || last_name || ' ' || ward_id || ' ' || bed || ' ' || (discharged_at IS NULL), '; ' ORDER BY id) FROM patients"
        return try api.store.connection().query(sql)[0][0]
    }

    @Test("who is new is admitted, who has left is admitted again, who is there is changed or stays") func effects() throws {
        let first = try #require(try api.send("GET", "/api/patients/1/").json?.members)
        func text(_ name: String) -> String { first[name]?.text ?? "" }
        #expect(try api.send("POST", "/api/patients/1/sortie/").status == 200)
        #expect(try importing(heading + "N1,Curie,Marie,1967-11-07,F,2,7\nN2,Durand,Luc,,M,2,8").status == 200)
        let file =
            heading
            + "H0,\(text("nom")),\(text("prenom")),\(text("date_naissance")),,1,5\nN1,Curie,Marie,1967-11-07,F,2,9\nN2,Durand,Luc,,M,2,8\nN3,Noir,,,X,1,6"
        let before = try patients()
        let trial = try importing(file, isTrial: true)
        #expect(trial.status == 200 && trial["essai"] == .bool(true))
        #expect(effects(trial) == ["readmis", "modifie", "inchange", "refuse"], "\(trial.text)")
        #expect(trial["resultats"]?[3]?["errors"]?["prenom"]?.array?.count == 1)
        #expect(try patients() == before)

        let good = file.replacing("N3,Noir,,", with: "N3,Noir,Ada,")
        let expected = ["readmis", "modifie", "inchange", "ajoute"]
        #expect(try effects(importing(good, isTrial: true)) == expected)
        #expect(try patients() == before, "a trial changes nothing")
        let done = try importing(good)
        #expect(done.status == 200 && done["essai"] == .bool(false) && effects(done) == expected, "\(done.text)")
        #expect(try patients() != before)
        #expect(try effects(importing(good)) == ["inchange", "inchange", "inchange", "inchange"], "the same file again")
    }

    @Test("one refused row, and nothing is stored: every faulty row and column is named") func allOrNothing() throws {
        let before = try patients()
        let answer = try importing(
            heading + "N1,Curie,Marie,1967-11-07,F,1,7\nN2,,Luc,1967-02-30,Z,Ailleurs,8\nN1,Curie,Marie,,F,1,9\nN4,Petit,Anne,,F,1,1",
            headers: ["Accept-Language": "en"])
        #expect(answer.status == 400 && answer["code"]?.text == "invalid")
        let messages = try #require(answer["errors"]?["lignes"]?.array).compactMap(\.text)
        for start in [
            "Line 3, nom: ", "Line 3, date_naissance: ", "Line 3, sexe: ", "Line 3, service: ", "Line 4, identifiant: Is there on line 2 already.",
            "Line 5, lit: ",
        ] {
            #expect(messages.contains { $0.hasPrefix(start) }, "\(start) \(messages)")
        }
        #expect(!messages.contains { $0.hasPrefix("Line 2") })
        #expect(try patients() == before)
    }

    @Test("beds are exchanged within a file, in whatever order the rows stand") func beds() throws {
        #expect(try importing(heading + "N1,A,A,,,1,21\nN2,B,B,,,1,22\nN3,C,C,,,1,23").status == 200)
        let moved = try importing("identifiant;lit\r\nN1;22\r\nN2;23\r\nN3;21\r\n")
        #expect(moved.status == 200 && effects(moved) == ["modifie", "modifie", "modifie"], "\(moved.text)")
        #expect(try patients().hasSuffix("N1 A 1 22 true; N2 B 1 23 true; N3 C 1 21 true"))
        // The bed of somebody whom the file does not mention stays theirs.
        #expect(try importing("identifiant,lit\nN1,1\nN2,22").status == 400)
        #expect(try patients().hasSuffix("N1 A 1 22 true; N2 B 1 23 true; N3 C 1 21 true"))
    }

    @Test("an empty cell, or a column that is not there, leaves what is known") func left() throws {
        #expect(try importing(heading + "N1,Curie,Marie,1967-11-07,F,1,7").status == 200)
        #expect(try effects(importing("identifiant,nom,lit\nN1,,")) == ["inchange"])
        #expect(try patients().hasSuffix("N1 Curie 1 7 true"))
    }

    @Test("wards by number or name, a mark at the beginning, quotes, and names that begin with an apostrophe") func files() throws {
        let ward = try #require(try api.send("GET", "/api/services/1/")["nom"]?.text)
        let answer = try importing("\u{FEFF}Identifiant;NOM;prenom;service\r\nN1;'t Hooft;\"Ans; Marie\";\(ward)\r\n\r\nN2;\"O\"\"Neil\";Tim;2\r\n")
        #expect(answer.status == 200 && effects(answer) == ["ajoute", "ajoute"], "\(answer.text)")
        #expect(try patients().hasSuffix("N1 't Hooft 1  true; N2 O\"Neil 2  true"))
        let unknown = try importing("identifiant,nom,prenom,service\nN3,A,B,Ailleurs", isTrial: true)
        #expect(unknown["resultats"]?[0]?["errors"]?["service"]?[0]?.text?.contains(ward) == true, "says which wards there are")
    }

    @Test(
        "a file that cannot be read says why",
        arguments: [
            ("", "non_field_errors"), ("\n", "non_field_errors"), ("nom,prenom\nA,B", "identifiant"), ("identifiant,chambre\nN1,2", "chambre"),
            ("identifiant,nom,nom\nN1,A,B", "nom"), ("identifiant,nom\nN1", "non_field_errors"), ("identifiant,nom\nN1,\"A", "non_field_errors"),
            ("identifiant,nom\nN1,\"A\"B", "non_field_errors"), ("identifiant,id\nN1,2", "id"),
        ])
    func unreadable(file: String, field: String) throws {
        let before = try patients()
        for trial in [true, false] {
            let answer = try importing(file, isTrial: trial)
            #expect(answer.status == 400 && answer["errors"]?[field] != nil, "\(answer.text)")
        }
        #expect(try patients() == before)
    }

    @Test("UTF-8 only, and no more rows than are allowed") func limits() throws {
        let latin = try api.send("POST", "/api/import/patients/", bearer: api.credentials(.admin), Array("identifiant,nom\nN1,Ren".utf8) + [0xE9])
        #expect(latin.status == 400 && latin.text.contains("UTF-8"))
        let rows = (0...ImportLimit.rows).map { "N\($0)," }.joined(separator: "\n")
        let many = try importing("identifiant,nom\n" + rows, isTrial: true)
        #expect(many.status == 400 && many.text.contains("5000"))
        #expect(try importing("{}", headers: ["Content-Type": "application/json"]).status == 415)
    }

    @Test("every change is in the audit, in the name of who imported, and a trial leaves nothing there") func audited() throws {
        let sql = "SELECT count(*) FROM audit WHERE action LIKE 'patient.%' AND username = (SELECT username FROM users WHERE id = 1)"
        let before = try api.count(sql)
        #expect(try importing(heading + "N1,A,A,,,1,21\nN2,B,B,,,1,22", isTrial: true).status == 200)
        #expect(try api.count(sql) == before)
        #expect(try importing(heading + "N1,A,A,,,1,21\nN2,B,B,,,1,22").status == 200)
        #expect(try api.count(sql) == before + 2)
    }
}
