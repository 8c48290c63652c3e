import Dispatch
import Store

/// Keeps the roll-ups behind the histories up to date.
struct RollUpJob: PeriodicJob {
    /// After an update of an old installation there are years to build, and reports come first.
    private static let workSeconds = 2

    let name = "roll-ups"
    let periodSeconds = 8.0

    private let database: Database

    init(database: Database) { self.database = database }

    func run(isStopping: () -> Bool) throws {
        let end = DispatchTime.now() + .seconds(Self.workSeconds)
        while try database.rollUp(), DispatchTime.now() < end, !isStopping() {}
    }
}
