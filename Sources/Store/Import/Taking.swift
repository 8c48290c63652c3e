import Clinical
import Postgres

/// Stores what the verdicts let pass: one transaction a table, with its line in the audit.
struct Taking {
    let database: Database
    let connection: Connection
    let options: ImportOptions
    let source: String
    let author: Author

    /// In one transaction: the verdicts that no other may change any more, the rows, and what the audit says of them.
    func take(_ noun: ImportNoun) throws {
        if noun == .readings { try makePartitions() }
        let author = try author.json
        try connection.transaction(statement: "import \(noun.rawValue)") { connection in
            try connection.query("SELECT set_config('fajma.actor', $1, true)", [author])
            if noun != .readings { try giveNumbers(noun) }
            switch noun {
            case .users: try users()
            case .patients: try patients()
            case .devices: try devices()
            case .readings: try readings()
            case .alerts: try alerts()
            }
            if noun != .readings {
                try connection.query(
                    """
                    INSERT INTO imported (source, noun, source_id, id) SELECT $1, '\(noun.rawValue)', id, target FROM \(noun.staging) WHERE verdict = 'take'
                    """, [source])
            }
            try record(noun)
        }
    }

    /// Where anything was taken: a run that finds nothing new leaves nothing behind.
    private func record(_ noun: ImportNoun) throws {
        let staging = noun == .readings ? "import_judged" : noun.staging
        try connection.query(
            """
            SELECT audit_record('import.applied', NULL, 'import \(noun.rawValue)', NULL, jsonb_build_object('source', $1::text, 'found', found, 'taken', taken,
                'already_there', there, 'refused', found - taken - there))
            FROM (SELECT count(*) AS found, count(*) FILTER (WHERE verdict = 'take') AS taken, count(*) FILTER (WHERE verdict = 'there') AS there
                FROM \(staging)) AS n WHERE taken > 0
            """, [source])
    }

    /// Moves the sequence past every number that is kept, before any of them is stored: what is made here meanwhile gets another.
    private func giveNumbers(_ noun: ImportNoun) throws {
        let sequence = "public.\(noun.rawValue)_id_seq"
        try connection.query(
            """
            SELECT setval('\(sequence)', greatest(n.target, s.last_value)) FROM (SELECT max(target) AS target FROM \(noun.staging) WHERE verdict = 'take') AS n,
                \(sequence) s WHERE n.target > 0
            """)
        try connection.query("UPDATE \(noun.staging) SET target = nextval('\(sequence)') WHERE verdict = 'take' AND target < 0")
    }

    private func users() throws {
        try connection.query(
            """
            INSERT INTO users (id, username, password_hash, role, disabled_at, created_at) OVERRIDING SYSTEM VALUE
            SELECT target, normalize(username), password_hash, role, CASE WHEN NOT coalesce(is_active, false) THEN now() END, coalesce(date_joined, now())
            FROM import_users WHERE verdict = 'take' ORDER BY id
            """)
        try connection.query(
            "INSERT INTO user_wards (user_id, ward_id) SELECT target, $1 FROM import_users WHERE verdict = 'take' AND role <> 'admin' ORDER BY id",
            [options.ward])
    }

    /// When the stay began is not known.
    private func patients() throws {
        try connection.query(
            """
            INSERT INTO patients (id, hospital_number, last_name, first_name, birth_date, sex, ward_id, admitted_at, discharged_at) OVERRIDING SYSTEM VALUE
            SELECT target, identifiant, nom, coalesce(prenom, ''), date_naissance::date, sexe, $1, NULL, CASE WHEN leaves THEN now() END
            FROM import_patients WHERE verdict = 'take' ORDER BY id
            """, [options.ward])
    }

    /// Worn from now on: until now nothing of them was watched here.
    private func devices() throws {
        let present = try database.lockAssignments(on: connection)
        try connection.query(
            """
            INSERT INTO devices (id, name, kind) OVERRIDING SYSTEM VALUE
            SELECT target, nom, type_dispositif FROM import_devices WHERE verdict = 'take' ORDER BY id
            """)
        try connection.query(
            "INSERT INTO device_state (device_id, status) SELECT target, statut FROM import_devices WHERE verdict = 'take' AND statut IS NOT NULL ORDER BY id"
        )
        try connection.query(
            """
            INSERT INTO device_assignment (device_id, patient_id, during)
            SELECT d.target, s.id, tstzrange($1, NULL) FROM import_devices d
            JOIN import_patients p ON p.id = d.patient_id AND p.verdict IN ('take', 'there')
            JOIN patients s ON s.id = p.target AND s.discharged_at IS NULL
            WHERE d.verdict = 'take' ORDER BY d.id
            """, [present])
    }

    /// Not within the transaction: every query of readings waits while a partition is attached. An empty partition does no harm.
    private func makePartitions() throws {
        let days = try connection.query(
            "SELECT DISTINCT to_char(measured_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM import_judged WHERE verdict = 'take' ORDER BY 1"
        ).map { try $0[0] as String }
        for day in days { try connection.query("SELECT make_partition($1::text::date)", [day]) }
    }

    /// One statement: its triggers keep the latest values, put the hours down whose roll-ups do not hold, and tell screens once for each patient. Alarms
    /// are evaluated by ingest, which these readings do not pass.
    private func readings() throws {
        // Nothing is rolled up or forgotten by others meanwhile; first of all, as `forget_readings` takes its locks.
        let builtUntil: Timestamp = try connection.query("SELECT built_until FROM rolled_up FOR UPDATE")[0][0]
        try connection.query(
            """
            INSERT INTO readings (patient_id, vital, measured_at, device_id, value, received_at)
            SELECT patient_id, vital, measured_at, device_id, value, measured_at FROM import_judged WHERE verdict = 'take'
            ORDER BY measured_at ON CONFLICT DO NOTHING
            """, statement: "import readings")
        try rollUp(hoursBefore: builtUntil)
    }

    /// The roll-ups of hours in which nothing but these readings is stored: the leader would take a step for each hour. That no other is there is known
    /// from what `roll_up` keeps: a built hour without a row has no reading, unless a writer has put it down as stale, as this transaction itself has.
    /// All other hours are left to the leader.
    private func rollUp(hoursBefore builtUntil: Timestamp) throws {
        try connection.query(
            """
            WITH hours AS (
                DELETE FROM stale_hours s WHERE s.xmin = pg_current_xact_id()::xid AND s.hour < $1
                    AND NOT EXISTS (SELECT FROM reading_hours h WHERE (h.patient_id, h.vital, h.hour) = (s.patient_id, s.vital, s.hour))
                    AND NOT EXISTS (SELECT FROM stale_hours o
                        WHERE (o.patient_id, o.vital, o.hour) = (s.patient_id, s.vital, s.hour) AND o.xmin <> s.xmin)
                RETURNING s.patient_id, s.vital, s.hour
            ), minutes AS (
                SELECT patient_id, vital, date_bin('1 hour', measured_at, '1970-01-01Z') AS hour,
                    date_bin('1 minute', measured_at, '1970-01-01Z') AS minute, min(value) AS least, max(value) AS greatest,
                    sum(value) AS total, count(*)::integer AS number
                FROM import_judged WHERE verdict = 'take' GROUP BY 1, 2, 3, 4
            )
            INSERT INTO reading_hours (patient_id, vital, hour, minutes, minimums, maximums, sums, counts)
            SELECT patient_id, vital, hour, array_agg(extract(minute FROM minute - hour)::smallint ORDER BY minute), array_agg(least ORDER BY minute),
                array_agg(greatest ORDER BY minute), array_agg(total ORDER BY minute), array_agg(number ORDER BY minute)
            FROM minutes JOIN hours USING (patient_id, vital, hour) GROUP BY 1, 2, 3
            """, [builtUntil], statement: "import roll-ups")
    }

    /// All of them are over. Of one that was acknowledged there, when is not known: it counts from its beginning; one that was open ends now.
    private func alerts() throws {
        try connection.query(
            """
            INSERT INTO alerts (id, patient_id, kind, message, severity, measured_at, raised_at, acknowledged_at, ended_at, imported_at) OVERRIDING SYSTEM VALUE
            SELECT a.target, p.target, a.type_alerte, a.message, a.niveau_gravite, t.at, t.at, t.ended_at, t.ended_at, now()
            FROM import_alerts a JOIN import_patients p ON p.id = a.patient_id
            CROSS JOIN LATERAL (SELECT date_trunc('milliseconds', a."timestamp") AS at,
                CASE WHEN a.acquittee THEN date_trunc('milliseconds', a."timestamp") ELSE now() END AS ended_at) AS t
            WHERE a.verdict = 'take' ORDER BY a.id
            """)
    }
}
