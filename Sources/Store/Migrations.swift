/// What the schema is made of. Migrations are frozen and applied once, in order; routines are replaced whenever their text
/// changed, last.
enum Migrations {
    struct Script {
        let name: String
        let sql: String

        init(_ name: String, _ bytes: [UInt8]) {
            self.name = name
            sql = String(decoding: bytes, as: UTF8.self)
        }
    }

    /// A migration's version is its place here, counted from 1.
    static let migrations = [
        Script("initial", PackageResources.m0001_initial_sql),
        Script("people", PackageResources.m0002_people_sql),
        Script("alarms", PackageResources.m0003_alarms_sql),
        Script("alarm care", PackageResources.m0004_alarm_care_sql),
        Script("limit changes", PackageResources.m0005_limit_changes_sql),
        Script("history", PackageResources.m0006_history_sql),
    ]

    static let routines = [
        Script("readings", PackageResources.readings_sql),
        Script("rollups", PackageResources.rollups_sql),
        Script("alerts", PackageResources.alerts_sql),
        Script("pauses", PackageResources.pauses_sql),
        Script("devices", PackageResources.devices_sql),
        Script("rights", PackageResources.rights_sql),
        Script("audit", PackageResources.audit_sql),
        Script("sessions", PackageResources.sessions_sql),
    ]
}
