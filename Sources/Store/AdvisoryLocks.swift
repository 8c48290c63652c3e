/// Every advisory lock of FAJMA in PostgreSQL, by its key: who takes it, and what it protects. PostgreSQL has one space of keys for a whole
/// database, so that no other place may invent one. SQL takes the named ones by `hashtext(name)`.
enum AdvisoryLock {
    /// `fajma migrate`, for a session: two at once wait for each other.
    static let migration = 0x46_414A_4D41_00
    /// Shared by ingest, exclusive while assignments of devices change.
    static let assignments = 0x46_414A_4D41_01
    /// The first half of a key whose second half is a patient's id: taken by a transaction that evaluates this patient's alarms.
    static let alarms: Int32 = 0x46_414A
    /// Likewise with a device's id: taken by a transaction that stores a report whose readings the server dates.
    static let reports: Int32 = 0x46_414B
    /// The first half of a key whose second half is the hash of an account and its `Idempotency-Key`: taken while the request is carried out.
    static let idempotency: Int32 = 0x46_414C
    /// The leader among the push daemons, for a session.
    static let leader = 0x46_414A_4D41_02
    /// Shared, for a session, by processes whose reports are not stored: see `StallLock`.
    static let stalled = 0x46_414A_4D41_03
    /// `fajma import`, for a session: a second one is refused.
    static let importing = 0x46_414A_4D41_04

    /// Exclusive while alarm rules change.
    static let alarmRules = "fajma alarm rules"
    /// Exclusive while a sound pause begins or ends; shared by alerts that break one.
    static let pauses = "fajma pauses"
    /// Partitions of readings are made or dropped.
    static let partitions = "fajma partitions"
    /// The audit log is being sealed.
    static let audit = "fajma audit"

    /// The locks that SQL takes by name.
    static let named = [alarmRules, pauses, partitions, audit]
}
