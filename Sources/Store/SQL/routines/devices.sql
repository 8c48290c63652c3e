-- Devices tell the screens when something about them changed that a person looks at; not that they were seen, which is every second.

CREATE OR REPLACE FUNCTION device_json(device integer, patient integer) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', d.id, 'nom', d.name, 'type_dispositif', d.kind, 'patient', patient, 'statut', coalesce(s.status, 'inconnu'),
        'derniere_connexion', wire_time(s.last_seen_at), 'batterie', s.battery, 'rssi', s.rssi, 'firmware', s.firmware)
    FROM devices d LEFT JOIN device_state s ON s.device_id = d.id WHERE d.id = device
$$;

CREATE OR REPLACE FUNCTION notify_device(device integer) RETURNS void
LANGUAGE sql AS $$
    SELECT pg_notify('fajma_device', addressed(p.id, ward_of(p), json_build_object(
        'patient', p.id, 'ward', ward_of(p), 'device', device_json(device, p.id))))
    FROM (VALUES (1)) AS always
    LEFT JOIN device_assignment a ON a.device_id = device AND a.during @> clock_timestamp()
    LEFT JOIN patients p ON p.id = a.patient_id
$$;

CREATE OR REPLACE FUNCTION device_state_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM notify_device(device_id) FROM changed;
    ELSE
        PERFORM notify_device(c.device_id) FROM changed c JOIN before b USING (device_id)
        WHERE (c.status, c.battery, c.firmware, c.boot) IS DISTINCT FROM (b.status, b.battery, b.firmware, b.boot);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER device_state_inserted AFTER INSERT ON device_state
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION device_state_changed();
CREATE OR REPLACE TRIGGER device_state_updated AFTER UPDATE ON device_state
    REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION device_state_changed();

-- Whoever wore the device learns that it is gone, whoever wears it that it is there.
CREATE OR REPLACE FUNCTION device_assigned() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    device integer := coalesce(NEW.device_id, OLD.device_id);
BEGIN
    PERFORM pg_notify('fajma_device', addressed(p.id, ward_of(p), json_build_object(
        'patient', p.id, 'ward', ward_of(p), 'device', device_json(device, (
            -- Who wears it in another ward is nobody's business here.
            SELECT w.id FROM device_assignment a JOIN patients w ON w.id = a.patient_id
            WHERE a.device_id = device AND a.during @> clock_timestamp() AND ward_of(w) = ward_of(p))))))
    FROM patients p WHERE p.id IN (OLD.patient_id, NEW.patient_id);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER device_assigned AFTER INSERT OR UPDATE OR DELETE ON device_assignment
    FOR EACH ROW EXECUTE FUNCTION device_assigned();
