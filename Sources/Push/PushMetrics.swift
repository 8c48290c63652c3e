import Clinical
import Metrics

/// What the daemon tells of itself. Who is connected is looked at when somebody asks: it costs the sockets nothing.
struct PushMetrics: Sendable {
    let sent = Counter()
    /// Closed with 1013.
    let tooSlow = Counter()
    /// From the feed's thread to the loop.
    let lag = Histogram.seconds()

    /// - Parameter census: of each loop.
    func metrics(_ census: @escaping @Sendable () -> [(rooms: Set<Room>, sockets: Int, lost: Int)]) -> [Metric] {
        [
            .gauge("fajma_push_sockets", "WebSockets that are open.") { census().reduce(0) { $0 + $1.sockets } },
            .gauge("fajma_push_rooms", "Rooms with somebody in them.") { census().reduce(into: Set()) { $0.formUnion($1.rooms) }.count },
            .counter("fajma_push_messages_sent_total", "Messages, counted once for each socket that they went to.", sent),
            .total("fajma_push_messages_dropped_total", "Events that a loop did not keep up with; its rooms were read anew.") {
                census().reduce(0) { $0 + $1.lost }
            },
            .counter("fajma_push_sockets_too_slow_total", "Sockets closed because their clients read too slowly.", tooSlow),
            .histogram(
                "fajma_push_feed_lag_seconds", "From hearing of something to handing it to the sockets, for the oldest of each turn.", lag),
        ]
    }
}

extension Feed {
    public var metrics: [Metric] {
        [
            .gauge("fajma_push_feed_listening", "1 while what happens in the database is heard.") { [self] in isListening ? 1 : 0 },
            .counter("fajma_push_feed_lost_total", "How often listening ended, or did not begin, because the database was away.", losses),
        ]
    }
}
