import Logging
import Metrics
import Postgres

/// From the database's notifications to the daemon's events. After every loss of the database the rooms are read anew: it listens
/// first, so nothing falls between.
public final class Feed: Sendable {
    private let listener: Listener
    private let listening = Flag()
    let losses = Counter()

    /// Whether what happens in the database comes here now.
    public var isListening: Bool { listening.isSet }

    public init(url: String, daemon: Daemon, logger: Logger) {
        listener = Listener(url: url, application: "fajma-push feed", channels: Event.channels) { [listening, losses] event in
            switch event {
            case .ready:
                logger.info("listening to the database")
                daemon.feedReady()
                listening.set(true)
            case .alive: daemon.feedHeard()
            case .notified(let channel, let payload):
                do {
                    try daemon.notice(NotificationEnvelope(channel: channel, payload: payload))
                } catch {
                    logger.error("\(error)")
                }
            case .lost(let error):
                logger.error("database lost", metadata: ["why": "\(error)"])
                listening.set(false)
                losses.add()
                daemon.feedLost()
            }
        }
        listener.start()
    }

    /// Returns when the thread has ended.
    public func stop() { listener.stop() }
}
