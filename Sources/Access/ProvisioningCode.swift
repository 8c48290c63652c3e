import Clinical
import FoundationEssentials

/// What a new device must know, to be scanned: where FAJMA is, and its key.
public struct ProvisioningCode: Encodable, Sendable {
    /// The form's number.
    public let v = 1
    /// With its prefix and a slash at the end: `https://hospital.example/fajma/`.
    public let url: String
    public let cle: String
    /// The device's own coefficients of SpO2; nil: it has none, and takes the default.
    public let spo2: [Double]?

    public init(url: String, cle: String, curve: SpO2Curve? = nil) {
        self.url = url.hasSuffix("/") ? url : url + "/"
        self.cle = cle
        spo2 = curve.map { [$0.a, $0.b, $0.c] }
    }

    /// The JSON for the QR code: `{"v":1,"url":"…","cle":"fjd_…"}`, and `"spo2":[a,b,c]`. Its members stand in this order, which an encoder does not promise.
    public var text: String {
        let curve = spo2.map { #","spo2":[\#($0.map { "\($0)" }.joined(separator: ","))]"# } ?? ""
        return #"{"v":\#(v),"url":\#(Self.quoted(url)),"cle":\#(Self.quoted(cle))\#(curve)}"#
    }

    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // There is no string that JSON cannot hold.
        return String(decoding: try! encoder.encode(text), as: UTF8.self)
    }
}
