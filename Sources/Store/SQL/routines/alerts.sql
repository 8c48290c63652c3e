-- Alerts tell the screens.

-- An alert as the wire carries it: the same members as Alert in Sources/Clinical, which a test compares.
CREATE OR REPLACE FUNCTION alert_json(a alerts) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', a.id, 'patient', a.patient_id, 'type_alerte', a.kind, 'message', a.message, 'niveau_gravite', a.severity,
        'timestamp', wire_time(a.measured_at), 'acquittee', a.acknowledged_at IS NOT NULL,
        'acquittee_par', (SELECT username FROM users WHERE id = a.acknowledged_by),
        'acquittee_le', wire_time(a.acknowledged_at), 'terminee_le', wire_time(a.ended_at), 'version', a.version)
$$;

CREATE OR REPLACE FUNCTION alerts_next_version() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION alerts_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('fajma_alert', addressed(p.id, ward_of(p), json_build_object(
        'ward', ward_of(p), 'new', TG_OP = 'INSERT', 'alert', alert_json(a))))
    FROM changed c JOIN alerts a ON a.id = c.id JOIN patients p ON p.id = a.patient_id
    ORDER BY a.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER alerts_next_version BEFORE UPDATE ON alerts
    FOR EACH ROW EXECUTE FUNCTION alerts_next_version();
CREATE OR REPLACE TRIGGER alerts_inserted AFTER INSERT ON alerts
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION alerts_changed();
CREATE OR REPLACE TRIGGER alerts_updated AFTER UPDATE ON alerts
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION alerts_changed();
