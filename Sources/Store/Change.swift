/// New values of some members of a record. It is a value: applying it cannot fail, and nothing of a request is left in it, so that nothing is
/// decoded while a row is locked.
public struct Change<Record: Sendable>: Sendable {
    private var assignments: [@Sendable (inout Record) -> Void] = []

    /// Of nothing.
    public init() {}

    /// Of everything.
    public init(to record: Record) { assignments = [{ $0 = record }] }

    public mutating func set<Value: Sendable>(_ member: WritableKeyPath<Record, Value> & Sendable, to value: Value) {
        assignments.append { $0[keyPath: member] = value }
    }

    public func applied(to record: Record) -> Record { assignments.reduce(into: record) { $1(&$0) } }
}
