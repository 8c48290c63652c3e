-- Devices tell the screens when something about them changed that a person looks at; not that they were seen, which is every second.

-- What people are told of a device's clock: a smaller difference is the time on the way (Report.clockToleranceMilliseconds).
CREATE OR REPLACE FUNCTION shown_clock_offset(s device_state) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN abs(s.clock_offset_ms) >= 2000 THEN s.clock_offset_ms END
$$;

CREATE OR REPLACE FUNCTION device_json(device integer, patient integer) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', d.id, 'nom', d.name, 'type_dispositif', d.kind, 'patient', patient, 'statut', coalesce(s.status, 'inconnu'),
        'derniere_connexion', wire_time(s.last_seen_at), 'batterie', s.battery, 'rssi', s.rssi, 'firmware', s.firmware,
        'detaches', (SELECT coalesce(json_agg(v.name ORDER BY v.code), '[]') FROM vitals v WHERE v.code = ANY (s.detached)),
        'decalage_ms', shown_clock_offset(s))
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
        -- A clock that is wrong, not each millisecond of it.
        WHERE (c.status, c.battery, c.firmware, c.boot, c.detached, coalesce(abs(c.clock_offset_ms) > 10000, false))
            IS DISTINCT FROM (b.status, b.battery, b.firmware, b.boot, b.detached, coalesce(abs(b.clock_offset_ms) > 10000, false));
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
