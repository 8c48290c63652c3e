import DeviceSimulation
import NIOCore
import Testing

@testable import Push

@Suite("Frame reader")
struct FrameReaderTests {
    @Test("A message comes out the same, whatever pieces its bytes arrive in", arguments: 1...12)
    func pieces(size: Int) {
        let bytes =
            clientFrame(.text, "κόσμε, et tout va bien".utf8, final: false) + clientFrame(.ping, "p".utf8)
            + clientFrame(.continuation, " !".utf8) + clientFrame(.binary, [UInt8](repeating: 7, count: 300))
        #expect(
            read(bytes, inPieces: size) == [
                .ping(ByteBuffer(string: "p")), .text(ByteBuffer(string: "κόσμε, et tout va bien !")),
                .binary(ByteBuffer(repeating: 7, count: 300)),
            ])
    }

    @Test("A message is refused as soon as its length is known to be over the limit, its fragments counted together")
    func limit() {
        #expect(read(clientFrame(.text, [UInt8](repeating: 65, count: 1000))) == [.text(ByteBuffer(repeating: 65, count: 1000))])
        let head = Array(clientFrame(.text, [UInt8](repeating: 65, count: 1001)).prefix(4))
        #expect(read(head) == [.violation(.messageTooBig)])
        let second =
            clientFrame(.text, [UInt8](repeating: 65, count: 900), final: false)
            + clientFrame(.continuation, [UInt8](repeating: 65, count: 101)).prefix(2)
        #expect(read(second) == [.violation(.messageTooBig)])
    }

    @Test("A ping between fragments does not count towards the message")
    func pingBetween() {
        let bytes =
            clientFrame(.text, [UInt8](repeating: 65, count: 1000), final: false)
            + clientFrame(.ping, [UInt8](repeating: 1, count: 125)) + clientFrame(.continuation, [])
        #expect(read(bytes).count == 2)
        #expect(read(bytes).last == .text(ByteBuffer(repeating: 65, count: 1000)))
    }

    @Test("Nothing comes after a violation")
    func afterViolation() {
        #expect(read([0xF1] + clientFrame(.text, "a".utf8)) == [.violation(.protocolError)])
    }

    @Test(
        "Broken frames are refused with 1002",
        arguments: [
            [0x81, 0x05], [0x89, 0xFE], [0x09, 0x80], [0x80, 0x80], [0x83, 0x80], [0x8B, 0x80],
            [0x81, 0xFE, 0x00, 0x7D], [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0],
        ] as [[UInt8]])
    func broken(bytes: [UInt8]) {
        #expect(read(bytes) == [.violation(.protocolError)])
    }

    @Test("A close says its code, and what may not stand in one is refused")
    func close() {
        #expect(read(clientFrame(.close, [])) == [.close(nil)])
        #expect(read(clientFrame(.close, [0x03, 0xE8] + "bye".utf8)) == [.close(.normal)])
        #expect(read(clientFrame(.close, [0x03])) == [.violation(.protocolError)])
        #expect(read(clientFrame(.close, [0x03, 0xED])) == [.violation(.protocolError)])  // 1005
        #expect(read(clientFrame(.close, [0x03, 0xE8, 0xC3])) == [.violation(.invalidText)])
    }

    @Test("UTF-8 is judged as Swift's own decoder judges it, and no later than at the wrong byte")
    func utf8() {
        var random = SeededGenerator(seed: 1)
        let interesting: [UInt8] = [0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 1...12, using: &random)).map { _ in interesting.randomElement(using: &random) ?? 0 }
            var check = UTF8Validator()
            let isAccepted = bytes.withUnsafeBytes { check.accept($0) }
            #expect((isAccepted && check.isComplete) == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
            // Refused: then no continuation could have saved the shortest refused prefix.
            guard !isAccepted else { continue }
            var end = 1
            while accepts(bytes.prefix(end)) { end += 1 }
            let couldContinue = [[], [0x80], [0xA0], [0x80, 0x80], [0xA0, 0x80], [0x90, 0x80], [0x80, 0x80, 0x80], [0x90, 0x80, 0x80]]
                .contains { String(validating: bytes.prefix(end) + $0, as: UTF8.self) != nil }
            #expect(!couldContinue, "\(bytes.prefix(end)) could still have become text")
        }
    }

    private func accepts(_ bytes: ArraySlice<UInt8>) -> Bool {
        var check = UTF8Validator()
        return bytes.withUnsafeBytes { check.accept($0) }
    }

    /// What a reader with a limit of 1,000 bytes makes of it.
    private func read(_ bytes: some Collection<UInt8>, inPieces size: Int = .max) -> [FrameReader.Event] {
        var reader = FrameReader(messageLimit: 1000)
        var events: [FrameReader.Event] = []
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            var piece = ByteBuffer(bytes: rest.prefix(size))
            rest = rest.dropFirst(size)
            while let event = reader.next(&piece) { events.append(event) }
        }
        return events
    }
}

@Suite("Frames")
struct FrameTests {
    @Test(
        "The length takes one, three or nine bytes",
        arguments: [
            (0, [0x81, 0]), (125, [0x81, 125]), (126, [0x81, 126, 0, 126]), (65535, [0x81, 126, 255, 255]),
            (65536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])])
    func lengths(count: Int, head: [UInt8]) {
        let frame = Frame.text([UInt8](repeating: 65, count: count))
        #expect(Array(frame.bytes.readableBytesView) == head + [UInt8](repeating: 65, count: count))
    }

    @Test("A close reason is cut between characters to what a control frame holds")
    func reason() {
        let frame = Frame.close(.restarting, reason: String(repeating: "é", count: 100))
        let payload = frame.bytes.readableBytesView.dropFirst(2)
        #expect(payload.count == 124)
        #expect(String(validating: payload.dropFirst(2), as: UTF8.self) == String(repeating: "é", count: 61))
    }
}
