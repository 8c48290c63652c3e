import Clinical
import Testing

@testable import API

/// Devices from a file.
@Suite struct DeviceImportTests {
    let api: TestService

    init() throws { api = try TestService() }

    private func importing(_ file: String, isTrial: Bool = false) throws -> Answer {
        try api.send("POST", "/api/import/dispositifs/\(isTrial ? "?essai=true" : "")", file)
    }

    private func effects(_ answer: Answer) -> [String] { (answer["resultats"]?.array ?? []).compactMap { $0["effet"]?.text } }

    @Test("devices are added, given to patients by number, and changed by their name") func effects() throws {
        #expect(try api.send("POST", "/api/patients/", #"{"identifiant":"N1","nom":"A","prenom":"B","service":1}"#).status == 201)
        let file = "nom,type_dispositif,patient\nNeuf 1,bracelet,N1\nNeuf 2,doigt,"
        #expect(try effects(importing(file, isTrial: true)) == ["ajoute", "ajoute"])
        #expect(try api.count("SELECT count(*) FROM devices WHERE name LIKE 'Neuf%'") == 0)
        #expect(try effects(importing(file)) == ["ajoute", "ajoute"])
        #expect(try effects(importing(file)) == ["inchange", "inchange"])
        #expect(try effects(importing("nom,type_dispositif\nNeuf 2,bracelet")) == ["modifie"])
        #expect(
            try api.count(
                "SELECT count(*) FROM device_assignment a JOIN devices d ON d.id = a.device_id JOIN patients p ON p.id = a.patient_id WHERE d.name = 'Neuf 1' AND p.hospital_number = 'N1'"
            ) == 1)
    }

    @Test("a patient who wears another device is asked about, in the file") func others() throws {
        let number = try #require(try api.send("GET", "/api/patients/1/")["identifiant"]?.text)
        let refused = try importing("nom,type_dispositif,patient\nNeuf,bracelet,\(number)", isTrial: true)
        #expect(refused["resultats"]?[0]?["errors"]?["autres_dispositifs"] != nil, "\(refused.text)")
        let kept = try importing("nom,type_dispositif,patient,autres_dispositifs\nNeuf,bracelet,\(number),garder")
        #expect(kept.status == 200 && effects(kept) == ["ajoute"], "\(kept.text)")
    }

    @Test("a name that several devices have, an unknown patient and a missing kind are refused") func refused() throws {
        for _ in 1...2 { #expect(try api.send("POST", "/api/iot/dispositifs/", #"{"nom":"Double","type_dispositif":"bracelet"}"#).status == 201) }
        let answer = try importing("nom,type_dispositif,patient\nDouble,doigt,\nNeuf,,PERSONNE\nAutre,,", isTrial: true)
        #expect(effects(answer) == ["refuse", "refuse", "refuse"])
        let columns = try #require(answer["resultats"]?.array).map { Set(($0["errors"]?.members ?? [:]).keys) }
        #expect(columns == [["nom"], ["patient", "type_dispositif"], ["type_dispositif"]], "\(answer.text)")
    }
}
