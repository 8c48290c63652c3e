import Clinical
import Postgres

extension AlarmRule {
    static let columns = "vital, side, severity, limit_value, includes_limit, delay_seconds, hysteresis"

    /// Nil: of a newer version's registry.
    init?(_ row: Row, from first: Int) throws {
        guard let condition = try AlarmCondition.Key(row, from: first), let severity = Severity(rawValue: try row[first + 2]) else {
            return nil
        }
        self.init(
            Key(condition.vital, condition.side, severity), limit: try row[first + 3], includesLimit: try row[first + 4],
            delaySeconds: try row[first + 5], hysteresis: try row[first + 6])
    }
}

extension AlarmCondition.Key {
    /// From the columns vital and side. Nil: of a newer version's registry.
    init?(_ row: Row, from first: Int) throws {
        guard let vital = Vital(code: try row[first]), let side = Side(rawValue: try row[first + 1]) else { return nil }
        self.init(vital, side)
    }
}
