import FoundationEssentials

/// What a new device must know, to be scanned: where FAJMA is, and its key.
public struct ProvisioningCode: Encodable, Sendable {
    /// The form's number.
    public let v = 1
    /// With its prefix and a slash at the end: `https://hospital.example/fajma/`.
    public let url: String
    public let cle: String

    public init(url: String, cle: String) {
        self.url = url.hasSuffix("/") ? url : url + "/"
        self.cle = cle
    }

    /// The JSON for the QR code: `{"v":1,"url":"…","cle":"fjd_…"}`. Its members stand in this order, which an encoder does not promise.
    public var text: String { #"{"v":\#(v),"url":\#(Self.quoted(url)),"cle":\#(Self.quoted(cle))}"# }

    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // There is no string that JSON cannot hold.
        return String(decoding: try! encoder.encode(text), as: UTF8.self)
    }
}
