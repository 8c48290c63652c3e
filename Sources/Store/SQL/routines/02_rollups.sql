-- Roll-ups of the readings, an hour a row. Built behind the time, not with each report; whatever changes what is built already
-- puts its hour down, and until that is built anew it is read from the readings. So a roll-up never disagrees with them.

CREATE OR REPLACE FUNCTION hours_stale() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_hours (patient_id, vital, hour)
    SELECT DISTINCT c.patient_id, c.vital, date_bin('1 hour', coalesce(c.effective_at, c.measured_at), '1970-01-01Z') FROM changed c, rolled_up u
    -- Who reads in an old snapshot reads an old horizon.
    WHERE coalesce(c.effective_at, c.measured_at) < u.closed_until OR current_setting('transaction_isolation') <> 'read committed';
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER hours_stale_inserted AFTER INSERT ON readings
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hours_stale();
CREATE OR REPLACE TRIGGER hours_stale_deleted AFTER DELETE ON readings
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hours_stale();
CREATE OR REPLACE TRIGGER hours_stale_before_update AFTER UPDATE ON readings
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hours_stale();
CREATE OR REPLACE TRIGGER hours_stale_after_update AFTER UPDATE ON readings
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hours_stale();

-- Makes an hour's roll-ups anew, of these patients' vitals. Planned with the hour known, so that only its day's partition is looked at.
CREATE OR REPLACE FUNCTION build_hour(built timestamptz, patients integer[], vitals smallint[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    DELETE FROM reading_hours h USING unnest(patients, vitals) AS w (patient_id, vital)
    WHERE h.patient_id = w.patient_id AND h.vital = w.vital AND h.hour = built;
    INSERT INTO reading_hours (patient_id, vital, hour, minutes, minimums, maximums, sums, counts)
    SELECT w.patient_id, w.vital, built, m.*
    FROM (SELECT DISTINCT * FROM unnest(patients, vitals)) AS w (patient_id, vital)
    CROSS JOIN LATERAL (
        SELECT array_agg(extract(minute FROM minute - built)::smallint ORDER BY minute) AS minutes, array_agg(least ORDER BY minute),
            array_agg(greatest ORDER BY minute), array_agg(total ORDER BY minute), array_agg(number ORDER BY minute)
        FROM (
            SELECT date_bin('1 minute', r.at, built) AS minute, min(r.value) AS least, max(r.value) AS greatest,
                sum(r.value) AS total, count(*)::integer AS number
            FROM readings_within(w.patient_id, w.vital, built, built + interval '1 hour') AS r
            GROUP BY 1
        ) AS by_minute
    ) AS m
    WHERE m.minutes IS NOT NULL;
END $$;

-- One step: builds the next hour, or anew one that is stale and in which nobody has stored for so long (what devices bring after an outage
-- would else be built over and over while they bring it), or has stored for thirty times as long: nobody keeps an hour stale for ever.
-- True: it did something, and there may be more to do. Harmless at any time and twice at once.
--
-- A reading that is just being stored must not be missed. So an hour is closed first: from then on whoever stores a reading of that hour puts it
-- down as stale. Those who did not know that yet are let finish; only then it is built.
CREATE OR REPLACE FUNCTION roll_up(settled interval DEFAULT '20 seconds') RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    has_written boolean := pg_current_xact_id_if_assigned() IS NOT NULL;
    u rolled_up;
    stale timestamptz;
    next timestamptz := date_bin('1 hour', now() - interval '5 minutes', '1970-01-01Z');
    patients integer[];
    vitals smallint[];
BEGIN
    SELECT * INTO u FROM rolled_up FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    -- The database host's clock lay ahead and was set back. What was built of a time that is still to come counts for nothing; but a clock that
    -- lies behind takes nothing away of which there are readings, or no readings any more.
    IF u.closed_until > next + interval '1 hour' THEN
        SELECT greatest(next, u.readings_from, date_bin('1 hour', max(ordered_at), '1970-01-01Z')) INTO next FROM latest_readings;
        IF u.closed_until > next + interval '1 hour' THEN
            DELETE FROM reading_hours WHERE hour >= next;
            UPDATE rolled_up SET built_until = least(built_until, next), closed_until = next, fence = NULL;
            RETURN true;
        END IF;
    END IF;
    -- The next hour comes first: however much is brought late, the newest histories stay quick.
    IF u.built_until = u.closed_until THEN
        UPDATE rolled_up SET closed_until = next, fence = NULL WHERE next > closed_until;
        IF FOUND THEN
            RETURN true;
        END IF;
    ELSIF u.fence IS NULL THEN
        -- Whoever did not know wrote before the closing was committed, so before this transaction did, if it has only begun to: the fence is
        -- its own number. A snapshot's xmax would not do: it is that of the newest one that has ended.
        IF NOT has_written THEN
            UPDATE rolled_up SET fence = pg_current_xact_id();
            RETURN true;
        END IF;
    ELSIF pg_snapshot_xmin(pg_current_snapshot()) >= u.fence THEN
        -- Whose newest reading is older has none in that hour. By a day: one of a clock that is ahead gives way to any older one, late ones too.
        SELECT array_agg(patient_id), array_agg(vital) INTO patients, vitals FROM (
            SELECT DISTINCT patient_id, vital FROM latest_readings
            WHERE ordered_at >= u.built_until - interval '1 day' OR u.built_until < now() - interval '3 days'
        ) AS present;
        PERFORM build_hour(u.built_until, patients, vitals);
        UPDATE rolled_up SET built_until = built_until + interval '1 hour';
        RETURN true;
    END IF;
    -- Put down in a time to come: by a clock that was set back since.
    SELECT hour INTO stale FROM stale_hours GROUP BY hour
    HAVING max(at) <= now() - settled OR min(at) <= now() - 30 * settled OR max(at) > now() + settled ORDER BY hour DESC LIMIT 1;
    IF stale IS NULL THEN
        RETURN false;
    END IF;
    -- Whose row is seen here, their readings are seen below.
    WITH known AS (DELETE FROM stale_hours WHERE hour = stale RETURNING patient_id, vital)
    SELECT array_agg(patient_id), array_agg(vital) INTO patients, vitals FROM known;
    IF stale >= u.readings_from AND stale < u.built_until THEN
        PERFORM build_hour(stale, patients, vitals);
    END IF;
    RETURN true;
END $$;
