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

-- A reading as a message carries it: [vital, value, ms, 0, device], or [vital, value, ms, 1] of one taken by hand.
CREATE OR REPLACE FUNCTION reading_entry(vital smallint, value double precision, measured_at timestamptz, device integer) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN device = 0 THEN json_build_array(vital, value, epoch_ms(measured_at), 1)
        ELSE json_build_array(vital, value, epoch_ms(measured_at), 0, device) END
$$;

-- The effective instant of a reading: when it was measured by the server's clock as far as that can be told, at the latest when it arrived. It decides
-- which of two readings is newer, and where a chart draws them.
CREATE OR REPLACE FUNCTION effective_instant(effective_at timestamptz, measured_at timestamptz, received_at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(effective_at, least(measured_at, received_at))
$$;

-- The period at which something comes, in seconds, after one more gap; `known` NULL: none yet. A longer gap counts at most twice the period, so that
-- what comes and goes does not teach that it comes seldom, and is missed the later the more often it is gone.
CREATE OR REPLACE FUNCTION smoothed_period(known real, gap double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN known IS NULL THEN gap WHEN gap < known THEN known + 0.3 * (gap - known) ELSE known + 0.2 * (least(gap, 2 * known) - known) END
$$;

-- A vital's readings with an effective instant in [begins, ends). Of partitions only those of these days and, where a device's clock is off, of the days beside
-- them: ClockOffset.maximumMilliseconds.
CREATE OR REPLACE FUNCTION readings_within(patient integer, of_vital smallint, begins timestamptz, ends timestamptz)
RETURNS TABLE (at timestamptz, value double precision, device_id integer)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT r.measured_at, r.value, r.device_id FROM readings r
    WHERE r.patient_id = patient AND r.vital = of_vital AND r.measured_at >= begins AND r.measured_at < ends AND r.effective_at IS NULL
    UNION ALL
    SELECT r.effective_at, r.value, r.device_id FROM readings r
    WHERE r.patient_id = patient AND r.vital = of_vital AND r.effective_at >= begins AND r.effective_at < ends
        AND r.measured_at >= begins - interval '1 day' AND r.measured_at < ends + interval '1 day'
$$;

-- One message a patient: the values that became the latest, of devices and by hand, and `from` when older readings came along. Under 8,000 bytes: there
-- are as many vitals as the registry has, and of each at most four devices' values.
CREATE OR REPLACE FUNCTION readings_inserted() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    told integer;
BEGIN
    -- In the order of the key, so that two writers never wait for each other crosswise.
    WITH newest AS (
        SELECT DISTINCT ON (patient_id, vital, device_id) patient_id, vital, device_id, measured_at,
            effective_instant(effective_at, measured_at, received_at) AS ordered_at, value
        FROM inserted ORDER BY patient_id, vital, device_id, effective_instant(effective_at, measured_at, received_at) DESC, measured_at DESC
    ), risen AS (
        INSERT INTO latest_readings AS l (patient_id, vital, device_id, measured_at, ordered_at, value)
        SELECT * FROM newest
        ON CONFLICT (patient_id, vital, device_id) DO UPDATE SET
            measured_at = excluded.measured_at, ordered_at = excluded.ordered_at, value = excluded.value,
            -- One that was not measured for long, or was brought late, does not show its period.
            period_seconds = CASE WHEN excluded.ordered_at - l.ordered_at BETWEEN interval '0.2 s' AND interval '5 min'
                THEN smoothed_period(l.period_seconds, extract(epoch FROM excluded.ordered_at - l.ordered_at)::float8)
                ELSE l.period_seconds END
            WHERE (excluded.ordered_at, excluded.measured_at) >= (l.ordered_at, l.measured_at)
        RETURNING l.patient_id, l.vital, l.device_id, l.measured_at, l.ordered_at, l.value, l.by_hand
    ), told AS (
        -- Of several devices each one's, unless it is older than what another has now. What the others had before is in the table as it was before
        -- this statement.
        SELECT * FROM (
            SELECT r.*, row_number() OVER (PARTITION BY r.patient_id, r.vital, r.by_hand ORDER BY r.ordered_at DESC, r.measured_at DESC) AS place,
                max(r.ordered_at) OVER (PARTITION BY r.patient_id, r.vital, r.by_hand) AS newest_at
            FROM risen r
        ) AS r
        WHERE r.place <= 4 AND (r.by_hand OR r.ordered_at >= r.newest_at - interval '15 s' AND NOT EXISTS (
            SELECT FROM latest_readings o WHERE (o.patient_id, o.vital) = (r.patient_id, r.vital) AND NOT o.by_hand AND o.device_id <> r.device_id
                AND o.ordered_at - interval '15 s' > r.ordered_at))
    ), messages AS (
        SELECT patient_id, json_agg(reading_entry(vital, value, ordered_at, device_id) ORDER BY vital, ordered_at) AS latest
        FROM told GROUP BY patient_id
    ), older AS (
        SELECT i.patient_id, min(effective_instant(i.effective_at, i.measured_at, i.received_at)) AS since
        FROM inserted i LEFT JOIN told t ON (t.patient_id, t.vital, t.device_id) = (i.patient_id, i.vital, i.device_id)
        WHERE t.measured_at IS NULL OR i.measured_at <> t.measured_at
        GROUP BY i.patient_id
    )
    SELECT count(*) INTO told
    FROM messages m FULL JOIN older o USING (patient_id) JOIN patients p ON p.id = patient_id
    CROSS JOIN LATERAL pg_notify('fajma_reading', addressed(p.id, ward_of(p), json_build_object(
        'patient', p.id, 'ward', ward_of(p), 'latest', coalesce(m.latest, '[]'), 'from', epoch_ms(o.since))));
    RETURN NULL;
END $$;

-- Whether a source still holds the alert of a rule open.
CREATE OR REPLACE FUNCTION is_raised(a alerts) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM alarm_conditions c WHERE (c.patient_id, c.vital, c.side) = (a.patient_id, a.vital, a.side) AND c.raised IS NOT NULL)
$$;

-- A correction or a deletion: what is latest is looked up again, and the screens fetch their charts from there.
CREATE OR REPLACE FUNCTION readings_corrected() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    changed record;
    source integer;
BEGIN
    FOR changed IN SELECT patient_id, vital, min(effective_instant(effective_at, measured_at, received_at)) AS since,
        array_agg(effective_instant(effective_at, measured_at, received_at)) AS instants, array_agg(DISTINCT device_id) AS sources
        FROM removed GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        DELETE FROM latest_readings l WHERE l.patient_id = changed.patient_id AND l.vital = changed.vital AND l.device_id = ANY (changed.sources);
        FOREACH source IN ARRAY changed.sources LOOP
            -- Where another source measures too, one's values must not be looked for among its millions; no score takes an older one.
            INSERT INTO latest_readings (patient_id, vital, device_id, measured_at, ordered_at, value)
            SELECT r.patient_id, r.vital, r.device_id, r.measured_at, effective_instant(r.effective_at, r.measured_at, r.received_at), r.value FROM readings r
            WHERE r.patient_id = changed.patient_id AND r.vital = changed.vital AND r.device_id = source
                AND r.measured_at > CASE WHEN EXISTS (
                    SELECT FROM latest_readings l WHERE l.patient_id = changed.patient_id AND l.vital = changed.vital
                ) THEN now() - interval '4 days' ELSE '-infinity' END
            ORDER BY effective_instant(r.effective_at, r.measured_at, r.received_at) DESC, r.measured_at DESC LIMIT 1;
        END LOOP;
        -- What a source raised by a value that was not so is over, and its delays start again; what is so raises with the next reading.
        UPDATE alarm_conditions c SET since_error = NULL, since_warning = NULL, since_info = NULL,
            raised = CASE WHEN EXISTS (
                SELECT FROM alerts a WHERE (a.patient_id, a.vital, a.side) = (c.patient_id, c.vital, c.side) AND a.ended_at IS NULL
                    AND a.measured_at = ANY (changed.instants)) THEN NULL ELSE c.raised END
        WHERE c.patient_id = changed.patient_id AND c.vital = changed.vital AND c.device_id = ANY (changed.sources);
        DELETE FROM alarm_conditions c
        WHERE c.patient_id = changed.patient_id AND c.vital = changed.vital AND c.raised IS NULL
            AND num_nonnulls(c.since_error, c.since_warning, c.since_info) = 0;
        UPDATE alerts a SET ended_at = now()
        WHERE a.patient_id = changed.patient_id AND a.vital = changed.vital AND a.ended_at IS NULL AND NOT is_raised(a);
        PERFORM pg_notify('fajma_reading', addressed(p.id, ward_of(p), json_build_object(
            'patient', p.id, 'ward', ward_of(p), 'from', epoch_ms(changed.since), 'corrected', changed.vital,
            'latest', coalesce(json_agg(reading_entry(l.vital, l.value, l.ordered_at, l.device_id))
                FILTER (WHERE l.vital IS NOT NULL), '[]'))))
        FROM patients p LEFT JOIN (
            SELECT DISTINCT ON (n.by_hand) n.* FROM latest_readings n WHERE n.patient_id = changed.patient_id AND n.vital = changed.vital
            ORDER BY n.by_hand, n.ordered_at DESC, n.measured_at DESC
        ) AS l ON l.patient_id = p.id
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

-- Makes a day's partition, where there is none; what the default partition caught of that day moves into it. It waits for its locks only shortly:
-- every query of readings queues behind it, so behind a backup of an hour every list and chart would hang. The caller calls again.
CREATE OR REPLACE FUNCTION make_partition(day date) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '3s' AS $$
DECLARE
    first timestamptz := day::timestamp AT TIME ZONE 'UTC';
    last timestamptz := (day + 1)::timestamp AT TIME ZONE 'UTC';
    partition text := 'readings_' || to_char(day, 'YYYYMMDD');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('fajma partitions'));
    IF to_regclass('public.' || partition) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Nothing may arrive in the default partition between the move and the attachment.
    LOCK TABLE public.readings_default IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.readings INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
    EXECUTE format(
        'WITH moved AS (DELETE FROM public.readings_default WHERE measured_at >= %L AND measured_at < %L RETURNING *)
         INSERT INTO public.%I SELECT * FROM moved', first, last, partition);
    EXECUTE format(
        'ALTER TABLE public.readings ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', partition, first, last);
    RETURN true;
END $$;
REVOKE EXECUTE ON FUNCTION make_partition(date) FROM PUBLIC;

-- Makes the partitions of the days from yesterday until `days` ahead. Harmless at any time and twice at once.
CREATE OR REPLACE FUNCTION make_partitions(days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '3s' AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
    -- Works with the owner's rights: whoever stole the application's password may not fill the catalog with it.
    IF days > 366 THEN
        RAISE 'partitions are made for 366 days at most' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN (SELECT count(*) FILTER (WHERE public.make_partition(today + place)) FROM generate_series(-1, days) AS place);
END $$;
REVOKE EXECUTE ON FUNCTION make_partitions(integer) FROM PUBLIC;
