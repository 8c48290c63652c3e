import Clinical
import Store
import TestDatabase
import Testing

@testable import API

/// Limits that are made looser: with a reason, perhaps with an end, and told with what held before.
@Suite struct LoosenedLimitTests {
    let api: TestService

    init() throws { api = try TestService() }

    private func low(_ severity: String, _ limit: String, _ more: String = "") -> String {
        #"{"type_donnee":"spo2","cote":"bas","niveau_gravite":"\#(severity)","seuil":\#(limit)\#(more)}"#
    }

    private func put(_ limits: [String], to path: String = "/api/patients/1/limites/", reason: String? = nil) throws -> Answer {
        let motif = try reason.map { #","motif":\#(try quoted($0))"# } ?? ""
        return try api.send("PUT", path, as: .infirmier, #"{"limites":[\#(limits.joined(separator: ","))]\#(motif)}"#)
    }

    private func changes() throws -> [JSON] { try #require(try api.send("GET", "/api/patients/1/limites/changements/", as: .ecran).json?.array) }

    @Test("what is looser asks for a reason, what is tighter does not") func reason() throws {
        for limits in [
            [low("warning", "93")], [low("error", "null")], [low("warning", "94", #","delai_s":16"#)], [low("warning", "94", #","hysteresis":2"#)],
        ] {
            let refused = try put(limits)
            #expect(refused.status == 400 && refused["motif"]?[0]?.text == "Une limite assouplie demande un motif.", "\(limits)")
        }
        for empty in [" ", "a\u{202E}b"] { #expect(try put([low("warning", "93")], reason: empty)["motif"]?[0] != nil) }
        #expect(try put([low("warning", "93")], to: "/api/services/1/limites/")["motif"]?[0] != nil)
        #expect(try put([low("warning", "96")]).status == 200)
        // Taking the tighter one away is looser.
        #expect(try put([])["motif"]?[0] != nil)
        let stored = try put([low("warning", "92")], reason: " BPCO, cible 88-92 % ")
        #expect(
            stored.status == 200 && stored["propres"]?[0]?["motif"]?.text == "BPCO, cible 88-92 %" && stored["propres"]?[0]?["expire_le"] == .null)
        // What a client got it may send back: nothing changes, and nothing has to be said.
        let rule = low("warning", "92", #","inclus":false,"delai_s":15,"hysteresis":1,"motif":"BPCO, cible 88-92 %","expire_le":null"#)
        #expect(try put([rule]).json == stored.json)
    }

    @Test("a loosened limit is told with what held before, whichever level that came from, and why") func told() throws {
        _ = try put([low("warning", "95")], to: "/api/services/1/limites/")
        _ = try put([low("warning", "92")], reason: "BPCO")
        // Going back to the ward's is tighter.
        #expect(try put([]).status == 200)
        let rows = Array(try changes().dropFirst())
        #expect(rows.count == 2)  // the ward's and the patient's
        let change = rows[0]
        #expect(change["ancien"] == .null && change["nouveau"]?["seuil"]?.number == 92)
        #expect(change["en_vigueur_avant"]?["seuil"]?.number == 95 && change["en_vigueur_avant"]?["origine"]?.text == "service")
        #expect(change["en_vigueur_apres"]?["seuil"]?.number == 92 && change["en_vigueur_apres"]?["origine"]?.text == "patient")
        #expect(
            change["assouplie"] == .bool(true) && change["motif"]?.text == "BPCO" && change["expire_le"] == .null && change["auteur"]?.text == "nurse"
        )
        #expect(rows[1]["assouplie"] == .bool(false) && rows[1]["en_vigueur_avant"]?["origine"]?.text == "defaut" && rows[1]["motif"] == .null)
        // The audit log has the same.
        let entry = try api.send("GET", "/api/audit/?action=limit.created&patient_id=1&limit=1").json?[0]
        #expect(entry?["avant"]?["effective_limit"]?.number == 95 && entry?["apres"]?["effective_limit"]?.number == 92)
        #expect(entry?["apres"]?["reason"]?.text == "BPCO")
        #expect(
            try api.send("GET", "/api/audit/?action=limit.*").json?.array?.map { $0["action"]?.text } == [
                "limit.deleted", "limit.created", "limit.created",
            ])
    }

    @Test("own limits are marked on the patient, by vital, as long as they hold") func marked() throws {
        func own(_ path: String = "/api/patients/1/") throws -> JSON? { try api.send("GET", path, as: .ecran)["limites_propres"] }
        #expect(try own() == .array([]))
        _ = try put([low("warning", "92")], reason: "BPCO")
        #expect(
            try own() == .array([.string("spo2")])
                && api.send("GET", "/api/patients/", as: .ecran).json?[0]?["limites_propres"] == .array([.string("spo2")]))
        #expect(
            try api.send("PATCH", "/api/patients/1/", as: .infirmier, #"{"lit":"5","limites_propres":[]}"#)["limites_propres"]
                == .array([.string("spo2")]))
        try api.store.connection().script("UPDATE alarm_rules SET expires_at = now()")
        #expect(try own() == .array([]))
    }

    @Test("a limit with an end gives way by itself, for readings, devices and pages at once, and the audit says so") func ends() throws {
        func ending(_ seconds: Double) -> String { low("warning", "92", #","expire_le":"\#(api.now.advanced(bySeconds: seconds).rfc3339)""#) }
        for wrong: Double in [-1, 31 * 86_400] { #expect(try put([ending(wrong)], reason: "r")["expire_le"]?[0] != nil) }
        #expect(try put([ending(600)], to: "/api/services/1/limites/", reason: "r")["expire_le"]?[0] != nil)
        let stored = try put([ending(600)], reason: "kinésithérapie")
        #expect(stored.status == 200 && stored["propres"]?[0]?["expire_le"]?.text == api.now.advanced(bySeconds: 600).rfc3339)
        // A later end needs a reason, an earlier one does not.
        #expect(try put([ending(900)])["motif"]?[0] != nil && put([ending(300)]).status == 200)

        let (store, sql) = (api.store, try api.store.connection())
        let start = try TestStore.now.advanced(bySeconds: -50)
        func measure(_ seconds: ClosedRange<Int>) throws -> AlarmRules? {
            let readings = seconds.map { Reading(vital: .spo2, value: 93, measuredAt: start.advanced(bySeconds: Double($0))) }
            let state = DeviceState(rulesVersion: 1)
            return try api.ingest.submit(
                Submission(
                    origin: .device(store.keys[0]), readings: readings, state: state,
                    receivedAt: start.advanced(bySeconds: Double(seconds.upperBound)))
            ).rules
        }
        _ = try measure(0...20)
        #expect(try api.count("SELECT count(*) FROM alerts WHERE vital IS NOT NULL") == 0)
        try sql.script("UPDATE alarm_rules SET expires_at = now()")
        let rules = try measure(21...40)
        #expect(try api.count("SELECT count(*) FROM alerts WHERE vital IS NOT NULL AND limit_value = 94") == 1)
        #expect(rules?.all.contains { $0.key == .init(.spo2, .low, .warning) && $0.limit == 94 } == true)
        let holds = try api.send("GET", "/api/patients/1/limites/", as: .infirmier)
        #expect(holds["propres"] == .array([]))

        let leader = try LeaderSession(url: store.url)
        #expect(try leader.lead())
        try leader.endLimits()
        try leader.endLimits()
        #expect(try api.count("SELECT count(*) FROM alarm_rules") == 0)
        let change = try changes()[0]
        #expect(change["auteur"] == .null && change["nouveau"] == .null && change["ancien"]?["seuil"]?.number == 92)
        #expect(
            change["en_vigueur_apres"]?["seuil"]?.number == 94 && change["en_vigueur_apres"]?["origine"]?.text == "defaut"
                && change["assouplie"] == .bool(false))
    }
}
