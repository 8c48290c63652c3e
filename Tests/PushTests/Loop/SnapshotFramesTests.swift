import Clinical
import Testing

@testable import Push

@Suite("Frames of snapshots")
struct SnapshotFramesTests {
    private func encode(_ encoded: inout Int, _ frames: inout SnapshotFrames, _ alert: Alert) throws -> Frame {
        var count = 0
        let frame = frames.frame(of: .alert(alert)) { message in
            count += 1
            return try? message.frame()
        }
        encoded += count
        return try #require(frame)
    }

    @Test("An alert is encoded once for all snapshots, and again when anything of it has changed")
    func kept() throws {
        var (frames, encoded) = (SnapshotFrames(), 0)
        let first = try encode(&encoded, &frames, alert(1, of: 12))
        #expect(try encode(&encoded, &frames, alert(1, of: 12)) == first)
        #expect(encoded == 1)
        let changed = alert(1, of: 12).acknowledgedBySomebody
        #expect(try encode(&encoded, &frames, changed) != first)
        #expect(encoded == 2)
    }

    @Test("An alert that is in no snapshot any more is forgotten")
    func forgotten() throws {
        var (frames, encoded) = (SnapshotFrames(), 0)
        for id in 1...3 { _ = try encode(&encoded, &frames, alert(id, of: 12)) }
        for _ in 0..<SnapshotFrames.periodSeconds { frames.tick() }
        _ = try encode(&encoded, &frames, alert(2, of: 12))
        #expect(frames.count == 3)
        for _ in 0..<SnapshotFrames.periodSeconds { frames.tick() }
        #expect(frames.count == 1)
        #expect(encoded == 3)
    }
}
