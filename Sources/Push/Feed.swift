import Logging
import Postgres

/// From the database's notifications to the daemon's events. After every loss of the database the rooms are read anew: it listens
/// first, so nothing falls between.
public final class Feed: Sendable {
    private let listener: Listener

    public init(url: String, daemon: Daemon, logger: Logger) {
        listener = Listener(url: url, application: "fajma-push feed", channels: Event.channels) { event in
            switch event {
            case .ready:
                logger.info("listening to the database")
                daemon.feedReady()
            case .notified(let channel, let payload):
                do {
                    try daemon.notice(Notice(channel: channel, payload: payload))
                } catch {
                    logger.error("\(error)")
                }
            case .lost(let error):
                logger.error("database lost", metadata: ["why": "\(error)"])
                daemon.feedLost()
            }
        }
        listener.start()
    }

    /// Returns when the thread has ended.
    public func stop() { listener.stop() }
}
