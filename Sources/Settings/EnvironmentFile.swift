import Foundation

/// `NAME=value` lines as systemd's `EnvironmentFile=` and a shell read them.
public struct EnvironmentFile: Equatable, Sendable {
    /// Also comments and empty lines, as they were.
    private var lines: [String]

    public init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
    }

    public var text: String { lines.map { $0 + "\n" }.joined() }

    /// The last line of a name counts.
    public subscript(name: String) -> String? { lines.last { Self.name(of: $0) == name }.map(Self.value) }

    public var values: [String: String] {
        Dictionary(lines.compactMap { line in Self.name(of: line).map { ($0, Self.value(of: line)) } }, uniquingKeysWith: { $1 })
    }

    /// Replaces the lines of the name by one, in the place of the first; or adds it.
    public mutating func set(_ name: String, _ value: String) {
        let line = "\(name)=\(Self.quoted(value))"
        let first = lines.firstIndex { Self.name(of: $0) == name } ?? lines.endIndex
        lines.removeAll { Self.name(of: $0) == name }
        lines.insert(line, at: min(first, lines.count))
    }

    private static func name(of line: String) -> String? {
        let text = line.trimmingCharacters(in: .whitespaces)
        guard let equals = text.firstIndex(of: "="), !text.hasPrefix("#"), !text.hasPrefix(";") else { return nil }
        let name = text[..<equals]
        let isName =
            name.first.map { $0.isLetter || $0 == "_" } == true && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        return isName ? String(name) : nil
    }

    private static func value(of line: String) -> String {
        let text = line[line.index(after: line.firstIndex(of: "=") ?? line.startIndex)...].trimmingCharacters(in: .whitespaces)
        for quote in ["\"", "'"] where text.count >= 2 && text.hasPrefix(quote) && text.hasSuffix(quote) {
            let inner = String(text.dropFirst().dropLast())
            return quote == "'" ? inner : unescaped(inner)
        }
        return text
    }

    private static func unescaped(_ text: String) -> String {
        var (result, isEscaped) = ("", false)
        for character in text {
            if isEscaped || character != "\\" { result.append(character) }
            isEscaped = !isEscaped && character == "\\"
        }
        return result
    }

    /// In quotes always: an unquoted `&` would send a shell's assignment to the background.
    private static func quoted(_ value: String) -> String {
        let escaped = value.map { "\\\"$`".contains($0) ? "\\\($0)" : "\($0)" }.joined()
        return "\"\(escaped)\""
    }
}

extension EnvironmentFile {
    /// Where a package's installation keeps its settings: `FAJMA_ETC`, else `/etc/fajma`.
    public static func directory(_ environment: [String: String]) -> String {
        environment["FAJMA_ETC"].flatMap { $0.isEmpty ? nil : $0 } ?? "/etc/fajma"
    }

    /// What an administrator's shell has not set, from the files of the installation, as far as they can be read: the settings, the owner's login, and
    /// where the secrets are. A shell that names a database has settings of its own: it gets nothing.
    public static func missing(in environment: [String: String]) -> [String: String] {
        guard environment["DATABASE_URL"].map(\.isEmpty) ?? true else { return [:] }
        let directory = directory(environment)
        var found: [String: String] = [:]
        for name in ["fajma.env", "owner.env"] {
            guard let data = FileManager.default.contents(atPath: "\(directory)/\(name)") else { continue }
            found.merge(EnvironmentFile(String(decoding: data, as: UTF8.self)).values) { $1 }
        }
        for (name, file) in [("FAJMA_SECRET_FILE", "secret"), ("FAJMA_NGINX_SECRET_FILE", "nginx-secret")]
        where found[name] == nil && FileManager.default.fileExists(atPath: "\(directory)/\(file)") {
            found[name] = "\(directory)/\(file)"
        }
        return found.filter { environment[$0.key] == nil }
    }
}
