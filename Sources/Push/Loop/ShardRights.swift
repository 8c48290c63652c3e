import Clinical
import Logging
import NIOCore

extension CloseCode {
    /// The session or the account that the token stands for has ended.
    static let sessionOver = CloseCode(rawValue: 4401)
    /// The user may not hear this room any more.
    static let noLongerAllowed = CloseCode(rawValue: 4403)
}

/// Who may stay.
extension Shard {
    /// Asks again for every socket that is concerned whether it may stay.
    func revalidate(_ concerned: Concerned) {
        switch concerned {
        case .everybody:
            for socket in visitors.keys { doubts.raise(socket, isUrgent: false) }
        case .user(let user):
            for socket in socketsOf[user] ?? [] { doubts.raise(socket, isUrgent: true) }
        case .patient(let patient):
            for room in [Room.patient(patient), .alerts(patient)] {
                for socket in rooms.everybody(in: room) { doubts.raise(socket, isUrgent: true) }
            }
        }
        askDoubts()
    }

    /// A client sent a fresh token.
    func renew(_ socket: Socket, with token: String) {
        visitors[socket]?.offer(token)
        doubts.raise(socket, isUrgent: true)
        askDoubts()
    }

    /// Of the sessions whose time is over.
    func closeEnded(at now: Instant) {
        for (socket, visitor) in visitors where visitor.ends.map({ $0 <= now }) ?? false { socket.close(.sessionOver) }
    }

    /// Asks again for those who were not asked about for a minute.
    func doubtEveryMinute(at now: Instant) {
        let due = visitors.filter { $0.value.isDue(at: now) }.keys
        for socket in due {
            visitors[socket]?.askedAt = now
            doubts.raise(socket, isUrgent: false)
        }
    }

    /// Every second.
    func retryDoubts() {
        if doubts.unansweredCount > 0 {
            logger.warning("who may stay could not be found out", metadata: ["sockets": "\(doubts.unansweredCount)"])
        }
        doubts.tick()
        askDoubts()
    }

    func askDoubts() {
        while let socket = doubts.next() {
            guard let visitor = visitors[socket] else {
                doubts.answered(socket, isKnown: true)
                continue
            }
            let (token, room, changesSeen) = (visitor.newestToken, visitor.room, clerks.changesOfRights)
            let isNew = visitor.offered != nil
            clerks.ask(for: visitor.user, on: loop) { try $0.renew(token: token, room: room, isNew: isNew) }.assumeIsolated().whenComplete {
                [self] result in
                // A change of the rights of the account that it is about to have did not concern this socket yet.
                if clerks.changesOfRights != changesSeen, isNew { doubts.raise(socket, isUrgent: true) }
                answered(result, about: token, for: socket)
                askDoubts()
            }
        }
    }

    private func answered(_ result: Result<Admission, any Error>, about token: String, for socket: Socket) {
        guard var visitor = visitors[socket] else { return doubts.answered(socket, isKnown: true) }
        switch result {
        case .failure:
            if visitor.toldToWait(about: token) { tell(.unavailable, to: socket) }
            enter(visitor, at: socket)
            doubts.answered(socket, isKnown: false)
        case .success(let admission):
            let verdict = visitor.learn(admission, of: token)
            if verdict != nil { visitor.isAudible = false }  // it is being closed, which takes as long as the client takes
            enter(visitor, at: socket)
            if let verdict { socket.close(verdict) }
            doubts.answered(socket, isKnown: true)
        }
    }
}
