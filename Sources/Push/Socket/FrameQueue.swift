import NIOCore

/// What a server sends at one time, and how long it may wait for a client that reads slowly.
public enum FramePace: Sendable {
    /// Something that has just happened. A client that lets too much of it wait is dropped.
    case live
    /// Part of what the server itself sends at once: it waits for as long as the client goes on reading.
    case snapshot
}

/// The frames that wait until a client has read what was written before them, in their order. Only sockets whose client is slow have one.
final class FrameQueue {
    private var frames = CircularBuffer<(frame: Frame, pace: FramePace)>()
    private(set) var liveBytes = 0
    private(set) var snapshotBytes = 0
    /// Frames are being taken out and written: a write that makes room reports that while it runs.
    var isDraining = false

    var isEmpty: Bool { frames.isEmpty }

    func append(_ frame: Frame, _ pace: FramePace) {
        frames.append((frame, pace))
        count(frame, pace, 1)
    }

    func popFirst() -> Frame? {
        guard let (frame, pace) = frames.popFirst() else { return nil }
        count(frame, pace, -1)
        return frame
    }

    private func count(_ frame: Frame, _ pace: FramePace, _ sign: Int) {
        switch pace {
        case .live: liveBytes += sign * frame.bytes.readableBytes
        case .snapshot: snapshotBytes += sign * frame.bytes.readableBytes
        }
    }
}
