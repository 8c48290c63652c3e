import Access
import Clinical
import Foundation
import Store
import Testing

@testable import API

extension TestService {
    /// A key as an administrator makes it.
    struct Key {
        let id: UserID
        let text: String
        var secret: String { String(text.split(separator: "_", maxSplits: 2)[2]) }
    }

    /// The expiry of a key that is valid for long, as the wire has it.
    static var nextYear: String { Date.now.addingTimeInterval(365 * 86_400).ISO8601Format() }

    /// - Parameter wards: nil: every ward.
    func makeKey(
        _ name: String = "Moteur", _ permissions: [Permission] = Permission.ofMachineKeys, wards: [WardID]? = [1], expires: String = nextYear
    ) throws -> Key {
        let places = wards.map { "\"services\":\($0)" } ?? "\"tous_services\":true"
        let answer = try send(
            "POST", "/api/cles/",
            #"{"nom":\#(quoted(name)),"permissions":\#(permissions.map(\.rawValue)),\#(places),"expire_le":"\#(expires)"}"#)
        #expect(answer.status == 201, "\(answer.text)")
        return Key(id: try #require(answer["id"]?.number.map { Int($0) }), text: try #require(answer["cle"]?.text))
    }

    func send(_ method: String, _ path: String, with key: Key, _ body: String = "", headers: [String: String] = [:]) throws -> Answer {
        try send(method, path, bearer: key.text, Array(body.utf8), headers: headers, address: "192.0.2.20")
    }

    /// The first key has the first ward, the second one the second.
    var machineKeys: [UserID] { get throws { try store.database.machineKeys(Page(limit: 10)).map(\.id) } }
}
