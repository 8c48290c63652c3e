/// What the application's role may do, which is not the owner's: both daemons and `fajma` log in with it. `fajma migrate` sees to it
/// that it holds this and nothing else, and `fajma doctor` compares. What is not here is not allowed.
enum Grants {
    enum Right: Sendable {
        case select, insert, update, delete
        case insertInto([String])
    }

    /// Every table has its line. Partitions have none: whoever may write to `readings` may so write to them, with its triggers.
    static let tables: [String: [Right]] = [
        "wards": all,
        "patients": [.select, .insert, .update],  // a patient is discharged, never deleted
        "users": [.select, .insert, .update],  // an account is disabled: the audit names it
        "user_wards": [.select, .insert, .delete],
        "machine_keys": [.select, .insert, .update],  // a key is revoked: the audit and the alerts name it
        "refresh_tokens": all,
        "devices": [.select, .insert, .update],  // a device is retired
        "device_state": [.select, .insert, .update],
        "device_calibrations": [.select, .insert, .delete],  // DELETE: of a mistaken one; the audit keeps it
        "device_assignment": all,  // DELETE: of one that has not begun
        "vitals": [.select],
        "readings": all,  // corrections and deletions; the audit keeps the old value
        "readings_default": [.select],  // by name, for `fajma doctor`, which looks for stray readings
        "reading_hours": all,  // `roll_up` makes them, with the rights of whoever calls it
        "rolled_up": [.select, .update],
        "stale_hours": [.select, .insert, .delete],
        "reading_tombstones": all,
        "recent_reports": all,
        "idempotency_keys": all,
        "latest_readings": all,  // readings' triggers write it, with the rights of whoever writes readings
        "alerts": [.select, .insert, .update],
        "signal_traces": [.select, .insert, .delete],  // as they came; DELETE: of those that fit no alert
        "alarm_rules": all,
        "discharges": all,  // DELETE: of one that was taken back
        "alarm_conditions": all,  // written and taken away with the readings
        "alarm_watch": [.select, .insert, .update],
        "score_watches": all,  // written each minute, and taken away when it is over
        "sound_pauses": [.select, .insert, .update],  // ends, and stays: it tells who silenced what
        "monitoring_holds": [.select, .insert, .update],  // likewise
        "ward_listening": [.select, .insert, .update],
        "webhook_deliveries": all,
        "sessions": [.select, .insert, .update],  // ends; `forget_sessions` takes away what is long over
        "login_buckets": all,
        "known_browsers": all,
        // Neither the number nor the time: nobody writes a row into the past.
        "audit": [
            .select,
            .insertInto(["action", "user_id", "username", "address", "session", "patient_id", "subject", "before", "after", "once"]),
        ],
        "audit_pending": [.select],  // `audit_pends` fills it and `seal_audit` empties it
        "audit_chain": [.select],  // `seal_audit` writes it; both are read by `fajma audit verify`
        "schema_migrations": [.select],  // a daemon refuses an older schema
        "schema_routines": [],
        "imported": [],  // `fajma import` works as the owner
    ]

    private static let all: [Right] = [.select, .insert, .update, .delete]

    /// Functions that do, with the owner's rights, what the application may not do itself. All others run with the caller's own and
    /// so give nobody anything. Each pins its search_path, and `pg_temp` stands last in it: left out, it would be searched first,
    /// and a temporary table named like one of ours would take its place and run its own triggers as the owner.
    static let definers = ["forget_readings", "forget_sessions", "make_partitions", "seal_audit"]

    /// The table above as three columns for `unnest`: table, privilege, column ('': the whole table).
    static var columns: (tables: [String], privileges: [String], columns: [String]) {
        var all: (tables: [String], privileges: [String], columns: [String]) = ([], [], [])
        for (table, rights) in tables.sorted(by: { $0.key < $1.key }) {
            for (privilege, column) in rights.flatMap(\.parts) {
                all.tables.append(table)
                all.privileges.append(privilege)
                all.columns.append(column)
            }
        }
        return all
    }
}

extension Grants.Right {
    fileprivate var parts: [(privilege: String, column: String)] {
        switch self {
        case .select: [("SELECT", "")]
        case .insert: [("INSERT", "")]
        case .update: [("UPDATE", "")]
        case .delete: [("DELETE", "")]
        case .insertInto(let columns): columns.map { ("INSERT", $0) }
        }
    }
}
