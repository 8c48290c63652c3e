import CPostgres

/// What libpq and the server say, as it may stand in a log.
enum ServerMessage {
    /// A longer one is cut.
    static let maximumCharacters = 300

    /// Why there is no connection: no password in it, and nothing of a connection string that cannot be read, which would quote its password.
    static func whyNoConnection(_ connection: OpaquePointer, url: String) -> String {
        guard let options = PQconninfoParse(url, nil) else {
            return "the connection string cannot be read; in a URI, percent-encode every special character of user and password"
        }
        defer { PQconninfoFree(options) }
        var message = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        var option = options
        while option.pointee.keyword != nil {
            // libpq marks with a star what must not be shown.
            if let mark = option.pointee.dispchar, mark.pointee == CChar(UInt8(ascii: "*")), let value = option.pointee.val {
                let secret = String(cString: value)
                if !secret.isEmpty { message = message.replacing(secret, with: "…") }
            }
            option += 1
        }
        return line(message)
    }

    /// As one line that is not too long, without control characters.
    static func line(_ message: String) -> String {
        let words = message.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
        return String(words.filter { !($0.unicodeScalars.first?.properties.generalCategory == .control) }.prefix(maximumCharacters))
    }
}
