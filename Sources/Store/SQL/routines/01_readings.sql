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

-- The ward whose screens show a patient: none once discharged, whatever still arrives.
CREATE OR REPLACE FUNCTION ward_of(p patients) RETURNS integer
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN p.discharged_at IS NULL THEN p.ward_id END
$$;

-- A reading as a message carries it: [vital, value, ms], and 1 behind them when it was taken by hand.
CREATE OR REPLACE FUNCTION reading_entry(vital smallint, value double precision, measured_at timestamptz, by_hand boolean) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN by_hand THEN json_build_array(vital, value, epoch_ms(measured_at), 1)
        ELSE json_build_array(vital, value, epoch_ms(measured_at)) END
$$;

-- One message a patient: the values that became the latest, of devices and by hand, and `from` when older readings came along. Under 8,000 bytes: there
-- are as many vitals as the registry has.
CREATE OR REPLACE FUNCTION readings_inserted() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    told integer;
BEGIN
    -- In the order of the key, so that two writers never wait for each other crosswise.
    WITH newest AS (
        SELECT DISTINCT ON (patient_id, vital, device_id = 0) patient_id, vital, measured_at, value, device_id = 0 AS by_hand
        FROM inserted ORDER BY patient_id, vital, device_id = 0, measured_at DESC
    ), risen AS (
        INSERT INTO latest_readings AS l (patient_id, vital, measured_at, value, by_hand)
        SELECT * FROM newest
        ON CONFLICT (patient_id, vital, by_hand) DO UPDATE SET measured_at = excluded.measured_at, value = excluded.value
            -- One that lies ahead, of a clock that does, gives way to whatever comes.
            WHERE excluded.measured_at >= l.measured_at OR l.measured_at > now()
        RETURNING l.patient_id, l.vital, l.measured_at, l.value, l.by_hand
    ), messages AS (
        SELECT patient_id, json_agg(reading_entry(vital, value, measured_at, by_hand)) AS latest
        FROM risen GROUP BY patient_id
    ), older AS (
        SELECT i.patient_id, min(i.measured_at) AS since
        FROM inserted i LEFT JOIN risen r ON (r.patient_id, r.vital, r.by_hand) = (i.patient_id, i.vital, i.device_id = 0)
        WHERE r.measured_at IS NULL OR i.measured_at < r.measured_at
        GROUP BY i.patient_id
    )
    SELECT count(*) INTO told
    FROM messages m FULL JOIN older o USING (patient_id) JOIN patients p ON p.id = patient_id
    CROSS JOIN LATERAL pg_notify('fajma_reading', addressed(p.id, ward_of(p), json_build_object(
        'patient', p.id, 'ward', ward_of(p), 'latest', coalesce(m.latest, '[]'), 'from', epoch_ms(o.since))));
    RETURN NULL;
END $$;

-- A correction or a deletion: what is latest is looked up again, and the screens fetch their charts from there.
CREATE OR REPLACE FUNCTION readings_corrected() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    changed record;
    hand boolean;
BEGIN
    FOR changed IN SELECT patient_id, vital, min(measured_at) AS since, array_agg(measured_at) AS instants
        FROM removed GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        DELETE FROM latest_readings l WHERE l.patient_id = changed.patient_id AND l.vital = changed.vital;
        FOREACH hand IN ARRAY ARRAY[false, true] LOOP
            -- Where a device measures too, a value by hand must not be looked for among its millions; no score takes an older one.
            INSERT INTO latest_readings (patient_id, vital, measured_at, value, by_hand)
            SELECT r.patient_id, r.vital, r.measured_at, r.value, hand FROM readings r
            WHERE r.patient_id = changed.patient_id AND r.vital = changed.vital AND (r.device_id = 0) = hand
                AND r.measured_at > CASE WHEN EXISTS (
                    SELECT FROM latest_readings l WHERE l.patient_id = changed.patient_id AND l.vital = changed.vital
                ) THEN now() - interval '4 days' ELSE '-infinity' END
            ORDER BY r.measured_at DESC LIMIT 1;
        END LOOP;
        -- The alert of a value that was not so is over; what is so raises another with the next reading.
        UPDATE alerts SET ended_at = now()
        WHERE patient_id = changed.patient_id AND vital = changed.vital AND ended_at IS NULL AND measured_at = ANY (changed.instants);
        DELETE FROM alarm_conditions c WHERE c.patient_id = changed.patient_id AND c.vital = changed.vital;
        PERFORM pg_notify('fajma_reading', addressed(p.id, ward_of(p), json_build_object(
            'patient', p.id, 'ward', ward_of(p), 'from', epoch_ms(changed.since), 'corrected', changed.vital,
            'latest', coalesce(json_agg(reading_entry(l.vital, l.value, l.measured_at, l.by_hand))
                FILTER (WHERE l.vital IS NOT NULL), '[]'))))
        FROM patients p LEFT JOIN latest_readings l ON l.patient_id = p.id AND l.vital = changed.vital
        WHERE p.id = changed.patient_id GROUP BY p.id;
    END LOOP;
    RETURN NULL;
END $$;

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
