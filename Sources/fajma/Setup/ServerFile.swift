import Foundation

/// A configuration file of nginx' with the server{} that shall serve FAJMA.
struct ServerFile {
    /// One line more.
    struct Edit {
        let path: String
        let line: Int
        let added: String
        fileprivate let before: String
        fileprivate let after: String

        func write() throws { try replace(after) }
        func takeBack() throws { try replace(before) }

        /// Through the file itself, which may be behind a link, and with its owner and mode.
        private func replace(_ text: String) throws {
            guard let file = FileHandle(forWritingAtPath: path) else { throw Failure("nginx: cannot write \(path)") }
            defer { try? file.close() }
            try file.truncate(atOffset: 0)
            try file.write(contentsOf: Data(text.utf8))
        }
    }

    private let path: String
    private let text: String

    init(_ path: String, _ files: SetupFiles) throws {
        self.path = files.path(path)
        guard let text = files.text(path) else { throw Failure("nginx: there is no file \(self.path)") }
        self.text = text
    }

    static func isIncluded(in text: String) -> Bool {
        text.split(separator: "\n").contains { line in
            let line = line.trimmingCharacters(in: .whitespaces)
            return !line.hasPrefix("#") && line.contains(/\binclude\s+\S*snippets\/fajma-(site|locations)\S*\.conf/)
        }
    }

    /// The line at the end of the one server{} that it can mean: the only one, or the only one with TLS.
    /// - Returns: nil: it is there already.
    /// - Throws: `Failure`: it is not clear which.
    func edit() throws -> Edit? {
        if Self.isIncluded(in: text) { return nil }
        let blocks = Self.servers(in: text)
        let secure = blocks.filter { $0.contains(/listen\s[^;]*\bssl\b/) }
        let candidates = blocks.count == 1 ? blocks : secure
        guard candidates.count == 1, let block = candidates.first, let end = text[..<block.endIndex].lastIndex(of: "}") else {
            throw Failure(
                """
                nginx: \(path) has \(blocks.count) servers, \(secure.count) of them with TLS: it is not clear which one shall serve FAJMA. \
                Add this line to it and run fajma setup again without --nginx-server:\n    \(NginxSteps.include)
                """)
        }
        let head = text[..<end]
        let isOwnLine = head.split(separator: "\n", omittingEmptySubsequences: false).last?.allSatisfy(\.isWhitespace) ?? true
        let indent = isOwnLine ? String(head.reversed().prefix { $0 == " " || $0 == "\t" }.reversed()) : ""
        let added = (isOwnLine ? "" : "\n") + "    \(NginxSteps.include)\n" + indent
        let line = head.count { $0 == "\n" } + (isOwnLine ? 1 : 2)
        return Edit(path: path, line: line, added: NginxSteps.include, before: text, after: head + added + text[end...])
    }

    /// Each `server { … }` with its braces, comments and quotes passed over.
    private static func servers(in text: String) -> [Substring] {
        var found: [Substring] = []
        var (depth, begin, beginDepth): (Int, String.Index?, Int) = (0, nil, 0)
        var word = "", previous = ""
        var (quote, isComment, isEscaped): (Character?, Bool, Bool) = (nil, false, false)
        for index in text.indices {
            let character = text[index]
            if isComment {
                isComment = character != "\n"
            } else if isEscaped {
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "#", word.isEmpty {
                isComment = true
            } else if character == "{" {
                if begin == nil, (word.isEmpty ? previous : word) == "server" { (begin, beginDepth) = (index, depth) }
                depth += 1
                (word, previous) = ("", "")
            } else if character == "}" {
                depth -= 1
                if let start = begin, depth == beginDepth {
                    found.append(text[start...index])
                    begin = nil
                }
                (word, previous) = ("", "")
            } else if character == ";" {
                (word, previous) = ("", "")
            } else if character.isWhitespace {
                if !word.isEmpty { previous = previous.isEmpty ? word : "\(previous) \(word)" }
                word = ""
            } else {
                word.append(character)
            }
        }
        return found
    }
}
