import Metrics

/// How many requests each row of the route table answered, by class of status. The template stands for the path: no id is in it.
public struct RequestMetrics: Sendable {
    private struct Row: Hashable {
        let method: String
        let path: String
    }

    private static let classes = [2, 4, 5]

    private let counters: [Row: [Counter]]
    /// What no row answered.
    private let others = Self.classes.map { _ in Counter() }

    init(_ routes: [Route]) {
        counters = Dictionary(
            uniqueKeysWithValues: routes.map { (Row(method: $0.method, path: $0.path), Self.classes.map { _ in Counter() }) })
    }

    func count(_ route: Route?, status: Int) {
        let counters = route.flatMap { self.counters[Row(method: $0.method, path: $0.path)] } ?? others
        counters[Self.classes.firstIndex { status / 100 <= $0 } ?? Self.classes.count - 1].add()
    }

    public var metrics: [Metric] {
        let rows = counters.sorted { ($0.key.path, $0.key.method) < ($1.key.path, $1.key.method) } + [(Row(method: "", path: ""), others)]
        return [
            .counters(
                "fajma_requests_total", "Requests answered; without a route: a path or a method that there is not.",
                rows.flatMap { row, counters in
                    zip(Self.classes, counters).map {
                        ([("method", row.method), ("route", row.path), ("status", "\($0)xx")], $1)
                    }
                })
        ]
    }
}
