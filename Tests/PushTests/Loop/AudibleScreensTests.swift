import Clinical
import NIOCore
import Testing

@testable import Push

@Suite("Screens that listen")
struct ListeningTests {
    @Test("A ward's first screen is told at once, all of them every five seconds, and none once the last is gone") func counting() {
        var listening = AudibleScreens()
        func seconds(_ count: Int) -> [[WardID]] { (0..<count).map { _ in listening.tick() } }
        #expect(listening.moved(from: nil, to: 3) == 3)
        #expect(listening.moved(from: nil, to: 3) == nil)
        #expect(listening.moved(from: nil, to: 2) == 2)
        #expect(listening.moved(from: 2, to: 2) == nil)
        #expect(seconds(5) == [[], [], [], [], [2, 3]])
        #expect(listening.moved(from: 3, to: nil) == nil)
        #expect(listening.moved(from: 2, to: 3) == nil)
        #expect(seconds(5) == [[], [], [], [], [3]])
        #expect(listening.moved(from: 3, to: nil) == nil)
        #expect(listening.moved(from: 3, to: nil) == nil)
        #expect(seconds(10).joined().isEmpty)
        #expect(listening.moved(from: nil, to: 3) == 3)
    }

    @Test("A page says so with son, and only with true or false") func request() throws {
        for (text, expected) in [(#"{"type":"son","actif":true}"#, true), (#"{"actif":false,"type":"son"}"#, false)] {
            guard case .sound(let isAudible) = try ClientMessage(ByteBuffer(string: text)) else {
                Issue.record("not read: \(text)")
                continue
            }
            #expect(isAudible == expected)
        }
        for text in [#"{"type":"son"}"#, #"{"type":"son","actif":"true"}"#, #"{"type":"son","actif":1}"#] {
            #expect(throws: ClientMessage.Fault.self) { try ClientMessage(ByteBuffer(string: text)) }
        }
    }

    @Test("It counts in the ward's own room alone") func rooms() {
        for (room, expected) in [(Room.ward(3), 3), (.patient(12), nil), (.alerts(12), nil)] as [(Room, WardID?)] {
            var visitor = Client(.allowed(room, user: 1, ends: at(0), mayEnter: true), token: "")
            #expect(visitor?.audibleWard == nil)
            visitor?.isAudible = true
            #expect(visitor?.audibleWard == expected)
        }
    }
}
