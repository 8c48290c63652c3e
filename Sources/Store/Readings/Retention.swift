import Postgres

/// How long readings and their roll-ups are kept. A day of readings is a partition.
extension Database {
    /// Makes the coming days' partitions. Harmless at any time; somebody must do it every day.
    public func makePartitions() throws {
        try pool.with { _ = try $0.query("SELECT make_partitions($1)", [Int32(Migrator.partitionDaysAhead)]) }
    }

    /// Takes away the readings of days that lie more than this back, as far as the roll-ups hold them.
    ///
    /// - Parameter days: 31 or more.
    /// - Returns: which days, as `2026-11-22`; `before 2026-11-22`: strays.
    public func forgetReadings(days: Int, by author: Author) throws -> [String] {
        var all: [String] = []
        while true {
            let some: [String] = try change(by: author) { try $0.query("SELECT forget_readings($1)", [Int32(days)]).map { try $0[0] } }
            if some.isEmpty { return all }
            all += some
        }
    }

    /// Takes away the roll-ups of hours that lie more than this back and whose readings are gone; answers how many.
    public func forgetRollUps(days: Int) throws -> Int {
        try pool.with {
            try $0.query(
                """
                DELETE FROM reading_hours h USING (SELECT DISTINCT patient_id, vital FROM latest_readings) AS l
                WHERE h.patient_id = l.patient_id AND h.vital = l.vital AND h.hour < now() - $1 * interval '1 day'
                    AND h.hour < (SELECT readings_from FROM rolled_up)
                """, [days]
            ).affectedRows
        }
    }
}
