-- Pauses of the sound: they tell the screens, and an alert that is worse than what they cover breaks them.

CREATE OR REPLACE FUNCTION severity_rank(severity text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_position(ARRAY['info', 'warning', 'error'], severity)
$$;

-- A pause as the wire carries it: the same members as SoundPause in Sources/Clinical, which a test compares.
CREATE OR REPLACE FUNCTION pause_json(s sound_pauses) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', s.id, 'patient', s.patient_id, 'service', s.ward_id, 'par', (SELECT username FROM users WHERE id = s.begun_by),
        'debut', wire_time(s.begun_at), 'fin', wire_time(s.ends_at), 'niveau_gravite', s.severity,
        'terminee_le', wire_time(s.ended_at), 'rompue_par', s.broken_by)
$$;

-- The worst that is open and that nobody has acknowledged, of a patient, or of a ward and its patients.
CREATE OR REPLACE FUNCTION worst_unacknowledged(patient integer, ward integer) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT severity FROM (
            SELECT a.severity FROM alerts a WHERE a.patient_id = patient AND a.acknowledged_at IS NULL
                AND (a.ended_at IS NULL OR a.severity = 'error')
            UNION ALL
            SELECT a.severity FROM alerts a WHERE a.ward_id = ward AND a.acknowledged_at IS NULL
                AND (a.ended_at IS NULL OR a.severity = 'error')
            UNION ALL
            SELECT a.severity FROM patients p JOIN alerts a ON a.patient_id = p.id
            WHERE p.ward_id = ward AND p.discharged_at IS NULL AND a.acknowledged_at IS NULL
                AND (a.ended_at IS NULL OR a.severity = 'error')
        ) AS open ORDER BY severity_rank(severity) DESC LIMIT 1), 'info')
$$;

CREATE OR REPLACE FUNCTION pause_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('fajma_pause', addressed(NEW.patient_id, ward, json_build_object(
        'patient', NEW.patient_id, 'ward', ward, 'pause', pause_json(NEW))))
    FROM (SELECT coalesce(NEW.ward_id, (SELECT ward_of(p) FROM patients p WHERE p.id = NEW.patient_id)) AS ward) AS told;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER pause_begun AFTER INSERT ON sound_pauses
    FOR EACH ROW EXECUTE FUNCTION pause_changed();
-- Where one that is long over makes room for the next, there is nothing to tell.
CREATE OR REPLACE TRIGGER pause_ended AFTER UPDATE ON sound_pauses
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at < NEW.ends_at) EXECUTE FUNCTION pause_changed();

-- What is raised or worsened beyond what a pause covers breaks it. After the trigger that tells of the alert, by the alphabet.
CREATE OR REPLACE FUNCTION alerts_break_pauses() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    worse integer[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(id) INTO worse FROM changed WHERE acknowledged_at IS NULL AND (ended_at IS NULL OR severity = 'error');
    ELSE
        SELECT array_agg(c.id) INTO worse FROM changed c JOIN before b ON b.id = c.id
        WHERE severity_rank(c.severity) > severity_rank(b.severity);
    END IF;
    IF worse IS NULL THEN
        RETURN NULL;
    END IF;
    -- Whoever begins a pause waits for this transaction, or this one for the pause: an alert that neither sees would stay silent.
    PERFORM pg_advisory_xact_lock_shared(hashtext('fajma pauses'));
    IF EXISTS (SELECT FROM sound_pauses WHERE ended_at IS NULL AND ends_at > now()) THEN
        UPDATE sound_pauses s SET ended_at = greatest(now(), s.begun_at), broken_by = breaking.alert
        FROM (
            SELECT r.id, (array_agg(a.id ORDER BY severity_rank(a.severity) DESC, a.id))[1] AS alert
            FROM sound_pauses r
            -- A ward's pause covers what was there: any new error in it is somebody else's.
            JOIN alerts a ON a.id = ANY (worse)
                AND (severity_rank(a.severity) > severity_rank(r.severity) OR (r.ward_id IS NOT NULL AND a.severity = 'error'))
            LEFT JOIN patients p ON p.id = a.patient_id
            WHERE r.ended_at IS NULL AND r.ends_at > now() AND (r.patient_id = a.patient_id OR r.ward_id = coalesce(a.ward_id, ward_of(p)))
            GROUP BY r.id
        ) AS breaking
        WHERE s.id = breaking.id AND s.ended_at IS NULL;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER alerts_inserted_break_pauses AFTER INSERT ON alerts
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION alerts_break_pauses();
CREATE OR REPLACE TRIGGER alerts_updated_break_pauses AFTER UPDATE ON alerts
    REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION alerts_break_pauses();
