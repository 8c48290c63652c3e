import Dispatch
import Logging
import Store

/// Makes the coming days' partitions of the readings and forgets what has expired, at the start and every few hours. Several
/// daemons may; the database sees to it that it happens once.
struct Housekeeping {
    private static let periodHours = 6

    private let timer: any DispatchSourceTimer

    init(database: Database, logger: Logger) {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "housekeeping"))
        timer.setEventHandler {
            do {
                try database.makePartitions()
                try database.forgetExpired()
            } catch {
                logger.error("housekeeping failed, tried again later", metadata: ["why": "\(error)"])
            }
        }
        timer.schedule(deadline: .now(), repeating: .seconds(Self.periodHours * 3600))
        timer.resume()
    }

    func stop() { timer.cancel() }
}
