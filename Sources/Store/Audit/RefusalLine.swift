import Logging

extension Logger {
    /// One line about somebody who was refused something, for fail2ban and a SIEM. THE form of the line as text is
    /// `… account=dupont address=192.0.2.7 event=login.refused request=… [Store] security`; as JSON it has the same members.
    ///
    /// - Parameter account: of an existing account; nil: there is none, and what was typed for a name may have been a password. Never a patient's name
    ///   or number.
    public func refused(_ event: String, account: String?, address: String?) {
        let members: Metadata = ["event": "\(event)", "address": "\(address ?? "-")", "account": "\(account.map(Self.word) ?? "-")"]
        warning("security", metadata: members)
    }

    /// A name as one word: nobody may have one that reads as another member of the line.
    private static func word(_ name: String) -> String {
        name.unicodeScalars.reduce(into: "") { word, scalar in
            if scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "._@-".unicodeScalars.contains(scalar) {
                word.unicodeScalars.append(scalar)
            } else {
                word += "%" + String(scalar.value, radix: 16, uppercase: true)
            }
        }
    }
}
