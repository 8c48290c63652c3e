import NIOCore
import NIOHTTP1

@testable import Push

private let messageLimit = 1000

/// What a WebSocket's client sends. Its frames must be read the same in whatever pieces they arrive; the first byte says in which, or that the rest is
/// the handshake's address.
@Sendable func fuzzFrames(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let rest = input.dropFirst()
    guard first != 0 else {
        let request = HandshakeRequest(
            head: HTTPRequestHead(version: .http1_1, method: .GET, uri: String(decoding: rest, as: UTF8.self)))
        _ = (request.queryItem("token"), request.subprotocols, request.fault)
        return
    }
    let events = read(rest, inPieces: input.count)
    precondition(read(rest, inPieces: Int(first)) == events)
    for case .text(let text) in events { _ = try? ClientMessage(text) }
}

private func read(_ bytes: ArraySlice<UInt8>, inPieces size: Int) -> [FrameReader.Event] {
    var reader = FrameReader(messageLimit: messageLimit)
    var events: [FrameReader.Event] = []
    var rest = bytes
    while !rest.isEmpty {
        var piece = ByteBuffer(bytes: rest.prefix(size))
        rest = rest.dropFirst(size)
        while let event = reader.next(&piece) {
            if case .text(let text) = event { precondition(text.readableBytes <= messageLimit) }
            events.append(event)
        }
    }
    return events
}
