import NIOCore

/// Whose right to stay is in doubt: a queue, and who of it is being asked about. No source and no clock.
///
/// One question at a time for each listener. Who comes into doubt again while it runs is asked about once more: the answer may be
/// older than what raised the doubt.
struct RevalidationQueue<Listener: Hashable> {
    /// Questions of one event loop that run at once: no handshake waits behind more of them than these.
    static var atOnce: Int { 16 }

    /// Who waits; true where it cannot wait behind a whole hospital.
    private var waiting: [Listener: Bool] = [:]
    private var urgent = CircularBuffer<Listener>()
    private var others = CircularBuffer<Listener>()
    private var asked: Set<Listener> = []
    private var again: Set<Listener> = []
    private var unanswered: Set<Listener> = []

    /// How many wait for the next second because nobody could say.
    var unansweredCount: Int { unanswered.count }

    mutating func raise(_ listener: Listener, isUrgent: Bool) {
        if asked.contains(listener) {
            again.insert(listener)
        } else {
            enqueue(listener, isUrgent: isUrgent)
        }
    }

    private mutating func enqueue(_ listener: Listener, isUrgent: Bool) {
        guard waiting[listener] != true, waiting[listener] == nil || isUrgent else { return }
        waiting[listener] = isUrgent
        if isUrgent { urgent.append(listener) } else { others.append(listener) }
    }

    /// Whom to ask about now. Nil: nobody, or enough run, or the source could not say, and is left alone until the next second.
    mutating func next() -> Listener? {
        guard unanswered.isEmpty, asked.count < Self.atOnce else { return nil }
        while let listener = urgent.popFirst() ?? others.popFirst() {
            // It may stand in both queues, or have left.
            guard waiting.removeValue(forKey: listener) != nil else { continue }
            asked.insert(listener)
            return listener
        }
        return nil
    }

    /// The question about this listener has ended; `isKnown` false: nobody could say.
    mutating func answered(_ listener: Listener, isKnown: Bool) {
        guard asked.remove(listener) != nil else { return }
        let isAgain = again.remove(listener) != nil
        if !isKnown {
            unanswered.insert(listener)
        } else if isAgain {
            enqueue(listener, isUrgent: true)
        }
    }

    /// It is gone; a question about it may still run.
    mutating func leave(_ listener: Listener) {
        waiting[listener] = nil
        again.remove(listener)
        unanswered.remove(listener)
    }

    /// A second has passed: what could not be found out is asked again, behind all others.
    mutating func tick() {
        for listener in unanswered { enqueue(listener, isUrgent: false) }
        unanswered.removeAll()
    }
}
