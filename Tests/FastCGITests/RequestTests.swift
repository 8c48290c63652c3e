import FastCGI
import Testing

@Suite("Requests and answers")
struct RequestTests {
    @Test("a handler sees what the web server sent, and its answer comes back")
    func echo() throws {
        let harness = try Harness { request in
            let seen = [
                request.method, request.path, request.query, request.contentType ?? "-", request.remoteAddress,
                request.requestID ?? "-", "\(request.isSecure)", request.header("accept-language") ?? "-",
                request.header("X-Absent") ?? "-", request.param("FAJMA_PREFIX") ?? "-",
            ]
            return Response(
                status: 201, headers: [("X-Seen", seen.joined(separator: "|"))], body: request.body.reversed())
        }
        let client = try Client(path: harness.path)
        client.ask(
            "PUT", "/données/",
            extra: [
                ("QUERY_STRING", "a=%20b&c"), ("CONTENT_TYPE", "application/json"), ("REMOTE_ADDR", "10.0.0.7"),
                ("REQUEST_ID", "abc"), ("REQUEST_SCHEME", "https"), ("HTTP_ACCEPT_LANGUAGE", "en"),
                ("HTTP_X", String(repeating: "long", count: 5_000)), ("FAJMA_PREFIX", "/fajma"),
            ], body: [1, 2, 3])
        let answer = try #require(client.answer())
        #expect(answer.head.hasPrefix("Status: 201 Created\r\n"))
        #expect(answer.head.contains("X-Seen: PUT|/données/|a=%20b&c|application/json|10.0.0.7|abc|true|en|-|/fajma"))
        #expect(answer.head.contains("Content-Length: 3"))
        #expect(answer.body == [3, 2, 1])
        #expect(client.isClosed())
    }

    @Test("a parameter's name matches whole and exactly, a header's without regard to case")
    func lookup() {
        let parameters = Parameters([
            ("HOST", "1"), ("HTTP_HOST", "2"), ("HTTP_HOSTS", "3"), ("EMPTY", ""), ("HTTP_HOST", "4"), ("Q", "a=b"),
        ])
        #expect(parameters["HOST"] == "1")
        #expect(parameters["host"] == nil)
        #expect(parameters["HOS"] == nil)
        #expect(parameters["EMPTY"] == "")
        #expect(parameters["Q"] == "a=b")
        #expect(parameters["HTTP_HOST"] == "2")
        #expect(parameters.header("hOsT") == "2")
        #expect(parameters.header("HOSTS") == "3")
        #expect(parameters.header("") == nil)
        #expect(parameters[""] == nil)
        #expect(Parameters([])["A"] == nil)
    }

    @Test("text in a header never starts another header or the body")
    func headerInjection() throws {
        let harness = try Harness { request in
            Response(status: 200, headers: [("X-Text", request.query)], body: [])
        }
        let client = try Client(path: harness.path)
        client.ask(extra: [("QUERY_STRING", "a\r\nSet-Cookie: b\r\n\r\n<html>")])
        let answer = try #require(client.answer())
        #expect(answer.head.contains("X-Text: a  Set-Cookie: b    <html>"))
        #expect(answer.body.isEmpty)
    }

    @Test("one kept connection carries many requests")
    func keptConnection() throws {
        let harness = try Harness { Response(status: 200, body: $0.body) }
        let client = try Client(path: harness.path)
        for number in 0..<50 {
            client.ask(body: Array("number \(number)".utf8), keep: true)
            #expect(client.answer()?.text == "number \(number)")
        }
    }

    @Test("an answer larger than every buffer arrives whole")
    func largeAnswer() throws {
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let harness = try Harness { _ in Response(status: 200, body: body) }
        let client = try Client(path: harness.path)
        client.ask()
        let answer = try #require(client.answer())
        #expect(answer.body == body)
    }

    @Test("64 clients at once on 4 threads each get their own answer")
    func manyAtOnce() async throws {
        let harness = try Harness { request in
            Response(status: 200, body: request.body + Array(request.path.utf8))
        }
        let path = harness.path
        let right = await withTaskGroup(of: Int.self) { group in
            for number in 0..<64 {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        startThread {
                            var right = 0
                            for round in 0..<20 {
                                guard let client = try? Client(path: path) else { continue }
                                client.ask("POST", "/\(round)", body: Array("\(number)".utf8))
                                if client.answer()?.text == "\(number)/\(round)" { right += 1 }
                            }
                            continuation.resume(returning: right)
                        }
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(right == 64 * 20)
    }
}
