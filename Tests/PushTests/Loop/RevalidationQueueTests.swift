import Testing

@testable import Push

@Suite("RevalidationQueue")
struct DoubtsTests {
    private var doubts = RevalidationQueue<Int>()

    @Test("A named few are asked about before everybody, each once, however often the doubt is raised")
    mutating func order() {
        for listener in 1...3 { doubts.raise(listener, isUrgent: false) }
        for _ in 0..<3 { doubts.raise(3, isUrgent: true) }
        doubts.raise(3, isUrgent: false)
        #expect(takeAll() == [3, 1, 2])
    }

    @Test("No more run at once than the limit; an answer makes room for the next")
    mutating func limit() {
        let limit = RevalidationQueue<Int>.atOnce
        for listener in 0...limit { doubts.raise(listener, isUrgent: false) }
        #expect(takeAll() == Array(0..<limit))
        doubts.answered(0, isKnown: true)
        #expect(takeAll() == [limit])
    }

    @Test("A doubt that is raised while the question runs makes another one necessary")
    mutating func again() {
        doubts.raise(1, isUrgent: false)
        #expect(takeAll() == [1])
        doubts.raise(1, isUrgent: false)
        #expect(takeAll().isEmpty)
        doubts.answered(1, isKnown: true)
        #expect(takeAll() == [1])
        doubts.answered(1, isKnown: true)
        #expect(takeAll().isEmpty)
    }

    @Test("A source that could not say is left alone until the next second, and then asked again, this one last")
    mutating func unanswered() {
        doubts.raise(1, isUrgent: true)
        #expect(takeAll() == [1])
        doubts.answered(1, isKnown: false)
        doubts.raise(2, isUrgent: false)
        #expect(doubts.unansweredCount == 1)
        #expect(takeAll().isEmpty)
        doubts.tick()
        #expect(takeAll() == [2, 1])
    }

    @Test("Who has left is not asked about, whatever is still answered")
    mutating func left() {
        doubts.raise(1, isUrgent: true)
        doubts.raise(2, isUrgent: true)
        doubts.leave(2)
        #expect(takeAll() == [1])
        doubts.raise(1, isUrgent: true)
        doubts.leave(1)
        doubts.answered(1, isKnown: true)
        #expect(takeAll().isEmpty)
    }

    private mutating func takeAll() -> [Int] {
        var all: [Int] = []
        while let next = doubts.next() { all.append(next) }
        return all
    }
}
