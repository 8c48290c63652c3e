-- Alerts tell the screens.

-- A hold as the wire carries it: the same members as MonitoringHold in Sources/Clinical, which a test compares.
CREATE OR REPLACE FUNCTION hold_json(h monitoring_holds) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', h.id, 'patient', h.patient_id, 'motif', h.reason, 'par', (SELECT username FROM users WHERE id = h.begun_by),
        'debut', wire_time(h.begun_at), 'fin', wire_time(h.ends_at), 'terminee_le', wire_time(h.ended_at))
$$;

-- The sources of an alert as the wire carries them, [{"dispositif": 5, "nom": "Bracelet 5"}]; device and name are null for a person.
CREATE OR REPLACE FUNCTION alert_sources(a alerts) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT coalesce(json_agg(json_build_object('dispositif', d.id, 'nom', d.name) ORDER BY s.place), '[]')
    FROM unnest(a.sources) WITH ORDINALITY AS s (device, place) LEFT JOIN devices d ON d.id = s.device
$$;

-- The strips of the signal that belong to an alert: those of its patient and its vital, or a lost pulse, that end when it began, grew worse or ended. A device's
-- own alarm follows the same rules within a second or two; a lost pulse is dated by its beginning and raised up to half a minute later.
CREATE OR REPLACE FUNCTION traces_of(a alerts) RETURNS SETOF signal_traces
LANGUAGE sql STABLE AS $$
    SELECT t.* FROM signal_traces t
    CROSS JOIN (SELECT CASE WHEN a.kind = 'pouls_introuvable' THEN a.kind ELSE (SELECT name FROM vitals WHERE code = a.vital) END AS name) AS cause
    WHERE t.patient_id = a.patient_id
        AND t.ended_at BETWEEN a.measured_at - interval '10 s' AND greatest(a.measured_at, a.worsened_at, a.ended_at) + interval '45 s'
        AND (cause.name = ANY (t.begun) AND (
                t.ended_at < a.measured_at + CASE a.kind WHEN 'pouls_introuvable' THEN interval '45 s' ELSE interval '10 s' END
                OR t.ended_at BETWEEN a.worsened_at - interval '10 s' AND a.worsened_at + interval '10 s')
            OR cause.name = ANY (t.ended) AND t.ended_at BETWEEN a.ended_at - interval '10 s' AND a.ended_at + interval '10 s')
$$;

-- An alert as the wire carries it: the same members as Alert in Sources/Clinical, which a test compares.
CREATE OR REPLACE FUNCTION alert_json(a alerts) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', a.id, 'patient', a.patient_id, 'service', a.ward_id, 'dispositif', a.device_id, 'type_alerte', a.kind,
        'levee_par', (SELECT username FROM users WHERE id = a.raised_by), 'message', a.message, 'niveau_gravite', a.severity,
        'type_donnee', (SELECT name FROM vitals WHERE code = a.vital), 'cote', a.side, 'valeur', a.value, 'seuil', a.limit_value, 'profil', a.profile, 'sources', alert_sources(a),
        'timestamp', wire_time(a.measured_at), 'recue_le', wire_time(a.received_at), 'levee_le', wire_time(a.raised_at),
        'aggravee_le', wire_time(a.worsened_at), 'rappelee_le', wire_time(a.reminded_at), 'escaladee_le', wire_time(a.escalated_at), 'acquittee', a.acknowledged_at IS NOT NULL,
        'acquittee_par', (SELECT username FROM users WHERE id = a.acknowledged_by),
        'acquittee_le', wire_time(a.acknowledged_at), 'premier_acquittement_le', wire_time(a.first_acknowledged_at), 'terminee_le', wire_time(a.ended_at),
        'trace', EXISTS (SELECT FROM traces_of(a)),
        'veille', (SELECT hold_json(h) FROM monitoring_holds h
            WHERE a.ended_at IS NULL AND h.ended_at IS NULL AND (h.patient_id, h.kind) = (a.patient_id, a.kind)),
        'score', CASE WHEN a.score_minimum IS NOT NULL THEN json_build_object(
            'minimum', a.score_minimum, 'maximum', a.score_maximum, 'parametres_a_3', (
                SELECT coalesce(json_agg(v.name ORDER BY s.place), '[]')
                FROM unnest(a.score_threes) WITH ORDINALITY AS s (code, place) JOIN vitals v ON v.code = s.code),
            'alerte_liee', a.linked_alert_id, 'prochaine_mesure_le', wire_time(a.next_measurement_at), 'medecin_appele_le', wire_time(a.doctor_called_at),
            'medecin_appele_par', (SELECT username FROM users WHERE id = a.doctor_called_by)) END,
        'version', a.version)
$$;

CREATE OR REPLACE FUNCTION alerts_next_version() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    -- An acknowledgement that is taken back was none: who takes it back clears both.
    IF NEW.acknowledged_at IS NOT NULL OR NEW.first_acknowledged_at IS NOT NULL THEN
        NEW.first_acknowledged_at := coalesce(OLD.first_acknowledged_at, NEW.acknowledged_at);
    END IF;
    RETURN NEW;
END $$;

-- With as much of its message as a notification has room for: 8,000 bytes hold no more than 500 letters of 4 bytes and all the rest.
CREATE OR REPLACE FUNCTION alert_briefly(a alerts) RETURNS alerts
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN char_length(a.message) > 500 THEN jsonb_populate_record(a, jsonb_build_object('message', left(a.message, 499) || '…')) ELSE a END
$$;

CREATE OR REPLACE FUNCTION alerts_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('fajma_alert', addressed(p.id, ward, json_build_object(
        'ward', ward, 'new', TG_OP = 'INSERT', 'alert', alert_json(alert_briefly(a)))))
    FROM changed c JOIN alerts a ON a.id = c.id LEFT JOIN patients p ON p.id = a.patient_id
    CROSS JOIN LATERAL (SELECT coalesce(a.ward_id, ward_of(p)) AS ward) AS told
    -- The replaced system's history, thousands at once, is nothing new.
    WHERE TG_OP <> 'INSERT' OR c.imported_at IS NULL
    ORDER BY a.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER alerts_next_version BEFORE UPDATE ON alerts
    FOR EACH ROW EXECUTE FUNCTION alerts_next_version();
CREATE OR REPLACE TRIGGER alerts_inserted AFTER INSERT ON alerts
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION alerts_changed();
CREATE OR REPLACE TRIGGER alerts_updated AFTER UPDATE ON alerts
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION alerts_changed();
