import Clinical
import Postgres

/// Which staged rows are here already, which numbers are free, and which names are taken. Run in the order of `ImportNoun`: a device's verdict asks its
/// patient's. Each may be run again: it begins from the start.
struct Verdicts {
    let connection: Connection
    let options: ImportOptions
    let source: String

    private static func name(_ refusal: ImportRefusal) -> String { "'\(refusal.rawValue)'" }
    private static func name(_ note: ImportNote) -> String { "'\(note.rawValue)'::text" }

    /// What an earlier import has taken.
    func recognise(_ noun: ImportNoun) throws {
        try connection.query(
            """
            UPDATE \(noun.staging) s SET verdict = 'there', target = i.id FROM imported i
            WHERE (i.source, i.noun, i.source_id) = ($1, '\(noun.rawValue)', s.id)
            """, [source])
    }

    /// After the rules for texts: a row whose number is free keeps it. No route of the replaced system shows an account's, so that one may change.
    func number(_ noun: ImportNoun) throws {
        // A patient's is shorter: `patients_id_short`. A sequence goes past the greatest.
        let greatest = noun == .patients ? 999_999_998 : Int(Int32.max) - 1
        if !options.renumbers, noun != .users {
            try connection.query(
                """
                UPDATE \(noun.staging) s SET verdict = CASE WHEN s.id NOT BETWEEN 1 AND $1 THEN \(Self.name(.idOutOfRange)) ELSE \(Self.name(.idTaken)) END
                WHERE s.verdict = 'take' AND (s.id NOT BETWEEN 1 AND $1 OR EXISTS (SELECT FROM \(noun.rawValue) t WHERE t.id = s.id))
                """, [greatest])
        }
        try connection.query(
            """
            UPDATE \(noun.staging) s SET
                target = CASE WHEN s.id BETWEEN 1 AND $1 AND NOT EXISTS (SELECT FROM \(noun.rawValue) t WHERE t.id = s.id) THEN s.id END
            WHERE s.verdict = 'take'
            """, [greatest])
        // Which number it gets is decided when it is stored; until then one that nobody has.
        try connection.query(
            "UPDATE \(noun.staging) SET target = -id - 1, notes = notes || \(Self.name(.renumbered)) WHERE verdict = 'take' AND target IS NULL")
    }

    func users() throws {
        try connection.query(
            """
            UPDATE import_users s SET verdict = \(Self.name(.usernameTaken))
            FROM (
                SELECT id, row_number() OVER (PARTITION BY folded ORDER BY verdict = 'there' DESC, id) AS place,
                    EXISTS (SELECT FROM users u WHERE lower(u.username COLLATE "und-x-icu") = folded) AS is_here
                FROM (SELECT id, verdict, lower(normalize(username) COLLATE "und-x-icu") AS folded FROM import_users WHERE verdict IN ('take', 'there')) AS f
            ) AS n
            WHERE s.id = n.id AND s.verdict = 'take' AND (n.is_here OR n.place > 1)
            """)
    }

    func patients() throws {
        try connection.query(
            """
            UPDATE import_patients s SET verdict = \(Self.name(.hospitalNumberTaken))
            FROM (
                SELECT id, row_number() OVER (PARTITION BY identifiant ORDER BY verdict = 'there' DESC, id) AS place,
                    EXISTS (SELECT FROM patients p WHERE p.hospital_number = identifiant) AS is_here
                FROM import_patients WHERE verdict IN ('take', 'there')
            ) AS n
            WHERE s.id = n.id AND s.verdict = 'take' AND (n.is_here OR n.place > 1)
            """)
    }

    /// Who wears nothing there.
    func leavers() throws {
        try connection.query(
            """
            UPDATE import_patients s SET leaves = $1,
                notes = notes || \(Self.name(.wearsNothing)) || CASE WHEN $1 THEN ARRAY[\(Self.name(.discharged))] ELSE '{}' END
            WHERE verdict = 'take' AND NOT EXISTS (SELECT FROM import_devices d WHERE d.patient_id = s.id)
            """, [options.dischargesUnworn])
        try connection.query(
            """
            UPDATE import_patients s SET notes = notes || \(Self.name(.severalDevices))
            WHERE verdict = 'take' AND (SELECT count(*) FROM import_devices d WHERE d.patient_id = s.id) > 1
            """)
    }

    func devices() throws {
        try connection.query(
            """
            UPDATE import_devices s SET notes = s.notes || CASE WHEN s.patient_id IS NULL THEN \(Self.name(.wornByNobody)) ELSE \(Self.name(.wearerNotTaken)) END
            WHERE s.verdict = 'take' AND NOT EXISTS (SELECT FROM import_patients p WHERE p.id = s.patient_id AND p.verdict IN ('take', 'there'))
            """)
    }

    func alerts() throws {
        try connection.query(
            """
            UPDATE import_alerts s SET verdict = CASE WHEN p.verdict IS NULL OR p.verdict NOT IN ('take', 'there') THEN \(Self.name(.patientNotTaken))
                WHEN s."timestamp" < $1 THEN \(Self.name(.clockNotSet)) ELSE \(Self.name(.inFuture)) END
            FROM import_alerts a LEFT JOIN import_patients p ON p.id = a.patient_id
            WHERE a.id = s.id AND s.verdict = 'take' AND (p.verdict IS NULL OR p.verdict NOT IN ('take', 'there')
                OR s."timestamp" IS NULL OR s."timestamp" NOT BETWEEN $1 AND now() + $2 * interval '1 s')
            """, [Report.earliestInstant.timestamp, PersonsAlert.maximumAheadSeconds])
        try connection.query(
            "UPDATE import_alerts SET notes = notes || \(Self.name(.closedOpen)) WHERE verdict = 'take' AND NOT coalesce(acquittee, false)")
    }

    /// A reading belongs to the patient who wears its device there: who wore it before, that system did not keep.
    func readings() throws {
        try connection.script("TRUNCATE import_judged")
        try connection.query(
            """
            INSERT INTO import_judged (id, patient_id, device_id, vital, measured_at, value, verdict, is_old)
            SELECT r.id, p.target, d.target, v.code, date_trunc('milliseconds', r."timestamp"), r.valeur,
                CASE WHEN d.verdict IS NULL OR d.verdict NOT IN ('take', 'there') THEN \(Self.name(.deviceNotTaken))
                    WHEN d.patient_id IS NULL THEN \(Self.name(.notWorn))
                    WHEN p.verdict IS NULL OR p.verdict NOT IN ('take', 'there') THEN \(Self.name(.patientNotTaken))
                    WHEN v.code IS NULL THEN \(Self.name(.vitalUnknown))
                    WHEN u.unit IS NULL THEN \(Self.name(.wrongUnit))
                    -- NaN is greater than any number.
                    WHEN r.valeur IS NULL OR r.valeur NOT BETWEEN v.least AND v.greatest THEN \(Self.name(.implausible))
                    WHEN r."timestamp" IS NULL OR r."timestamp" < $1 THEN \(Self.name(.clockNotSet))
                    WHEN r."timestamp" > now() + $2 * interval '1 s' THEN \(Self.name(.inFuture))
                    WHEN r."timestamp" < greatest(date_trunc('day', now(), 'UTC') - $3 * interval '24 hours', h.readings_from) THEN \(Self.name(.tooOld))
                    WHEN r."timestamp" < $4 THEN \(Self.name(.beforeSince))
                    ELSE 'take' END,
                coalesce(r."timestamp" < d.derniere_connexion, false)
            FROM import_readings r CROSS JOIN rolled_up h
            LEFT JOIN import_devices d ON d.id = r.dispositif_id
            LEFT JOIN import_patients p ON p.id = d.patient_id
            LEFT JOIN import_vitals v ON v.name = r.type_donnee
            LEFT JOIN import_units u ON (u.name, u.unit) = (r.type_donnee, r.unite)
            """,
            [
                Report.earliestInstant.timestamp, Report.maximumFutureSeconds, options.keptDays, options.since?.timestamp,
            ], statement: "import readings")
        // Twice in the same millisecond: the first counts.
        try connection.query(
            """
            UPDATE import_judged j SET verdict = CASE WHEN n.first_value = j.value THEN 'there' ELSE \(Self.name(.conflict)) END
            FROM (
                SELECT id, row_number() OVER w AS place, first_value(value) OVER w
                FROM import_judged WHERE verdict = 'take' WINDOW w AS (PARTITION BY patient_id, vital, measured_at, device_id ORDER BY id)
            ) AS n
            WHERE n.id = j.id AND n.place > 1
            """, statement: "import readings")
        guard let span = try connection.query("SELECT min(measured_at), max(measured_at) FROM import_judged WHERE verdict = 'take'").first(),
            let first = try span[0] as Timestamp?, let last = try span[1] as Timestamp?
        else { return }
        // Stored before, or deleted or corrected here since.
        try connection.query(
            """
            UPDATE import_judged j SET verdict = CASE WHEN x.value = j.value THEN 'there' ELSE \(Self.name(.conflict)) END FROM readings x
            WHERE (x.patient_id, x.vital, x.measured_at, x.device_id) = (j.patient_id, j.vital, j.measured_at, j.device_id)
                AND x.measured_at BETWEEN $1 AND $2 AND j.verdict = 'take'
            """, [first, last], statement: "import readings")
        try connection.query(
            """
            UPDATE import_judged j SET verdict = 'there' FROM reading_tombstones t
            WHERE (t.patient_id, t.vital, t.measured_at, t.device_id, t.value) = (j.patient_id, j.vital, j.measured_at, j.device_id, j.value)
                AND j.verdict IN ('take', \(Self.name(.conflict)))
            """)
    }
}
