import Clinical
import Postgres

/// That somebody made, changed or took away an alarm limit.
public struct LimitChange: Sendable, Hashable, Identifiable {
    /// One side of the change. Nil: not known any more.
    public struct State: Sendable, Hashable {
        /// Nil: no alarm of this priority.
        public var limit: Double?
        public var includesLimit: Bool?
        public var delaySeconds: Double?
        public var hysteresis: Double?
    }

    /// The audit entry's.
    public var id: Int
    public var at: Instant
    /// Nil: no account did it.
    public var username: String?
    public var level: AlarmLevel
    /// Whose, of the hospital's and a ward's; nil of a patient's own, which hold with any.
    public var profile: LimitProfile?
    public var key: AlarmRule.Key
    /// Nil: this level had, or has, no such limit of its own.
    public var before: State?
    public var after: State?
    /// What held for the patients whom it concerns, whichever level it came from; nil: from before this was kept.
    public var held: Holding?
    public var holds: Holding?
    /// Of a limit that became looser for the patient although nobody changed it; `before` and `after` are nil then.
    public var cause: LooseningCause?
    public var reason: String?
    public var expiresAt: Instant?

    /// What holds on one side of a change; `state` without a limit: no alarm of this priority.
    public struct Holding: Sendable, Hashable {
        public var state: State
        /// Nil: no level has such a limit.
        public var level: AlarmLevel?

        fileprivate func rule(_ key: AlarmRule.Key) -> AlarmRule {
            AlarmRule(
                key, limit: state.limit, includesLimit: state.includesLimit ?? false, delaySeconds: state.delaySeconds ?? 0,
                hysteresis: state.hysteresis ?? 0)
        }
    }

    /// Whether less is an alarm than before; nil: not known.
    public var isLooser: Bool? {
        guard let held, let holds else { return nil }
        return AlarmRule.isLooser(holds.rule(key), than: held.rule(key))
    }
}

extension Database {
    /// The changes of a patient's own limits, and those of the present ward's and of the hospital's for the profile that holds, or for both until somebody
    /// has confirmed one, out of the audit; newest first. Empty where the caller sees no such patient.
    public func limitChanges(
        _ patient: PatientID, from: Instant?, to: Instant?, _ scope: Scope, _ page: Page<Int>
    ) throws -> [LimitChange] {
        try pool.with {
            guard let choice = try self.patient(.id(patient), scope, on: $0)?.profile else { return [] }
            // Nothing in them that a pattern would read otherwise.
            let profiles = [choice.inForce, choice.provisional].compactMap(\.self).map { $0.stored.map { "\($0)-" } ?? "" }.joined(separator: "|")
            return try $0.query(
                """
                WITH changes AS (
                    SELECT a.* FROM patients p
                    JOIN audit a ON a.patient_id = p.id OR (a.patient_id IS NULL
                        AND a.subject ~ ('^limit (ward-' || p.ward_id || '-)?(' || $7 || ')[^-]+-[^-]+-[^-]+$'))
                    WHERE p.id = $1 AND \(Scope.visible("p", wards: 2)) AND a.action LIKE 'limit.%'
                        AND ($3::timestamptz IS NULL OR a.at >= $3) AND ($4::timestamptz IS NULL OR a.at < $4)
                        AND ($5::bigint IS NULL OR a.id < $5)
                    ORDER BY a.id DESC LIMIT $6
                ), said AS MATERIALIZED (
                    -- An entry tells of a change only what changed: the rest is what earlier ones said last of the same limit. Looked for in one
                    -- go through them: for each change anew, some thousands of one limit would take minutes.
                    SELECT e.id AS said_by, \(Self.members.map { "max(e.id) FILTER (WHERE e.after ? '\($0)') OVER earlier AS \($0)_by" }.joined(separator: ", "))
                    FROM audit e
                    WHERE e.action LIKE 'limit.%' AND e.subject IN (SELECT subject FROM changes) AND (e.patient_id = $1 OR e.patient_id IS NULL)
                    WINDOW earlier AS (PARTITION BY e.patient_id, e.subject ORDER BY e.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                ), whole AS (
                    SELECT c.*, coalesce(earlier.known, '{}') || c.before AS was, coalesce(earlier.known, '{}') || c.after AS became
                    FROM changes c JOIN said s ON s.said_by = c.id CROSS JOIN LATERAL (
                        SELECT jsonb_object_agg(k.member, e.after -> k.member) AS known
                        FROM (VALUES \(Self.members.map { "('\($0)', s.\($0)_by)" }.joined(separator: ", "))) AS k (member, said_by)
                        JOIN audit e ON e.id = k.said_by
                        WHERE c.action = 'limit.changed'
                    ) AS earlier
                )
                SELECT id, at, CASE WHEN user_id IS NOT NULL THEN username END, patient_id IS NOT NULL, substr(subject, 7),
                    \(Self.limitState("was")), \(Self.limitState("became")), \(Self.holding("before")), \(Self.holding("after")),
                    after ->> 'reason', (after ->> 'expires_at')::timestamptz, after ->> 'cause'
                FROM whole ORDER BY id DESC
                """,
                [patient, scope.wards, from?.timestamp, to?.timestamp, page.after, page.limit, profiles], statement: "limit changes"
            ).compactMap(LimitChange.init)
        }
    }

    /// What an entry tells of a limit.
    private static let members = ["limit_value", "includes_limit", "delay_seconds", "hysteresis"]

    /// Five columns; the first says whether there is anything. `none`: the audit's word for no alarm of this priority.
    private static func limitState(_ json: String) -> String {
        """
        \(json) IS NOT NULL AND (action = 'limit.changed' OR \(json) ? 'limit_value'), nullif(\(json) ->> 'limit_value', 'none')::float8, (\(json) ->> 'includes_limit')::boolean,
            (\(json) ->> 'delay_seconds')::float8, (\(json) ->> 'hysteresis')::float8
        """
    }
}

extension Database {
    /// Six columns: five as `limitState`, and the level. As `LimitEffects` wrote them.
    private static func holding(_ json: String) -> String {
        """
        \(json) ? 'effective_limit', nullif(\(json) ->> 'effective_limit', 'none')::float8, (\(json) ->> 'effective_includes')::boolean,
            (\(json) ->> 'effective_delay')::float8, (\(json) ->> 'effective_hysteresis')::float8, \(json) ->> 'effective_level'
        """
    }
}

extension LimitChange.Holding {
    fileprivate init?(_ row: Row, from first: Int) throws {
        guard (try row[first] as Bool?) == true else { return nil }
        self.init(
            state: LimitChange.State(
                limit: try row[first + 1], includesLimit: try row[first + 2], delaySeconds: try row[first + 3], hysteresis: try row[first + 4]),
            level: (try row[first + 5] as String?).flatMap(AlarmLevel.init(rawValue:)))
    }
}

extension LimitChange {
    /// Nil for a limit of a newer version's vital. The subject reads `spo2-bas-error`, a ward's `ward-3-spo2-bas-error`, and for another profile than an
    /// adult's `enfant_1_4-spo2-bas-error` and `ward-3-enfant_1_4-spo2-bas-error`.
    fileprivate init?(_ row: Row) throws {
        let (isPatients, subject): (Bool, String) = try (row[3], row[4])
        let words = subject.split(separator: "-")
        guard words.count >= 3, let vital = Vital(rawValue: String(words[words.count - 3])),
            let side = Side(rawValue: String(words[words.count - 2])),
            let severity = Severity(rawValue: String(words[words.count - 1]))
        else { return nil }
        let level: AlarmLevel = isPatients ? .patient : words[0] == "ward" ? .ward : .hospital
        let profile = words.count == (level == .ward ? 6 : 4) ? String(words[words.count - 4]) : nil
        self.init(
            id: try row[0], at: Instant(try row[1]), username: try row[2], level: level,
            profile: isPatients ? nil : LimitProfile(stored: profile), key: .init(vital, side, severity),
            before: try State(row, from: 5), after: try State(row, from: 10), held: try Holding(row, from: 15), holds: try Holding(row, from: 21),
            cause: (try row[29] as String?).flatMap(LooseningCause.init(rawValue:)), reason: try row[27],
            expiresAt: (try row[28] as Timestamp?).map(Instant.init))
    }
}

extension LimitChange.State {
    fileprivate init?(_ row: Row, from first: Int) throws {
        guard (try row[first] as Bool?) == true else { return nil }
        self.init(
            limit: try row[first + 1], includesLimit: try row[first + 2], delaySeconds: try row[first + 3], hysteresis: try row[first + 4])
    }
}

extension LimitChange: Encodable {
    enum CodingKeys: String, CodingKey {
        case moment, auteur, niveau, profil, type_donnee, cote, niveau_gravite, ancien, nouveau, en_vigueur_avant, en_vigueur_apres, assouplie, cause,
            motif,
            expire_le
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(at, forKey: .moment)
        try container.encode(username, forKey: .auteur)
        try container.encode(level, forKey: .niveau)
        try container.encode(profile, forKey: .profil)
        try container.encode(key.vital, forKey: .type_donnee)
        try container.encode(key.side, forKey: .cote)
        try container.encode(key.severity, forKey: .niveau_gravite)
        try container.encode(before, forKey: .ancien)
        try container.encode(after, forKey: .nouveau)
        try container.encode(held, forKey: .en_vigueur_avant)
        try container.encode(holds, forKey: .en_vigueur_apres)
        try container.encode(isLooser, forKey: .assouplie)
        try container.encode(cause, forKey: .cause)
        try container.encode(reason, forKey: .motif)
        try container.encode(expiresAt, forKey: .expire_le)
    }
}

extension LimitChange.Holding: Encodable {
    enum CodingKeys: String, CodingKey { case origine }

    public func encode(to encoder: any Encoder) throws {
        try state.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(level, forKey: .origine)
    }
}

extension LimitChange.State: Encodable {
    enum CodingKeys: String, CodingKey { case seuil, inclus, delai_s, hysteresis }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(limit, forKey: .seuil)
        try container.encode(includesLimit, forKey: .inclus)
        try container.encode(delaySeconds, forKey: .delai_s)
        try container.encode(hysteresis, forKey: .hysteresis)
    }
}
