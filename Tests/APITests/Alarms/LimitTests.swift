import Clinical
import Store
import Testing

@testable import API

/// Alarm limits and their rehearsal, seen from HTTP.
@Suite struct LimitTests {
    let api: TestService

    init() throws { api = try TestService() }

    private func limit(
        _ severity: String, _ value: String, vital: String = "spo2", side: String = "bas", _ more: String = ""
    ) -> String {
        #"{"type_donnee":"\#(vital)","cote":"\#(side)","niveau_gravite":"\#(severity)","seuil":\#(value)\#(more)}"#
    }

    @discardableResult
    private func put(
        _ path: String, as sender: TestService.Sender = .infirmier, _ limits: String..., headers: [String: String] = [:]
    ) throws -> Answer {
        try api.send("PUT", path, as: sender, #"{"limites":[\#(limits.joined(separator: ","))],"motif":"BPCO"}"#, headers: headers)
    }

    private func found(_ answer: Answer, _ severity: String, _ side: String = "bas", in member: String = "limites") -> JSON? {
        answer[member]?.array?.first {
            $0["type_donnee"]?.text == "spo2" && $0["cote"]?.text == side && $0["niveau_gravite"]?.text == severity
        }
    }

    @Test("without anybody's limits the defaults hold") func defaults() throws {
        for path in ["/api/limites/", "/api/services/1/limites/", "/api/patients/H0/limites/"] {
            let answer = try api.send("GET", path, as: .ecran)
            let ofTheWard: Set<String> = path == "/api/limites/" ? [] : ["temperature_cutanee_validee"]
            #expect(answer.status == 200 && answer.json?.names == ofTheWard.union(["version", "profil", "limites", "propres"]))
            if !ofTheWard.isEmpty { #expect(answer["temperature_cutanee_validee"] == .bool(false)) }
            #expect(answer["limites"]?.array?.count == AlarmRule.defaults.count && answer["propres"] == .array([]))
            let first = try #require(answer["limites"]?[0])
            #expect(
                first
                    == .object([
                        "type_donnee": .string("spo2"), "cote": .string("bas"), "niveau_gravite": .string("error"), "seuil": .integer(90),
                        "inclus": .bool(false), "delai_s": .integer(10), "hysteresis": .integer(1), "origine": .string("defaut"),
                    ]))
            #expect(answer["version"]?.number == Double(AlarmRules(AlarmRule.defaults).version))
        }
    }

    @Test("the nearest level wins, what is left out comes from the next farther one, and null takes the alarm away") func levels() throws {
        #expect(try put("/api/limites/", as: .admin, limit("error", "89", #","delai_s":20"#)).status == 200)
        let ward = try put("/api/services/1/limites/", as: .medecin, limit("error", "88"))
        #expect(found(ward, "error")?["delai_s"]?.number == 20 && found(ward, "error")?["origine"]?.text == "service")
        #expect(found(ward, "error", in: "propres")?.names?.contains("origine") == false)
        let patient = try put("/api/patients/1/limites/", limit("error", "null"), limit("warning", "91", #","inclus":true"#))
        #expect(patient.status == 200, "\(patient.text)")
        #expect(found(patient, "error")?["seuil"] == .null && found(patient, "error")?["origine"]?.text == "patient")
        #expect(found(patient, "warning")?["inclus"] == .bool(true) && found(patient, "warning")?["delai_s"]?.number == 15)
        let read = try api.send("GET", "/api/patients/1/limites/", as: .infirmier)
        #expect(read.json == patient.json && read["propres"]?.array?.count == 2)
        let other = try api.send("GET", "/api/patients/2/limites/")
        #expect(found(other, "error")?["origine"]?.text == "hopital" && found(other, "error")?["seuil"]?.number == 89)
        #expect(other["version"] != read["version"])
        #expect(found(try put("/api/patients/1/limites/"), "error")?["origine"]?.text == "service")
    }

    @Test("a limit that no farther rule knows needs all its members; one that is left out altogether is the farther one's") func incomplete() throws {
        let high = try put("/api/patients/1/limites/", limit("info", "99", side: "haut"))
        #expect(high.status == 400 && high["limites"]?[0]?.text?.hasPrefix("SpO2, limite haute, information : indiquez") == true)
        #expect(try put("/api/patients/1/limites/", limit("info", "99", side: "haut", #","delai_s":5,"hysteresis":0.5"#)).status == 200)
        #expect(try put("/api/patients/1/limites/", limit("info", "null", side: "haut")).status == 200)
        let body = #"{"type_donnee":"spo2","cote":"bas","niveau_gravite":"error","delai_s":30}"#
        let longer = try put("/api/patients/1/limites/", body)
        #expect(found(longer, "error")?["seuil"]?.number == 90 && found(longer, "error")?["delai_s"]?.number == 30)
        #expect(try put("/api/services/1/limites/", limit("error", "null")).status == 200)
        #expect(found(try put("/api/patients/1/limites/", body), "error")?["seuil"] == .null)
    }

    @Test(
        "who has not seen the newest limits does not overwrite them",
        arguments: ["/api/limites/", "/api/services/1/limites/", "/api/patients/1/limites/"])
    func ifMatch(path: String) throws {
        let first = try api.send("GET", path)
        let tag = try #require(first.header("ETag"))
        #expect(tag == "\"\(Int(first["version"]?.number ?? 0))\"")
        #expect(try put(path, as: .admin, limit("error", "88"), headers: ["If-Match": tag]).status == 200)
        let late = try put(path, as: .admin, limit("error", "80"), headers: ["If-Match": tag])
        #expect(late.status == 412 && late["code"]?.text == "changed_meanwhile" && late.json?["title"]?.text == "Precondition Failed")
        #expect(found(try api.send("GET", path), "error")?["seuil"]?.number == 88)
        #expect(try put(path, as: .admin, limit("error", "80"), headers: ["If-Match": "\"1\", *"]).status == 200)
        #expect(try put(path, as: .admin, limit("error", "81")).status == 200)
    }

    @Test("faults name vital, side, priority and what is wrong, in both languages") func faults() throws {
        func text(_ limits: String..., language: String) throws -> String? {
            let answer = try api.send(
                "PUT", "/api/patients/1/limites/", as: .infirmier, #"{"limites":[\#(limits.joined(separator: ","))]}"#,
                headers: ["Accept-Language": language])
            #expect(answer.status == 400 && answer["code"]?.text == "invalid")
            return answer["limites"]?[0]?.text
        }
        #expect(
            try text(limit("error", "95"), language: "fr")
                == "SpO2, limite basse, urgent : cette limite serait franchie avant celle d’une priorité moindre.")
        #expect(
            try text(limit("error", "95"), language: "en") == "SpO2, low limit, urgent: this limit would be crossed before that of a lower priority.")
        #expect(try text(limit("error", "20"), language: "en")?.hasSuffix("between 30 and 100 %.") == true)
        #expect(try text(limit("error", "88"), limit("error", "88"), language: "fr")?.hasSuffix("cette limite figure deux fois.") == true)
        #expect(try text(limit("warning", "45", vital: "heart_rate", side: "haut"), language: "en")?.contains("opposite limit") == true)
        let many = (0...AlarmRule.Key.limit).map { _ in limit("error", "88") }.joined(separator: ",")
        #expect(try text(many, language: "fr") == "Trop d’éléments.")
        #expect(try api.count("SELECT count(*) FROM alarm_rules") == 0)
    }

    @Test("a ward's or the hospital's change that contradicts a patient's own limits is refused, by hospital number") func contradiction() throws {
        #expect(try put("/api/patients/1/limites/", limit("warning", "91")).status == 200)
        for path in ["/api/limites/", "/api/services/1/limites/"] {
            let answer = try put(path, as: .admin, limit("error", "92"))
            #expect(answer.status == 409 && answer["limites"]?[0]?.text?.contains("1 patient (H0)") == true, "\(answer.text)")
        }
        let english = try put("/api/services/1/limites/", limit("error", "92"), headers: ["Accept-Language": "en"])
        #expect(english["limites"]?[0]?.text == "This change would contradict limits of their own: 1 patient (H0). Change those first.")
        #expect(try put("/api/services/2/limites/", as: .admin, limit("error", "92")).status == 200)
        #expect(try put("/api/services/1/limites/", limit("error", "91")).status == 200)
    }

    @Test("a nurse sets her ward's and her patients' limits, not others' and not the hospital's") func who() throws {
        #expect(try put("/api/limites/", limit("error", "88")).status == 403)
        for path in ["/api/services/2/limites/", "/api/patients/2/limites/"] {
            #expect(try put(path, limit("error", "88")).status == 404 && api.send("GET", path, as: .infirmier).status == 404)
        }
        #expect(
            try api.send("POST", "/api/patients/2/limites/essai/", as: .infirmier, #"{"limites":[],"depuis":"\#(api.now.rfc3339)"}"#).status == 404)
        #expect(try put("/api/patients/1/limites/", as: .ecran, limit("error", "88")).status == 403)
    }

    // MARK: What was changed

    @Test("the changes that concern a patient tell both sides whole, whose level it was and who did it, and nothing of others'") func changes() throws
    {
        let before = try api.send("GET", "/api/patients/1/limites/changements/", as: .infirmier)
        #expect(before.status == 200 && before.json == .array([]))
        try put("/api/limites/", as: .admin, limit("error", "88"))
        try put("/api/services/1/limites/", as: .medecin, limit("error", "87"))
        for (path, value) in [("/api/services/2/limites/", "86"), ("/api/patients/2/limites/", "85")] {
            try put(path, as: .admin, limit("error", value))
        }
        try put("/api/patients/H0/limites/", limit("error", "86", #","delai_s":20"#))
        try put("/api/patients/H0/limites/", limit("error", "null", #","delai_s":20"#))
        try put("/api/patients/H0/limites/", limit("error", "null", #","delai_s":30"#), limit("warning", "91", #","inclus":true"#))
        try put("/api/patients/H0/limites/", limit("warning", "91", #","inclus":true"#))
        func state(_ limit: JSON, _ delay: Int, _ includes: Bool = false) -> JSON {
            .object(["seuil": limit, "inclus": .bool(includes), "delai_s": .integer(delay), "hysteresis": .integer(1)])
        }
        func change(_ who: String, _ level: String, _ severity: String, _ old: JSON, _ new: JSON) -> JSON {
            .object([
                "auteur": .string(who), "niveau": .string(level), "type_donnee": .string("spo2"), "cote": .string("bas"),
                "niveau_gravite": .string(severity), "ancien": old, "nouveau": new, "profil": level == "patient" ? .null : .string("adulte"),
            ])
        }
        let expected = [
            change("nurse", "patient", "error", state(.null, 30), .null),
            change("nurse", "patient", "warning", .null, state(.integer(91), 15, true)),
            change("nurse", "patient", "error", state(.null, 20), state(.null, 30)),
            change("nurse", "patient", "error", state(.integer(86), 20), state(.null, 20)),
            change("nurse", "patient", "error", .null, state(.integer(86), 20)),
            change("medecin1", "service", "error", .null, state(.integer(87), 10)),
            change("admin", "hopital", "error", .null, state(.integer(88), 10)),
        ]
        let answer = try api.send("GET", "/api/patients/1/limites/changements/", as: .infirmier)
        let rows = try #require(answer.json?.array)
        func without(_ row: JSON) -> JSON {
            guard case .object(var members) = row else { return row }
            // What held is LoosenedLimitTests' subject.
            for name in ["moment", "en_vigueur_avant", "en_vigueur_apres", "assouplie", "cause", "motif", "expire_le"] { members[name] = nil }
            return .object(members)
        }
        // In one PUT, what goes stands before what comes.
        #expect(Set(rows.prefix(3).map(without)) == Set(expected.prefix(3)) && Array(rows.dropFirst(3)).map(without) == Array(expected.dropFirst(3)))
        let moments = try rows.map { try #require($0["moment"]?.text) }
        #expect(moments == moments.sorted(by: >))
        let first = try #require(moments.last)
        #expect(try api.send("GET", "/api/patients/1/limites/changements/?fin=\(first)", as: .infirmier).json == .array([]))
        let since = try api.send("GET", "/api/patients/1/limites/changements/?debut=\(moments[5])", as: .infirmier)
        #expect(since.json?.array == rows.filter { $0["moment"]?.text ?? "" >= moments[5] })
        let page = try api.send("GET", "/api/patients/1/limites/changements/?limit=5")
        #expect(page.json?.array == Array(rows.prefix(5)))
        let next = try #require(page.header("Link")?.firstMatch(of: /<(\?[^>]*)>/)?.1)
        #expect(try api.send("GET", "/api/patients/1/limites/changements/\(next)").json?.array == Array(rows.dropFirst(5)))
    }

    @Test("what no account did has no author, and what the stay's end took away is told") func changesByNobody() throws {
        try put("/api/patients/1/limites/", limit("error", "86"))
        try api.store.connection().script("UPDATE alarm_rules SET hysteresis = 2")
        let changed = try api.send("GET", "/api/patients/1/limites/changements/").json?[0]
        #expect(changed?["auteur"] == .null && changed?["ancien"]?["hysteresis"]?.number == 1 && changed?["nouveau"]?["hysteresis"]?.number == 2)
        try api.send("POST", "/api/patients/1/sortie/", as: .medecin)
        let gone = try api.send("GET", "/api/patients/1/limites/changements/").json?[0]
        #expect(gone?["auteur"]?.text == "medecin1" && gone?["ancien"]?["hysteresis"]?.number == 2 && gone?["nouveau"] == .null)
    }

    // MARK: LimitsTrial

    /// A value a second for the first patient, beginning so many seconds ago.
    private func store(_ values: [Double], ago: Double) throws {
        let readings = values.enumerated().map {
            Reading(vital: .spo2, value: $1, measuredAt: api.now.advanced(bySeconds: Double($0) - ago))
        }
        _ = try api.ingest.submit(Submission(origin: .device(api.store.keys[0]), readings: readings, receivedAt: api.now))
    }

    private func rehearse(_ limits: String..., since seconds: Double = 3600) throws -> Answer {
        let from = api.now.advanced(bySeconds: -seconds)
        return try api.send(
            "POST", "/api/patients/1/limites/essai/", as: .infirmier,
            #"{"limites":[\#(limits.joined(separator: ","))],"depuis":"\#(from.rfc3339)"}"#)
    }

    @Test("a rehearsal tells what there was, what there would have been, and which; it stores nothing") func rehearsal() throws {
        let dip = Array(repeating: 89.0, count: 12) + [97]
        try store(dip + dip + dip, ago: 1800)  // came too late to raise anything
        try store(Array(repeating: 85.0, count: 20) + [97], ago: 30)
        let before = try api.count(
            "SELECT (SELECT count(*) FROM alerts) + (SELECT count(*) FROM alarm_rules) + (SELECT count(*) FROM alarm_conditions)")
        let answer = try rehearse(limit("error", "88", #","delai_s":15"#), limit("warning", "null"))
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer["lectures"]?.number == 60 && answer["constatees"]?.number == 1)
        #expect(
            answer["avant"]
                == .object([
                    "profil": .string("adulte"), "alertes": .integer(4),
                    "par_gravite": .object(["error": .integer(4), "warning": .integer(0), "info": .integer(0)]),
                ]))
        #expect(answer["apres"]?["alertes"]?.number == 1 && answer["apres"]?["par_gravite"]?["error"]?.number == 1)
        let start = api.now.advanced(bySeconds: -30)
        #expect(
            answer["apres"]?["liste"]
                == .array([
                    .object([
                        "type_alerte": .string("spo2_bas"), "niveau_gravite": .string("error"), "valeur": .integer(85),
                        "debut": .string(start.advanced(bySeconds: 15).rfc3339), "fin": .string(start.advanced(bySeconds: 20).rfc3339),
                    ])
                ]))
        #expect(answer["depuis"]?.text == api.now.advanced(bySeconds: -3600).rfc3339 && answer["jusqu_a"]?.text == api.now.rfc3339)
        #expect(
            try api.count("SELECT (SELECT count(*) FROM alerts) + (SELECT count(*) FROM alarm_rules) + (SELECT count(*) FROM alarm_conditions)")
                == before)
        #expect(try rehearse()["apres"]?["alertes"]?.number == 4)
        #expect(try rehearse(since: 60)["lectures"]?.number == 21)
        #expect(try rehearse(limit("error", "95")).status == 400)
    }

    @Test("seven days at most") func bounds() throws {
        #expect(try rehearse(since: 7 * 86_400).status == 200)
        let english = try api.send(
            "POST", "/api/patients/1/limites/essai/", #"{"limites":[],"depuis":"2026-01-01T00:00:00Z","jusqu_a":"2026-01-08T00:00:00.001Z"}"#,
            headers: ["Accept-Language": "en"])
        #expect(english.status == 400 && english["depuis"]?[0]?.text == "7 days at most.")
    }
}
