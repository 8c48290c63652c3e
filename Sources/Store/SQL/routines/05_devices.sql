-- Devices tell the screens when something about them changed that a person looks at; not that they were seen, which is every second.

-- What people are told of a device's clock: a smaller difference is the time on the way (Report.clockToleranceMilliseconds).
CREATE OR REPLACE FUNCTION shown_clock_offset(s device_state) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN abs(s.clock_offset_ms) >= 2000 THEN s.clock_offset_ms END
$$;

-- Whether a device computes with a calibration's curve; what it says of its own is rounded.
CREATE OR REPLACE FUNCTION computes_with(curve double precision[], k device_calibrations) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(greatest(abs(curve[1] - k.a), abs(curve[2] - k.b), abs(curve[3] - k.c)) < 0.001, false)
$$;

CREATE OR REPLACE FUNCTION calibration_json(k device_calibrations, curve double precision[]) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_object('id', k.id, 'le', wire_time(k.calibrated_at), 'par', (SELECT username FROM users WHERE id = k.calibrated_by),
        'enregistre_le', wire_time(k.recorded_at), 'reference', k.reference, 'a', k.a, 'b', k.b, 'c', k.c,
        'spo2_min', k.spo2_min, 'spo2_max', k.spo2_max, 'en_service', computes_with(curve, k))
$$;

-- The calibration that counts; NULL: there is none.
CREATE OR REPLACE FUNCTION device_calibration(device integer) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT calibration_json(k, (SELECT s.spo2_curve FROM device_state s WHERE s.device_id = device))
    FROM device_calibrations k WHERE k.device_id = device ORDER BY k.calibrated_at DESC, k.id DESC LIMIT 1
$$;

CREATE OR REPLACE FUNCTION device_json(device integer, patient integer) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', d.id, 'nom', d.name, 'type_dispositif', d.kind, 'patient', patient, 'statut', coalesce(s.status, 'actif'),
        'derniere_connexion', wire_time(s.last_seen_at), 'batterie', s.battery, 'rssi', s.rssi, 'firmware', s.firmware,
        'detaches', (SELECT coalesce(json_agg(v.name ORDER BY v.code), '[]') FROM vitals v WHERE v.code = ANY (s.detached)),
        'raisons', coalesce(s.reasons, '{}'), 'decalage_ms', shown_clock_offset(s),
        'porte_depuis', (SELECT wire_time(lower(a.during)) FROM device_assignment a WHERE a.device_id = d.id AND a.patient_id = patient
            AND a.during @> clock_timestamp()),
        'retire_le', wire_time(d.retired_at), 'etalonnage', device_calibration(d.id), 'inverse', coalesce(s.leds_inverted, false))
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
        WHERE (c.status, c.battery, c.firmware, c.boot, c.detached, c.reasons, c.spo2_curve, c.leds_inverted,
                coalesce(abs(c.clock_offset_ms) > 10000, false))
            IS DISTINCT FROM (b.status, b.battery, b.firmware, b.boot, b.detached, b.reasons, b.spo2_curve, b.leds_inverted,
                coalesce(abs(b.clock_offset_ms) > 10000, false));
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER device_state_inserted AFTER INSERT ON device_state
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION device_state_changed();
CREATE OR REPLACE TRIGGER device_state_updated AFTER UPDATE ON device_state
    REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION device_state_changed();

CREATE OR REPLACE FUNCTION device_calibrated() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM notify_device(coalesce(NEW.device_id, OLD.device_id));
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER device_calibrated AFTER INSERT OR DELETE ON device_calibrations
    FOR EACH ROW EXECUTE FUNCTION device_calibrated();

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

-- Whether alerts of the kind rest for a patient: nobody has ended it, and its time is not up.
CREATE OR REPLACE FUNCTION is_held(patient integer, of_kind text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM monitoring_holds h WHERE (h.patient_id, h.kind) = (patient, of_kind) AND h.ended_at IS NULL AND h.ends_at > now())
$$;

-- Whether a device's pulse was well measured in the minute before it was lost: perfusion and quality at least so good on average. The last
-- seconds before the device says so are without a pulse already.
CREATE OR REPLACE FUNCTION had_good_pulse(patient integer, device integer, lost_at timestamptz, perfusion double precision, quality double precision)
RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce(bool_and(coalesce(average, 0) >= least_good), false) FROM (
        SELECT (SELECT avg(r.value) FROM readings_within(patient, v.code, lost_at - interval '68 s', lost_at - interval '8 s') AS r WHERE r.device_id = device) AS average,
            g.least_good
        FROM (VALUES ('perfusion_index', perfusion), ('signal_quality', quality)) AS g (name, least_good) JOIN vitals v ON v.name = g.name
    ) AS measured
$$;

-- Whether, over so many seconds, every value of one device is further than the tolerance from every value of the other, and both have measured all the time.
CREATE OR REPLACE FUNCTION disagree(
    patient integer, of_vital smallint, one integer, other integer, tolerance double precision, seconds double precision)
RETURNS boolean
LANGUAGE sql STABLE AS $$
    WITH measured AS (
        SELECT r.device_id, min(r.value) AS least, max(r.value) AS greatest, min(r.at) AS begins
        FROM readings_within(patient, of_vital, now() - (seconds + 5) * interval '1 s', now()) AS r WHERE r.device_id IN (one, other) GROUP BY 1
    )
    SELECT coalesce(bool_and(greatest(a.least - b.greatest, b.least - a.greatest) > tolerance
        AND greatest(a.begins, b.begins) <= now() - seconds * interval '1 s'), false)
    FROM measured a JOIN measured b ON a.device_id = one AND b.device_id = other
$$;
