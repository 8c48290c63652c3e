import CPostgres

/// A libpq URI or connection string, taken apart as libpq itself does.
public enum ConnectionText {
    /// Whether a password stands in it. What libpq cannot read holds none that it would use; connecting says what is wrong with it.
    public static func hasPassword(_ text: String) -> Bool {
        guard let options = PQconninfoParse(text, nil) else { return false }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            let isSecret = ["password", "sslpassword"].contains(String(cString: keyword))
            if isSecret, let value = option.pointee.val, value.pointee != 0 { return true }
            option += 1
        }
        return false
    }
}
