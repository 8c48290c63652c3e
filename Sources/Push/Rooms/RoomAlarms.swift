import Clinical

/// What a read says of alerts and pauses, against what is known already.
extension RoomState.Alarms {
    /// - Parameters:
    ///   - known: what the listeners have been told.
    ///   - heard: versions that came since the read was asked for: where it says less, it is older.
    mutating func merge(
        _ read: [Alert], known: Self, heard: [Alert.ID: Int], now: Instant
    ) -> (changed: [Message], over: [Message]) {
        var (changed, over): ([Message], [Message]) = ([], [])
        for alert in read where alert.version > max(heard[alert.id] ?? 0, alerts[alert.id]?.version ?? 0) {
            alerts[alert.id] = alert.isOpen ? alert : nil
            let isKnown = known.alerts[alert.id] != nil
            if alert.isOpen { changed.append(isKnown ? .alertUpdate(alert) : .alert(alert)) } else if isKnown { over.append(.alertUpdate(alert)) }
        }
        let listed = Set(read.map(\.id))
        for alert in alerts.values.sorted(by: { $0.id < $1.id }) where !listed.contains(alert.id) && heard[alert.id] == nil {
            alerts[alert.id] = nil
            over.append(.alertUpdate(alert.closedUnseen(by: now)))
        }
        return (changed, over)
    }

    /// - Parameter isHeard: an event about this subject came since the read was asked for.
    mutating func merge(
        _ read: SoundPause?, of subject: SoundPause.Subject, isHeard: Bool, now: Instant
    ) -> (changed: [Message], over: [Message]) {
        if let read {
            if let pause, !read.isNewer(than: pause) { return ([], []) }
            pause = read
            return ([.pause(subject, read)], [])
        }
        guard let known = pause, known.endedAt == nil, !isHeard else { return ([], []) }
        pause?.endedAt = now
        // One whose time is up is over for everybody; of another nobody saw how it ended.
        return ([], known.isRunning(at: now) ? [.pause(subject, nil)] : [])
    }
}

extension Alert {
    /// It is not open any more and nobody saw how it closed: it ended, and if it had to be acknowledged, it was. Its true
    /// version is at least one greater than the one that is known.
    fileprivate func closedUnseen(by now: Instant) -> Alert {
        var alert = self
        alert.endedAt = endedAt ?? now
        alert.acknowledged = acknowledged || severity == .error
        alert.version += 1
        return alert
    }
}

extension SoundPause {
    /// Nil: of nobody, which the database refuses.
    var subject: Subject? { patient.map { .patient($0) } ?? ward.map { .ward($0) } }
}
