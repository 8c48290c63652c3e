-- Readings tell the screens. Applied anew by every `fajma migrate` that finds this text changed.

-- A time as the wire carries it.
CREATE OR REPLACE FUNCTION wire_time(t timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- STABLE as its parts are: declared IMMUTABLE it would not be inlined, and it runs for every reading.
CREATE OR REPLACE FUNCTION epoch_ms(t timestamptz) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT (extract(epoch FROM t) * 1000)::bigint
$$;

-- A message begins with its address, patient and ward, so that who does not care need not read on.
CREATE OR REPLACE FUNCTION addressed(patient integer, ward integer, message json) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(patient, 0) || ' ' || coalesce(ward, 0) || ' ' || message
$$;

-- One message a patient: the values that became the latest, and `from` when older readings came along. Under 8,000 bytes: there
-- are as many vitals as the registry has.
CREATE OR REPLACE FUNCTION readings_inserted() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    told integer;
BEGIN
    -- In the order of the key, so that two writers never wait for each other crosswise.
    WITH newest AS (
        SELECT DISTINCT ON (patient_id, vital) patient_id, vital, measured_at, value
        FROM inserted ORDER BY patient_id, vital, measured_at DESC
    ), risen AS (
        INSERT INTO latest_readings AS l (patient_id, vital, measured_at, value)
        SELECT * FROM newest
        ON CONFLICT (patient_id, vital) DO UPDATE SET measured_at = excluded.measured_at, value = excluded.value
            WHERE excluded.measured_at >= l.measured_at
        RETURNING l.patient_id, l.vital, l.measured_at, l.value
    ), messages AS (
        SELECT patient_id, json_agg(json_build_array(vital, value, epoch_ms(measured_at))) AS latest
        FROM risen GROUP BY patient_id
    ), older AS (
        SELECT i.patient_id, min(i.measured_at) AS since
        FROM inserted i LEFT JOIN risen r USING (patient_id, vital)
        WHERE r.measured_at IS NULL OR i.measured_at < r.measured_at
        GROUP BY i.patient_id
    )
    SELECT count(*) INTO told
    FROM messages m FULL JOIN older o USING (patient_id) JOIN patients p ON p.id = patient_id
    CROSS JOIN LATERAL pg_notify('fajma_reading', addressed(p.id, p.ward_id, json_build_object(
        'patient', p.id, 'ward', p.ward_id, 'latest', coalesce(m.latest, '[]'), 'from', epoch_ms(o.since))));
    RETURN NULL;
END $$;

-- A correction or a deletion: what is latest is looked up again, and the screens fetch their charts from there.
CREATE OR REPLACE FUNCTION readings_corrected() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    changed record;
BEGIN
    FOR changed IN SELECT patient_id, vital, min(measured_at) AS since FROM removed GROUP BY 1, 2 ORDER BY 1, 2 LOOP
        DELETE FROM latest_readings l WHERE l.patient_id = changed.patient_id AND l.vital = changed.vital;
        INSERT INTO latest_readings (patient_id, vital, measured_at, value)
        SELECT r.patient_id, r.vital, r.measured_at, r.value FROM readings r
        WHERE r.patient_id = changed.patient_id AND r.vital = changed.vital
        ORDER BY r.measured_at DESC LIMIT 1;
        PERFORM pg_notify('fajma_reading', addressed(p.id, p.ward_id, json_build_object(
            'patient', p.id, 'ward', p.ward_id, 'from', epoch_ms(changed.since), 'corrected', changed.vital,
            'latest', coalesce(json_agg(json_build_array(l.vital, l.value, epoch_ms(l.measured_at)))
                FILTER (WHERE l.vital IS NOT NULL), '[]'))))
        FROM patients p LEFT JOIN latest_readings l ON l.patient_id = p.id AND l.vital = changed.vital
        WHERE p.id = changed.patient_id GROUP BY p.id, p.ward_id;
    END LOOP;
    RETURN NULL;
END $$;

-- Both wards hear of a patient who moves. The new one is told the open alerts too: its screens have never heard of them.
CREATE OR REPLACE FUNCTION patient_moved() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    message json := json_build_object('patient', NEW.id, 'ward', NEW.ward_id, 'latest', coalesce(
        (SELECT json_agg(json_build_array(vital, value, epoch_ms(measured_at))) FROM latest_readings WHERE patient_id = NEW.id),
        '[]'));
BEGIN
    PERFORM pg_notify('fajma_reading', addressed(NEW.id, OLD.ward_id, message)),
        pg_notify('fajma_reading', addressed(NEW.id, NEW.ward_id, message));
    PERFORM pg_notify('fajma_alert', addressed(NEW.id, NEW.ward_id, json_build_object(
        'ward', NEW.ward_id, 'new', true, 'alert', alert_json(a))))
    FROM alerts a
    WHERE a.patient_id = NEW.id AND (a.ended_at IS NULL OR (a.severity = 'error' AND a.acknowledged_at IS NULL))
    ORDER BY a.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER patient_moved AFTER UPDATE OF ward_id ON patients
    FOR EACH ROW WHEN (OLD.ward_id <> NEW.ward_id) EXECUTE FUNCTION patient_moved();

CREATE OR REPLACE TRIGGER readings_inserted AFTER INSERT ON readings
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION readings_inserted();
CREATE OR REPLACE TRIGGER readings_updated AFTER UPDATE ON readings
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION readings_corrected();
CREATE OR REPLACE TRIGGER readings_deleted AFTER DELETE ON readings
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION readings_corrected();

-- Makes the partitions of the days from yesterday until `days` ahead; what the default partition caught of such a day moves
-- into it. Harmless at any time and twice at once. It waits for its locks only shortly: whoever reads readings queues behind it,
-- so behind a backup of an hour every list and chart would hang. Whoever calls it calls again.
CREATE OR REPLACE FUNCTION make_partitions(days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '3s' AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    first timestamptz;
    last timestamptz;
    partition text;
    made integer := 0;
BEGIN
    -- Works with the owner's rights: whoever stole the application's password may not fill the catalog with it.
    IF days > 366 THEN
        RAISE 'partitions are made for 366 days at most' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('fajma partitions'));
    FOR offset_days IN -1..days LOOP
        partition := 'readings_' || to_char(today + offset_days, 'YYYYMMDD');
        CONTINUE WHEN to_regclass('public.' || partition) IS NOT NULL;
        first := (today + offset_days)::timestamp AT TIME ZONE 'UTC';
        last := (today + offset_days + 1)::timestamp AT TIME ZONE 'UTC';
        -- Nothing may arrive in the default partition between the move and the attachment.
        LOCK TABLE public.readings_default IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('CREATE TABLE public.%I (LIKE public.readings INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
        EXECUTE format(
            'WITH moved AS (DELETE FROM public.readings_default WHERE measured_at >= %L AND measured_at < %L RETURNING *)
             INSERT INTO public.%I SELECT * FROM moved', first, last, partition);
        EXECUTE format(
            'ALTER TABLE public.readings ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', partition, first, last);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
REVOKE EXECUTE ON FUNCTION make_partitions(integer) FROM PUBLIC;
