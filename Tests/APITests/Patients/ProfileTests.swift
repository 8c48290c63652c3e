import Clinical
import Store
import Testing

@testable import API

/// Limit profiles, seen from HTTP.
@Suite struct ProfileTests {
    let api: TestService

    init() throws {
        api = try TestService()
        try api.store.connection().script("UPDATE patients SET birth_date = current_date - interval '2 years' WHERE id = 1")
    }

    private func confirm(_ profile: String, as sender: TestService.Sender = .infirmier, patient: Int = 1, reason: String? = nil) throws -> Answer {
        let more = reason.map { #","motif":"\#($0)""# } ?? ""
        return try api.send("POST", "/api/patients/\(patient)/profil/", as: sender, #"{"profil":"\#(profile)"\#(more)}"#)
    }

    private func limit(_ answer: Answer, _ vital: String = "heart_rate", _ side: String = "haut", _ severity: String = "error") -> Double? {
        answer["limites"]?.array?.first {
            $0["type_donnee"]?.text == vital && $0["cote"]?.text == side && $0["niveau_gravite"]?.text == severity
        }?["seuil"]?.number
    }

    @Test("the birth date proposes, a nurse confirms, and both are told with who and when") func confirmation() throws {
        let before = try api.send("GET", "/api/patients/1/", as: .ecran)
        #expect(before["profil"] == .null && before["profil_confirme_par"] == .null && before["profil_confirme_le"] == .null)
        #expect(
            before["profil_propose"]?.text == "enfant_1_4" && before["profil_en_vigueur"]?.text == "adulte"
                && before["profil_a_confirmer"] == .bool(true) && before["profil_provisoire"]?.text == "enfant_1_4")
        let after = try confirm("enfant_1_4")
        #expect(after.status == 200 && after["profil"]?.text == "enfant_1_4" && after["profil_confirme_par"]?.text == "nurse")
        #expect(
            after["profil_confirme_le"]?.text != nil && after["profil_a_confirmer"] == .bool(false)
                && after["profil_en_vigueur"]?.text == "enfant_1_4" && after["profil_provisoire"] == .null)
        #expect(try api.send("GET", "/api/patients/1/", as: .ecran).json == after.json)
        // What the resource shows may be sent back; another profile is not written beside other members.
        let path = "/api/patients/1/"
        #expect(try api.send("PATCH", path, as: .infirmier, after.text).status == 200)
        let refused = try api.send("PATCH", path, as: .infirmier, #"{"profil":"adulte"}"#)
        #expect(refused.status == 400 && refused["errors"]?["profil"]?[0] == .string("Un profil se confirme par POST /api/patients/{id}/profil/."))
        #expect(try api.send("PUT", path, #"{"identifiant":"H0","nom":"P","prenom":"","service":1}"#)["profil"]?.text == "enfant_1_4")
        // Without a birth date nothing is proposed.
        #expect(try api.send("GET", path)["profil_propose"] == .null && api.send("GET", path)["profil_a_confirmer"] == .bool(false))
    }

    @Test("an unknown profile or member is refused with what is allowed, and so is who may not decide") func refused() throws {
        let unknown = try confirm("bebe")
        #expect(
            unknown.status == 400
                && unknown["errors"]?["profil"]?[0]?.text
                    == "« bebe » n’existe pas : adulte, nourrisson_0_2, nourrisson_3_11, enfant_1_4, enfant_5_12, adolescent ou hypercapnie."
        )
        let member = try api.send("POST", "/api/patients/1/profil/", as: .infirmier, #"{"profil":"adulte","raison":"x"}"#)
        #expect(member.status == 400 && member["errors"]?["raison"]?[0]?.text == "Ce champ n’existe pas : profil ou motif.")
        #expect(try api.send("POST", "/api/patients/1/profil/", as: .infirmier, "{}").status == 400)
        #expect(try confirm("adulte", as: .ecran).status == 403 && confirm("adulte", patient: 2).status == 404)
        let loosened = try confirm("hypercapnie", as: .medecin)
        #expect(loosened.status == 400 && loosened["errors"]?["motif"]?[0]?.text == "Une limite assouplie demande un motif.")
        #expect(try confirm("hypercapnie").status == 403 && confirm("hypercapnie", as: .medecin, reason: "BPCO").status == 200)
        #expect(try confirm("adulte").status == 403)
        #expect(try api.send("GET", "/api/limites/?profil=bebe").status == 400)
    }

    @Test("who is admitted with a profile is admitted with a confirmed one, and a nurse cannot decide about hypercapnia") func admission() throws {
        func admit(_ number: String, _ more: String, as sender: TestService.Sender = .infirmier) throws -> Answer {
            try api.send("POST", "/api/patients/", as: sender, #"{"identifiant":"\#(number)","nom":"A","prenom":"B","service":1\#(more)}"#)
        }
        let child = try admit(
            "N1", #","date_naissance":"\#(api.now.advanced(bySeconds: -40 * 86_400).rfc3339.prefix(10))","profil":"nourrisson_0_2""#)
        #expect(child.status == 201 && child["profil"]?.text == "nourrisson_0_2" && child["profil_confirme_par"]?.text == "nurse")
        #expect(child["profil_propose"]?.text == "nourrisson_0_2" && child["profil_a_confirmer"] == .bool(false))
        #expect(try api.send("GET", "/api/patients/N1/").json == child.json)
        #expect(try admit("N2", "")["profil"] == .null)
        #expect(try admit("N3", #","profil":"hypercapnie""#).status == 403 && admit("N3", #","profil":"hypercapnie""#, as: .medecin).status == 201)
    }

    @Test("limits answer whose they are, and a ward's and the hospital's are set by profile") func limits() throws {
        // Until somebody confirms one, the stricter of both on each side.
        let provisional = try api.send("GET", "/api/patients/1/limites/")
        #expect(provisional["profil"]?.text == "adulte" && provisional["profil_provisoire"]?.text == "enfant_1_4")
        #expect(limit(provisional) == 130 && limit(provisional, "heart_rate", "bas") == 60)
        _ = try confirm("enfant_1_4")
        let own = try api.send("GET", "/api/patients/1/limites/")
        #expect(own["profil"]?.text == "enfant_1_4" && limit(own) == 170 && own["profil_provisoire"] == nil)
        let body = #"{"limites":[{"type_donnee":"heart_rate","cote":"haut","niveau_gravite":"error","seuil":165}]}"#
        let ward = try api.send("PUT", "/api/services/1/limites/?profil=enfant_1_4", as: .medecin, body)
        #expect(ward.status == 200 && ward["profil"]?.text == "enfant_1_4" && limit(ward) == 165)
        #expect(try limit(api.send("GET", "/api/services/1/limites/")) == 130 && limit(api.send("GET", "/api/patients/1/limites/")) == 165)
        #expect(try limit(api.send("GET", "/api/services/2/limites/?profil=enfant_1_4")) == 170)
        #expect(
            try api.send("PUT", "/api/services/1/limites/?profil=enfant_1_4", as: .medecin, ward.text, headers: ["If-Match": "\"1\""]).status == 412)
        #expect(try api.send("PUT", "/api/limites/?profil=enfant_5_12", as: .admin, body).status == 400, "150 is tighter: a reason is needed")
        let changes = try #require(try api.send("GET", "/api/patients/1/limites/changements/").json?.array)
        #expect(changes[0]["profil"]?.text == "enfant_1_4" && changes.filter { $0["cause"] == .null }.count == 1)
        // What an adult's limits forbade until somebody confirmed a child's.
        let loosened = try #require(
            changes.first { $0["type_donnee"]?.text == "heart_rate" && $0["niveau_gravite"]?.text == "error" && $0["cause"] != .null })
        #expect(
            loosened["cause"]?.text == "profil" && loosened["assouplie"] == .bool(true) && loosened["ancien"] == .null && loosened["nouveau"] == .null
        )
        #expect(loosened["en_vigueur_avant"]?["seuil"]?.number == 130 && loosened["en_vigueur_apres"]?["seuil"]?.number == 170)
        #expect(try api.send("PUT", "/api/patients/1/limites/", as: .infirmier, provisional.text).status == 200, "what is shown may be sent back")
    }

    @Test("a limit trial says which profile held, and tries another one") func trial() throws {
        func trial(_ more: String) throws -> Answer {
            let from = api.now.advanced(bySeconds: -3600).rfc3339
            return try api.send("POST", "/api/patients/1/limites/essai/", as: .infirmier, #"{"limites":[],"depuis":"\#(from)"\#(more)}"#)
        }
        for second in 0..<20 {
            let at = api.now.advanced(bySeconds: Double(second - 30)).rfc3339
            #expect(
                try api.send("POST", "/api/iot/data/", as: .device, #"{"mesures":[{"type_donnee":"heart_rate","valeur":140,"timestamp":"\#(at)"}]}"#)
                    .status == 201)
        }
        let same = try trial("")
        #expect(same["avant"]?["profil"]?.text == "adulte" && same["apres"]?["profil"]?.text == "adulte" && same["apres"]?["alertes"]?.number == 1)
        let child = try trial(#","profil":"enfant_1_4""#)
        #expect(child["avant"]?["alertes"]?.number == 1 && child["apres"]?["alertes"]?.number == 0 && child["apres"]?["profil"]?.text == "enfant_1_4")
        #expect(try trial(#","profil":"bebe""#).status == 400)
        let alert = try #require(try api.send("GET", "/api/iot/alertes/").json?[0])
        #expect(alert["profil"]?.text == "adulte")
    }

    @Test("a ward has a default profile, which an administrator sets") func wardDefault() throws {
        #expect(try api.send("GET", "/api/services/1/", as: .infirmier)["profil_par_defaut"]?.text == "adulte")
        #expect(try api.send("PATCH", "/api/services/1/", as: .infirmier, #"{"profil_par_defaut":"enfant_1_4"}"#).status == 403)
        let ward = try api.send("PATCH", "/api/services/1/", #"{"profil_par_defaut":"enfant_1_4"}"#)
        #expect(ward.status == 200 && ward["profil_par_defaut"]?.text == "enfant_1_4")
        let patient = try api.send("GET", "/api/patients/1/")
        #expect(patient["profil"] == .null && patient["profil_en_vigueur"]?.text == "enfant_1_4" && patient["profil_a_confirmer"] == .bool(false))
        #expect(try api.send("PATCH", "/api/services/1/", #"{"nom":"Pédiatrie"}"#)["profil_par_defaut"]?.text == "enfant_1_4")
        #expect(try api.send("PATCH", "/api/services/1/", #"{"profil_par_defaut":"bebe"}"#).status == 400)
    }
}
