import Clinical
import Foundation
import Testing

/// Codes and sentences of errors: one catalogue for the API, the push daemon and nginx.
@Suite struct ErrorCodeTests {
    private static func file(_ path: String) throws -> String {
        let repository = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardizedFileURL
        return try String(contentsOf: repository.appendingPathComponent(path), encoding: .utf8)
    }

    @Test("every code has its sentence in both languages, in one typographic style", arguments: ErrorCode.allCases)
    func sentences(code: ErrorCode) {
        #expect(ErrorCode.sentences[code]?.count == Language.allCases.count)
        let french = code.sentence(in: .french)
        #expect(!french.contains("'") && !french.contains("\""), "\(french)")
    }

    @Test("the interface's page lists every code that a client may get") func listed() throws {
        let page = try Self.file("docs/interface.md")
        for code in ErrorCode.allCases { #expect(page.contains("`\(code.wire)`"), "\(code.wire)") }
    }

    @Test("what nginx answers by itself has codes of the catalogue, with its sentences") func nginx() throws {
        let texts = try Self.file("nginx/fajma-http.conf")
        for code in [ErrorCode.throttled, .tooManyRequests, .unavailable, .outcomeUnknown] {
            #expect(texts.contains(code.wire))
            for language in Language.allCases { #expect(texts.contains("\"\(code.sentence(in: language))\";"), "\(code) \(language)") }
        }
        let answers = try Self.file("nginx/fajma-locations.conf")
        let written = answers.matches(of: /"code":"(?<code>[^"]+)"/).map { String($0.output.code) }
        #expect(written.count == 3)
        for code in written where !code.hasPrefix("$") { #expect(ErrorCode(rawValue: code) != nil, "\(code)") }
    }
}
