import Access
import Clinical
import DeviceCore
import Testing

@Test(
    "what the QR code says, the device understands",
    arguments: [
        "https://hospital.example", "https://hospital.example/fajma/", "https://10.1.2.3:8443/a/b",
    ])
func deviceUnderstandsTheCode(url: String) throws {
    let key = try DeviceKey.make(device: 314), code = ProvisioningCode(url: url, cle: key.text)
    var setup = fj_setup()
    #expect(fj_setup_parse(code.text, code.text.utf8.count, false, &setup) == FJ_OK)
    func text<T>(_ characters: T) -> String { withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) } }
    #expect(text(setup.url) == code.url && text(setup.key) == key.text && setup.device == 314)
}
