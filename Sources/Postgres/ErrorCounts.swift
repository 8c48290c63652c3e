import Metrics

/// How often the database failed us. A constraint that did its work is no failure, and not among them.
public struct ErrorCounts: Sendable {
    /// The database is away or held up.
    private let away = Counter()
    /// A deadlock or the like: the same may succeed when it is run again.
    private let transient = Counter()
    private let refused = Counter()

    public init() {}

    public func count(_ error: any Error) {
        guard let error = error as? PostgresError, !error.sqlState.hasPrefix("23") else { return }
        (error.isAway ? away : error.isTransient ? transient : refused).add()
    }

    /// All of them.
    public var total: Int { away.value + transient.value + refused.value }

    /// - Parameter connection: which connections they came from.
    public func labelled(_ connection: String) -> [(labels: [Sample.Label], counter: Counter)] {
        [("away", away), ("transient", transient), ("refused", refused)].map { kind, counter in
            ([("connection", connection), ("kind", kind)], counter)
        }
    }
}
