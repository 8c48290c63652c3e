import Clinical
import Foundation
import Testing

@testable import Push

@Suite("Messages")
struct MessagesTests {
    @Test("Readings are iot_data with value, unit and time by name, and say from when older ones came along")
    func readings() throws {
        let readings = [
            Reading(vital: .spo2, value: 97.5, measuredAt: at(0)), Reading(vital: .consciousness, value: 1, measuredAt: at(1)),
        ]
        #expect(
            try json(.readings(12, readings))
                == parse(
                    #"""
                    {"type":"iot_data","patient_id":12,"data":{
                      "spo2":{"valeur":97.5,"unite":"%","timestamp":"2026-09-21T14:13:20.000Z"},
                      "consciousness":{"valeur":"C","unite":"","timestamp":"2026-09-21T14:13:21.000Z"}}}
                    """#))
        #expect(
            try json(.readings(12, [], from: at(2)))
                == parse(
                    #"{"type":"iot_data","patient_id":12,"data":{},"depuis":"2026-09-21T14:13:22.000Z"}"#))
    }

    @Test("An alert is sent as the REST interface shows it, with what is unknown as null")
    func alerts() throws {
        let data = #"""
            {"id":7,"patient":12,"type_alerte":"spo2_bas","message":"SpO2 basse","niveau_gravite":"error",
             "service":null,"dispositif":null,"type_donnee":null,"cote":null,"valeur":null,"seuil":null,"profil":null,"sources":[],"levee_par":null,"recue_le":null,
             "levee_le":null,"aggravee_le":null,"premier_acquittement_le":null,"rappelee_le":null,"escaladee_le":null,
             "timestamp":"2026-09-21T14:13:20.000Z","acquittee":false,"acquittee_par":null,"acquittee_le":null,
             "terminee_le":null,"trace":false,"veille":null,"score":null,"version":1}
            """#
        #expect(try json(.alert(alert(7, of: 12))) == parse(#"{"type":"alert","patient_id":12,"data":\#(data)}"#))
        #expect(try json(.alertUpdate(alert(7, of: 12))) == parse(#"{"type":"alert_update","patient_id":12,"data":\#(data)}"#))
    }

    @Test("A device passes through as it came, with or without a patient")
    func device() throws {
        let device = Array(#"{"id":3,"nom":"Capteur / 3","batterie":87.5,"etat":[null,true]}"#.utf8)
        #expect(
            try json(.device(12, device))
                == parse(
                    #"{"type":"dispositif","patient_id":12,"data":{"id":3,"nom":"Capteur / 3","batterie":87.5,"etat":[null,true]}}"#))
        #expect(try json(.device(nil, Array("{}".utf8))) == parse(#"{"type":"dispositif","patient_id":null,"data":{}}"#))
    }

    @Test("A correction names its vital, and what holds of it now")
    func corrected() throws {
        let spo2 = Reading(vital: .spo2, value: 97, measuredAt: at(0))
        #expect(
            try json(.corrected(12, .spo2, latest: spo2, from: at(1)))
                == parse(
                    #"{"type":"iot_data","patient_id":12,"data":{"spo2":{"valeur":97,"unite":"%","timestamp":"2026-09-21T14:13:20.000Z"}},"depuis":"2026-09-21T14:13:21.000Z","corrige":["spo2"]}"#
                ))
        #expect(
            try json(.corrected(12, .spo2, latest: nil, from: at(1)))
                == parse(
                    #"{"type":"iot_data","patient_id":12,"data":{},"depuis":"2026-09-21T14:13:21.000Z","corrige":["spo2"]}"#))
    }

    @Test("A pause says whose, and null where none runs; an alert about a ward says which")
    func pauses() throws {
        let data = #"""
            {"id":5,"patient":12,"service":null,"par":"awa","debut":"2026-09-21T14:13:20.000Z","fin":"2026-09-21T14:15:20.000Z",
             "niveau_gravite":"info","terminee_le":null,"rompue_par":null}
            """#
        let own = pause(5, of: .patient(12), until: 120)
        #expect(try json(.pause(.patient(12), own)) == parse(#"{"type":"pause","patient_id":12,"service":null,"data":\#(data)}"#))
        #expect(try json(.pause(.ward(3), nil)) == parse(#"{"type":"pause","patient_id":null,"service":3,"data":null}"#))
        var unheard = alert(9, of: 0)
        (unheard.patient, unheard.ward) = (nil, 3)
        let told = try json(.alert(unheard))
        #expect(told["patient_id"] == .null && told["service"] == .integer(3) && told["data"]["service"] == .integer(3))
    }

    @Test("A score is sent as the REST interface shows it")
    func score() throws {
        let report = ScoreReport([.spo2: LatestReading()], .init(adultFrom: at(10)), at: at(0))
        #expect(
            try json(.score(12, report))
                == parse(
                    #"""
                    {"type":"score","patient_id":12,"data":{"applicable":false,"motif":"moins_de_16_ans","echelle":1,"minimum":null,"maximum":null,
                     "connus":null,"parametres":7,"risque_minimum":null,"risque_maximum":null,"calcule_le":"2026-09-21T14:13:20.000Z","parties":[]}}
                    """#))
    }

    @Test("A patient's whereabouts, null once discharged")
    func patient() throws {
        #expect(try json(.patient(12, ward: 3)) == parse(#"{"type":"patient","patient_id":12,"service":3}"#))
        #expect(try json(.patient(12, ward: nil)) == parse(#"{"type":"patient","patient_id":12,"service":null}"#))
    }

    @Test("Ready, pulse and errors")
    func others() throws {
        #expect(try json(.ready) == parse(#"{"type":"ready"}"#))
        #expect(try json(.pulse(at(0), isCurrent: false)) == parse(#"{"type":"pulse","timestamp":"2026-09-21T14:13:20.000Z","a_jour":false}"#))
        #expect(try json(.error(.notJSON)) == parse(#"{"error":"Format JSON invalide"}"#))
        #expect(try json(.error(.refused("unité"))) == parse(#"{"error":"unité"}"#))
    }

    /// The message as a client reads it from its frame.
    private func json(_ message: Message) throws -> JSON {
        let bytes = Array(try message.frame().bytes.readableBytesView)
        #expect(bytes[0] == 0x81)
        let head = bytes[1] < 126 ? 2 : 4
        return try JSON(parsing: Array(bytes.dropFirst(head)))
    }

    private func parse(_ text: String) throws -> JSON { try JSON(parsing: Array(text.utf8)) }
}

@Suite("Events from the database")
struct EventsTests {
    @Test("Readings carry code, value and milliseconds; an unknown vital is left out")
    func readings() throws {
        let event = try Event(
            channel: "fajma_reading",
            payload: #"{"patient":12,"ward":3,"latest":[[1,97.5,1790000000000],[999,1,1790000000000],[3,37,1790000001000]],"from":1789999999000}"#
                .utf8)
        let expected = [
            Reading(vital: .spo2, value: 97.5, measuredAt: at(0)), Reading(vital: .temperature, value: 37, measuredAt: at(1)),
        ]
        #expect(event == .readings(12, ward: 3, expected, from: at(-1)))
        #expect(
            try Event(channel: "fajma_reading", payload: #"{"patient":12,"ward":null,"latest":[]}"#.utf8)
                == .readings(12, ward: nil, [], from: nil))
    }

    @Test("A correction is told apart by its vital's code")
    func corrected() throws {
        let older = Reading(vital: .spo2, value: 95, measuredAt: at(-1))
        #expect(
            try Event(
                channel: "fajma_reading",
                payload: #"{"patient":12,"ward":3,"latest":[[1,95,1789999999000]],"from":1790000000000,"corrected":1}"#.utf8)
                == .corrected(12, ward: 3, .spo2, latest: [older], from: at(0)))
    }

    @Test("An alert is the wire's own")
    func alerts() throws {
        let known = alert(7, of: 12).acknowledgedBySomebody
        let wire = String(decoding: try JSONEncoder().encode(known), as: UTF8.self)
        #expect(
            try Event(channel: "fajma_alert", payload: #"{"ward":3,"new":false,"alert":\#(wire)}"#.utf8)
                == .alert(known, ward: 3, isNew: false))
    }

    @Test("A device may be nobody's")
    func device() throws {
        let event = try Event(channel: "fajma_device", payload: #"{"patient":null,"ward":3,"device":{"id":5}}"#.utf8)
        #expect(event == .device(patient: nil, ward: 3, json: Array(#"{"id":5}"#.utf8)))
    }

    @Test("A patient is admitted, moves and is discharged")
    func patient() throws {
        func read(_ payload: String) throws -> Event { try Event(channel: "fajma_patient", payload: payload.utf8) }
        #expect(try read(#"{"patient":12,"ward":3,"before":null}"#) == .patient(12, ward: 3, before: nil))
        #expect(try read(#"{"patient":12,"ward":3,"before":2}"#) == .patient(12, ward: 3, before: 2))
        #expect(try read(#"{"patient":12,"ward":null,"before":3}"#) == .patient(12, ward: nil, before: 3))
    }

    @Test("Rights are an account's or a patient's; everybody's for null, and for what only a later version knows")
    func rights() throws {
        func read(_ payload: String) throws -> Event { try Event(channel: "fajma_right", payload: payload.utf8) }
        #expect(try read(#"{"user":5}"#) == .rights(.user(5)))
        #expect(try read(#"{"patient":12}"#) == .rights(.patient(12)))
        #expect(try read(#"{"user":null}"#) == .rights(.everybody))
        #expect(try read(#"{"ward":3}"#) == .rights(.everybody))
    }

    @Test("A notification's address is read without its letter")
    func notice() throws {
        let notice = try NotificationEnvelope(channel: "fajma_device", payload: #"0 3 {"patient":null,"ward":3,"device":{"id":5}}"#)
        #expect(notice.patient == nil && notice.ward == 3)
        #expect(try notice.event() == Event(channel: "fajma_device", payload: #"{"patient":null,"ward":3,"device":{"id":5}}"#.utf8))
        #expect(throws: UnreadableNotification.self) { try NotificationEnvelope(channel: "fajma_device", payload: #"{"patient":12}"#) }
    }

    @Test(
        "What is not understood is an error that names the channel and nothing of the payload",
        arguments: [
            ("fajma_reading", "{}"), ("fajma_reading", "12 97.5"), ("fajma_alert", #"{"ward":3,"new":true,"alert":{"id":1}}"#),
            ("fajma_device", "[]"), ("fajma_patient", #"{"ward":3}"#), ("fajma_right", "3"), ("fajma_other", "{}"),
        ])
    func broken(channel: String, payload: String) {
        let error = #expect(throws: UnreadableNotification.self) { try Event(channel: channel, payload: payload.utf8) }
        #expect(error?.description == "unreadable notification on \(channel)")
    }
}
