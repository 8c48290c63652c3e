import Clinical

@testable import Access

/// Tokens that PyJWT 2.15.1 made with the bytes 0…31 as its secret.
enum PyJWT {
    static let secret = [UInt8](0..<32)
    static let issuedAt = Instant(milliseconds: 1_795_359_900_000)
    static let accessEnds = Instant(milliseconds: 1_795_360_800_000)
    static let refreshEnds = Instant(milliseconds: 1_795_446_300_000)
    static let id = "0123456789abcdef0123456789abcdef"
    static let session = "fedcba9876543210fedcba9876543210"

    private static let claims =
        "eyJ0b2tlbl90eXBlIjoiYWNjZXNzIiwiZXhwIjoxNzk1MzYwODAwLCJpYXQiOjE3OTUzNTk5MDAsImp0aSI6IjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmIiwidXNlcl9pZCI6IjcifQ"

    static let access = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.\(claims).6FkQPPKLsNRwVA9RwgIO1uZ4OqHadoSG8_slCEaRCQo"
    static let refresh =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCIsImV4cCI6MTc5NTQ0NjMwMCwiaWF0IjoxNzk1MzU5OTAwLCJqdGkiOiIwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZiIsInVzZXJfaWQiOiI3IiwiZmFtIjoiZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTAifQ.Mw5xuaXtq4HROlbIGg_K_KhFL_M8_w1Nw6sPwFthlGg"
    static let numericUser =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIiwiZXhwIjoxNzk1MzYwODAwLCJpYXQiOjE3OTUzNTk5MDAsImp0aSI6IjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmIiwidXNlcl9pZCI6N30.83cDWFT30iR22ePTz1OKDHhbTHQfEYw3XRNnAMawSjI"
    static let withKeyID =
        "eyJhbGciOiJIUzI1NiIsImtpZCI6IjEiLCJ0eXAiOiJKV1QifQ.\(claims).jnYpczUS7lwtX1CBX5CfCDsR1_ZgfUWJGheq1FNuHiU"
    static let hs512 =
        "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.\(claims).y4HAIekngiDYaR2JBM8MFXf6cwwin0D7CMzwDoaNH8cXJUubVeoevAWbfujK2x4wjKoZ7jVaWVzrr42QywhLlg"
    static let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.\(claims)."
    static let critical =
        "eyJhbGciOiJIUzI1NiIsImNyaXQiOlsiYjY0Il0sInR5cCI6IkpXVCJ9.\(claims).qf9lCQkT6TrbqV1WSag9nWBETWRaYS5JqF9lGRDHDCk"
}

/// A token with any header and claims, correctly signed with PyJWT's secret.
func signed(header: String = #"{"alg":"HS256","typ":"JWT"}"#, _ claims: String) -> String {
    let content = Base64URL.encode(header.utf8) + "." + Base64URL.encode(claims.utf8)
    return content + "." + Base64URL.encode(hmacSHA256(key: PyJWT.secret, content.utf8))
}
