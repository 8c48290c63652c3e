/// A vital's readings in the order of their effective instants, as a subquery of `at`, `value` and `device_id`.
enum EffectiveReadings {
    enum Order: String { case ascending = "", descending = " DESC" }

    /// The first so many of them. Two ranges of two indexes, each in its order: those whose device's clock was right, and those that were moved, which
    /// are in the partitions of the days beside as well. `readings_within` in SQL is the same without an order.
    ///
    /// - Parameters: expressions; `from` and `to` are timestamptz, `to` is not in it.
    static func query(patient: String, vital: String, from: String, to: String, _ order: Order, limit: String) -> String {
        """
        SELECT * FROM (
            (SELECT r.measured_at AS at, r.value, r.device_id FROM readings r
            WHERE r.patient_id = \(patient) AND r.vital = \(vital) AND r.measured_at >= \(from) AND r.measured_at < \(to) AND r.effective_at IS NULL
            ORDER BY r.measured_at\(order.rawValue) LIMIT \(limit))
            UNION ALL
            (SELECT r.effective_at, r.value, r.device_id FROM readings r
            WHERE r.patient_id = \(patient) AND r.vital = \(vital) AND r.effective_at >= \(from) AND r.effective_at < \(to)
                AND r.measured_at >= \(from) - interval '1 day' AND r.measured_at < \(to) + interval '1 day'
            ORDER BY r.effective_at\(order.rawValue) LIMIT \(limit))
        ) AS either ORDER BY at\(order.rawValue) LIMIT \(limit)
        """
    }
}
