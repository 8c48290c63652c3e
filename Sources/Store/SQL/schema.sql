CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;
COMMENT ON EXTENSION btree_gist IS 'support for indexing common datatypes in GiST';
CREATE FUNCTION public.addressed(patient integer, ward integer, message json) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT coalesce(patient, 0) || ' ' || coalesce(ward, 0) || ' ' || message
$$;
CREATE TABLE public.alerts (
    id integer NOT NULL,
    patient_id integer,
    kind text NOT NULL,
    message text NOT NULL,
    severity text NOT NULL,
    measured_at timestamp with time zone NOT NULL,
    raised_at timestamp with time zone DEFAULT now() NOT NULL,
    acknowledged_at timestamp with time zone,
    acknowledged_by integer,
    ended_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    vital smallint,
    side text,
    value double precision,
    limit_value double precision,
    received_at timestamp with time zone,
    worsened_at timestamp with time zone,
    reminded_at timestamp with time zone,
    escalated_at timestamp with time zone,
    ward_id integer,
    device_id integer,
    first_acknowledged_at timestamp with time zone,
    sources integer[],
    raised_by integer,
    hand_condition text,
    profile text,
    score_minimum smallint,
    score_maximum smallint,
    score_threes smallint[],
    linked_alert_id integer,
    next_measurement_at timestamp with time zone,
    doctor_called_at timestamp with time zone,
    doctor_called_by integer,
    imported_at timestamp with time zone,
    CONSTRAINT alerts_acknowledged_by_somebody CHECK (
CASE
    WHEN (imported_at IS NULL) THEN ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
    ELSE ((acknowledged_at IS NOT NULL) AND (ended_at IS NOT NULL))
END),
    CONSTRAINT alerts_condition_whole CHECK (((vital IS NULL) = (side IS NULL))),
    CONSTRAINT alerts_doctor_called_by_somebody CHECK (((doctor_called_at IS NULL) = (doctor_called_by IS NULL))),
    CONSTRAINT alerts_kind_length CHECK (((char_length(kind) >= 1) AND (char_length(kind) <= 64))),
    CONSTRAINT alerts_message_length CHECK (((char_length(message) >= 1) AND (char_length(message) <= 5000))),
    CONSTRAINT alerts_one_subject CHECK ((num_nonnulls(patient_id, ward_id) = 1)),
    CONSTRAINT alerts_origin_known CHECK (
CASE
    WHEN (raised_by IS NULL) THEN ((num_nonnulls(vital, device_id, ward_id, score_minimum, imported_at) > 0) OR (kind = ANY (ARRAY['absence'::text, 'brassard'::text])) OR (kind ~~ 'ancien:%'::text))
    ELSE (num_nonnulls(vital, device_id, ward_id, score_minimum, imported_at) = 0)
END),
    CONSTRAINT alerts_severity_known CHECK ((severity = ANY (ARRAY['error'::text, 'warning'::text, 'info'::text]))),
    CONSTRAINT alerts_side_known CHECK ((side = ANY (ARRAY['bas'::text, 'haut'::text]))),
    CONSTRAINT alerts_system_kind CHECK (((raised_by IS NULL) OR (kind ~~ 'ancien:%'::text) OR ((kind !~ '_(bas|haut)$'::text) AND (kind <> ALL (ARRAY['signal_perdu'::text, 'capteur_detache'::text, 'pouls_introuvable'::text, 'mesure_absente'::text, 'capteurs_discordants'::text, 'batterie_faible'::text, 'horloge'::text, 'service_non_surveille'::text, 'surveillance_interrompue'::text, 'alertes_trop_nombreuses'::text, 'absence'::text, 'brassard'::text, 'score_eleve'::text]))))),
    CONSTRAINT alerts_total_whole CHECK (((num_nonnulls(score_minimum, score_maximum, score_threes, next_measurement_at) = ANY (ARRAY[0, 4])) AND ((kind = 'score_eleve'::text) = (score_minimum IS NOT NULL)) AND ((score_minimum IS NOT NULL) OR (num_nonnulls(linked_alert_id, doctor_called_at, doctor_called_by) = 0))))
);
COMMENT ON COLUMN public.alerts.measured_at IS 'When the reading that raised it was measured.';
COMMENT ON COLUMN public.alerts.version IS 'Grows with every change: of two copies on a screen the greater is the newer.';
COMMENT ON COLUMN public.alerts.vital IS 'Of an alarm rule''s alert: what it watches; NULL: raised by a person, or technical.';
COMMENT ON COLUMN public.alerts.received_at IS 'When that reading arrived; raised_at minus measured_at is the delay of the whole way.';
COMMENT ON COLUMN public.alerts.ward_id IS 'Of an alert about a whole ward; a patient''s is where the patient is.';
COMMENT ON COLUMN public.alerts.device_id IS 'Of a technical alert: the device that it is about.';
COMMENT ON COLUMN public.alerts.first_acknowledged_at IS 'A reminder or a worse priority takes back acknowledged_at, not this: how long somebody took.';
COMMENT ON COLUMN public.alerts.sources IS 'Of an alert of a rule: the devices that found it, in the order in which they did; 0: a person. Null: not of a rule, or older than this column.';
COMMENT ON COLUMN public.alerts.raised_by IS 'Who raised it by hand; NULL: the system.';
COMMENT ON COLUMN public.alerts.hand_condition IS 'The priority that readings by hand had raised, whose condition the acknowledgement ended: taken back, it is there again.';
COMMENT ON COLUMN public.alerts.profile IS 'Of an alarm rule''s alert: the profile that held when it was raised; NULL: from before there were any.';
COMMENT ON COLUMN public.alerts.score_minimum IS 'Of an alert about the early warning score: what the score surely was when it was raised last; score_maximum: what it could be.';
COMMENT ON COLUMN public.alerts.score_threes IS 'The vitals that gave 3 points.';
COMMENT ON COLUMN public.alerts.linked_alert_id IS 'Shows a single 3 already: this alert is seen and not heard.';
COMMENT ON COLUMN public.alerts.next_measurement_at IS 'Later than that, the observation is overdue.';
COMMENT ON COLUMN public.alerts.imported_at IS 'When it was brought over from the replaced system; NULL: it is of this one.';
COMMENT ON CONSTRAINT alerts_system_kind ON public.alerts IS 'The same list as SystemAlertKind in Sources/Clinical.';
CREATE FUNCTION public.alert_briefly(a public.alerts) RETURNS public.alerts
    LANGUAGE sql STABLE
    AS $$
    SELECT CASE WHEN char_length(a.message) > 500 THEN jsonb_populate_record(a, jsonb_build_object('message', left(a.message, 499) || '…')) ELSE a END
$$;
CREATE FUNCTION public.alert_json(a public.alerts) RETURNS json
    LANGUAGE sql STABLE
    AS $$
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
CREATE FUNCTION public.alert_sources(a public.alerts) RETURNS json
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce(json_agg(json_build_object('dispositif', d.id, 'nom', d.name) ORDER BY s.place), '[]')
    FROM unnest(a.sources) WITH ORDINALITY AS s (device, place) LEFT JOIN devices d ON d.id = s.device
$$;
CREATE FUNCTION public.alerts_break_pauses() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.alerts_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.alerts_next_version() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.version := OLD.version + 1;
    -- An acknowledgement that is taken back was none: who takes it back clears both.
    IF NEW.acknowledged_at IS NOT NULL OR NEW.first_acknowledged_at IS NOT NULL THEN
        NEW.first_acknowledged_at := coalesce(OLD.first_acknowledged_at, NEW.acknowledged_at);
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.audit_actor() RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce(nullif(current_setting('fajma.actor', true), '')::jsonb, jsonb_build_object('name', 'sql:' || session_user))
$$;
CREATE TABLE public.audit (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    action text NOT NULL,
    user_id integer,
    username text NOT NULL,
    address text,
    session text,
    patient_id integer,
    subject text,
    before jsonb,
    after jsonb,
    once text,
    CONSTRAINT audit_action_length CHECK (((char_length(action) >= 1) AND (char_length(action) <= 64)))
);
COMMENT ON TABLE public.audit IS 'Who did what, when, from where, to which patient. The application may add to it and read it, nothing else.';
COMMENT ON COLUMN public.audit.username IS 'As it was then; of no account: the program or the database role that did it.';
COMMENT ON COLUMN public.audit.once IS 'What is written once a session and hour carries session, hour and what it is about.';
CREATE FUNCTION public.audit_content(chain_position bigint, sealed_at timestamp with time zone, a public.audit) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT convert_to(
        netstring(chain_position::text) || netstring(epoch_us(sealed_at))
        || netstring(a.id::text) || netstring(epoch_us(a.at)) || netstring(a.action) || netstring(a.user_id::text)
        || netstring(a.username) || netstring(a.address) || netstring(a.session) || netstring(a.patient_id::text)
        || netstring(a.subject) || netstring(a.before::text) || netstring(a.after::text) || netstring(a.once), 'UTF8')
$$;
CREATE FUNCTION public.audit_pends() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO public.audit_pending (audit_id) SELECT id FROM inserted;
    RETURN NULL;
END $$;
CREATE FUNCTION public.audit_record(action text, patient integer, subject text, before jsonb, after jsonb) RETURNS void
    LANGUAGE sql
    AS $$
    INSERT INTO audit (action, user_id, username, address, session, patient_id, subject, before, after)
    SELECT action, (actor ->> 'user')::integer, actor ->> 'name', actor ->> 'address', actor ->> 'session', patient, subject, before, after
    FROM audit_actor() AS actor
$$;
CREATE FUNCTION public.audit_told(told jsonb, secret text[], noise text[]) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT jsonb_object_agg(key, CASE WHEN key = ANY (secret) AND value <> 'null' THEN '"…"' ELSE value END)
    FROM jsonb_each(told) WHERE key <> ALL (noise)
$$;
CREATE FUNCTION public.audited() RETURNS trigger
    LANGUAGE plpgsql
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $_$
DECLARE
    action text := TG_ARGV[0] || CASE TG_OP WHEN 'INSERT' THEN '.created' WHEN 'UPDATE' THEN '.changed' ELSE '.deleted' END;
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    whole jsonb := coalesce(new_row, old_row);
    secret text[] := string_to_array(coalesce(TG_ARGV[3], ''), ',');
    noise text[] := string_to_array(coalesce(TG_ARGV[4], ''), ',');
    effect jsonb;
BEGIN
    IF TG_TABLE_NAME = 'users' AND whole ->> 'role' = 'machine' THEN
        RETURN NULL;  -- the key that it belongs to is told of
    END IF;
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, new_row -> o.key) INTO old_row, new_row
        FROM jsonb_each(old_row) AS o WHERE o.value IS DISTINCT FROM new_row -> o.key AND o.key <> ALL (noise);
        IF new_row IS NULL THEN
            RETURN NULL;
        END IF;
        IF action = 'user.changed' AND new_row ? 'password_hash' AND new_row - '{password_hash,must_change_password}'::text[] = '{}' THEN
            -- The replaced system's password, hashed in our way at the first login, is the same one.
            action := CASE WHEN whole -> 'password_changed_at' = to_jsonb(OLD) -> 'password_changed_at' THEN 'password.rehashed'
                ELSE 'password.changed' END;
        ELSIF action = 'session.changed' THEN
            action := CASE WHEN new_row ? 'locked_at' THEN 'session.locked' ELSE 'session.ended' END;
        ELSIF action = 'key.changed' THEN
            action := CASE WHEN new_row ? 'revoked_at' THEN 'key.revoked' WHEN new_row ? 'secret_hash' THEN 'key.renewed' ELSE action END;
        END IF;
    END IF;
    IF TG_TABLE_NAME = 'machine_keys' THEN
        SELECT old_row || jsonb_build_object('name', username), new_row || jsonb_build_object('name', username) INTO old_row, new_row
        FROM users WHERE id = (whole ->> 'user_id')::integer;
    ELSIF TG_TABLE_NAME = 'device_state' THEN
        action := 'device.changed';  -- the row comes into being with the first word about a device that is there
    ELSIF TG_TABLE_NAME = 'alarm_rules' THEN
        -- Called after what it watches, a ward's after the ward, and another profile's than an adult's after the profile: of a change only what changed is kept. That there is no limit must be seen.
        whole := whole || jsonb_build_object('id', concat_ws('-', 'ward-' || (whole ->> 'ward_id'), whole ->> 'profile',
            (SELECT name FROM vitals WHERE code = (whole ->> 'vital')::smallint), whole ->> 'side', whole ->> 'severity'));
        old_row := CASE WHEN old_row -> 'limit_value' = 'null' THEN old_row || '{"limit_value": "none"}' ELSE old_row END;
        new_row := CASE WHEN new_row -> 'limit_value' = 'null' THEN new_row || '{"limit_value": "none"}' ELSE new_row END;
        effect := nullif(current_setting('fajma.limit_effects', true), '')::jsonb -> substring(whole ->> 'id' FROM '[^-]+-[^-]+-[^-]+$');
    ELSIF TG_TABLE_NAME = 'patients' AND new_row ? 'profile' THEN
        effect := nullif(current_setting('fajma.limit_effects', true), '')::jsonb -> 'profile';
    END IF;
    PERFORM audit_record(
        action, (whole ->> nullif(TG_ARGV[2], ''))::integer,
        split_part(TG_ARGV[1], ' ', 1) || ' ' || (whole ->> split_part(TG_ARGV[1], ' ', 2)),
        with_effect(audit_told(CASE TG_OP WHEN 'UPDATE' THEN old_row ELSE jsonb_strip_nulls(old_row) END, secret, noise), effect -> 'before'),
        with_effect(audit_told(CASE TG_OP WHEN 'UPDATE' THEN new_row ELSE jsonb_strip_nulls(new_row) END, secret, noise), effect -> 'after'));
    RETURN NULL;
END $_$;
CREATE FUNCTION public.build_hour(built timestamp with time zone, patients integer[], vitals smallint[]) RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
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
CREATE TABLE public.device_calibrations (
    id integer NOT NULL,
    device_id integer NOT NULL,
    calibrated_by integer NOT NULL,
    calibrated_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    reference text NOT NULL,
    a double precision NOT NULL,
    b double precision NOT NULL,
    c double precision NOT NULL,
    spo2_min smallint NOT NULL,
    spo2_max smallint NOT NULL,
    CONSTRAINT device_calibrations_range CHECK (((50 <= spo2_min) AND (spo2_min < spo2_max) AND (spo2_max <= 100))),
    CONSTRAINT device_calibrations_reference_length CHECK (((char_length(reference) >= 1) AND (char_length(reference) <= 120)))
);
COMMENT ON TABLE public.device_calibrations IS 'Of a device the one with the latest calibrated_at counts.';
COMMENT ON COLUMN public.device_calibrations.reference IS 'The instrument that it was compared with: maker, model, serial number.';
COMMENT ON COLUMN public.device_calibrations.a IS 'SpO2 = a R^2 + b R + c, in percent.';
COMMENT ON COLUMN public.device_calibrations.spo2_min IS 'The values of the reference were between this and spo2_max: outside the curve is a guess.';
CREATE FUNCTION public.calibration_json(k public.device_calibrations, curve double precision[]) RETURNS json
    LANGUAGE sql STABLE
    AS $$
    SELECT json_build_object('id', k.id, 'le', wire_time(k.calibrated_at), 'par', (SELECT username FROM users WHERE id = k.calibrated_by),
        'enregistre_le', wire_time(k.recorded_at), 'reference', k.reference, 'a', k.a, 'b', k.b, 'c', k.c,
        'spo2_min', k.spo2_min, 'spo2_max', k.spo2_max, 'en_service', computes_with(curve, k))
$$;
CREATE FUNCTION public.computes_with(curve double precision[], k public.device_calibrations) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT coalesce(greatest(abs(curve[1] - k.a), abs(curve[2] - k.b), abs(curve[3] - k.c)) < 0.001, false)
$$;
CREATE FUNCTION public.device_assigned() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.device_calibrated() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM notify_device(coalesce(NEW.device_id, OLD.device_id));
    RETURN NULL;
END $$;
CREATE FUNCTION public.device_calibration(device integer) RETURNS json
    LANGUAGE sql STABLE
    AS $$
    SELECT calibration_json(k, (SELECT s.spo2_curve FROM device_state s WHERE s.device_id = device))
    FROM device_calibrations k WHERE k.device_id = device ORDER BY k.calibrated_at DESC, k.id DESC LIMIT 1
$$;
CREATE FUNCTION public.device_json(device integer, patient integer) RETURNS json
    LANGUAGE sql STABLE
    AS $$
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
CREATE FUNCTION public.device_state_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.disagree(patient integer, of_vital smallint, one integer, other integer, tolerance double precision, seconds double precision) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    WITH measured AS (
        SELECT r.device_id, min(r.value) AS least, max(r.value) AS greatest, min(r.at) AS begins
        FROM readings_within(patient, of_vital, now() - (seconds + 5) * interval '1 s', now()) AS r WHERE r.device_id IN (one, other) GROUP BY 1
    )
    SELECT coalesce(bool_and(greatest(a.least - b.greatest, b.least - a.greatest) > tolerance
        AND greatest(a.begins, b.begins) <= now() - seconds * interval '1 s'), false)
    FROM measured a JOIN measured b ON a.device_id = one AND b.device_id = other
$$;
CREATE FUNCTION public.effective_instant(effective_at timestamp with time zone, measured_at timestamp with time zone, received_at timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT coalesce(effective_at, least(measured_at, received_at))
$$;
CREATE FUNCTION public.epoch_ms(t timestamp with time zone) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT (extract(epoch FROM t) * 1000)::bigint
$$;
CREATE FUNCTION public.epoch_us(t timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT (extract(epoch FROM t) * 1000000)::bigint::text
$$;
CREATE FUNCTION public.forget_readings(days integer) RETURNS SETOF text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET lock_timeout TO '3s'
    AS $_$
DECLARE
    u public.rolled_up;
    kept_from timestamptz;
    first timestamptz;
    partition text;
    forgotten text[];
BEGIN
    IF days < 31 THEN
        RAISE 'readings are kept for 31 days at least' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('fajma partitions'));
    SELECT * INTO u FROM public.rolled_up FOR UPDATE;
    kept_from := least(date_trunc('day', now(), 'UTC') - days * interval '24 hours', date_trunc('day', u.built_until, 'UTC'));
    -- So many days as there are partitions have really passed: a clock that runs ahead by years takes none of them away.
    SELECT least(kept_from, min(to_timestamp(substr(relname, 10) || ' 0', 'YYYYMMDD TZH'))) INTO kept_from FROM (
        SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.readings'::regclass AND c.relname ~ '^readings_\d{8}$'
            AND c.relname < 'readings_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')
        ORDER BY 1 DESC LIMIT days
    ) AS passed HAVING count(*) = days;
    IF kept_from IS NULL THEN
        RETURN;
    END IF;
    SELECT array_agg(relname ORDER BY relname) INTO forgotten FROM (
        SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.readings'::regclass AND c.relname ~ '^readings_\d{8}$'
            AND c.relname < 'readings_' || to_char(kept_from AT TIME ZONE 'UTC', 'YYYYMMDD')
        ORDER BY 1 LIMIT 31
    ) AS oldest;
    -- One that the next call takes away must not lie below what is said to be kept.
    IF cardinality(forgotten) = 31 THEN
        kept_from := to_timestamp(substr(forgotten[31], 10) || ' 0', 'YYYYMMDD TZH') + interval '24 hours';
    END IF;
    IF forgotten IS NULL AND NOT EXISTS (SELECT FROM public.readings_default WHERE measured_at < kept_from) THEN
        RETURN;
    END IF;
    -- Nobody stores anything between the look at what is stale and the end: what comes later finds the new horizon.
    LOCK TABLE ONLY public.readings IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM public.stale_hours WHERE hour >= u.readings_from AND hour < kept_from) THEN
        RETURN;
    END IF;
    FOREACH partition IN ARRAY coalesce(forgotten, '{}') LOOP
        first := to_timestamp(substr(partition, 10) || ' 0', 'YYYYMMDD TZH');
        EXECUTE format('DROP TABLE public.%I', partition);
        PERFORM public.audit_record('reading.expired', NULL, 'readings ' || to_char(first AT TIME ZONE 'UTC', 'YYYY-MM-DD'), NULL, NULL);
        RETURN NEXT to_char(first AT TIME ZONE 'UTC', 'YYYY-MM-DD');
    END LOOP;
    DELETE FROM public.readings_default WHERE measured_at < kept_from;
    IF FOUND THEN
        PERFORM public.audit_record(
            'reading.expired', NULL, 'readings before ' || to_char(kept_from AT TIME ZONE 'UTC', 'YYYY-MM-DD'), NULL, NULL);
        RETURN NEXT 'before ' || to_char(kept_from AT TIME ZONE 'UTC', 'YYYY-MM-DD');
    END IF;
    UPDATE public.rolled_up SET readings_from = greatest(readings_from, kept_from);
END $_$;
CREATE FUNCTION public.forget_sessions() RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    DELETE FROM public.sessions s
    WHERE (s.ended_at < now() - interval '1 day' OR s.expires_at < now() - interval '1 day'
            OR (s.last_used_at < now() - interval '1 day'
                AND NOT EXISTS (SELECT FROM public.refresh_tokens t WHERE t.session_id = s.id AND t.expires_at > now())))
        AND EXISTS (SELECT FROM public.sessions newer WHERE newer.user_id = s.user_id AND newer.created_at > s.created_at)
$$;
CREATE FUNCTION public.had_good_pulse(patient integer, device integer, lost_at timestamp with time zone, perfusion double precision, quality double precision) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce(bool_and(coalesce(average, 0) >= least_good), false) FROM (
        SELECT (SELECT avg(r.value) FROM readings_within(patient, v.code, lost_at - interval '68 s', lost_at - interval '8 s') AS r WHERE r.device_id = device) AS average,
            g.least_good
        FROM (VALUES ('perfusion_index', perfusion), ('signal_quality', quality)) AS g (name, least_good) JOIN vitals v ON v.name = g.name
    ) AS measured
$$;
CREATE TABLE public.monitoring_holds (
    id integer NOT NULL,
    patient_id integer NOT NULL,
    kind text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    begun_by integer NOT NULL,
    begun_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT monitoring_holds_kind_known CHECK ((kind = ANY (ARRAY['absence'::text, 'brassard'::text]))),
    CONSTRAINT monitoring_holds_reason_short CHECK ((char_length(reason) <= 120)),
    CONSTRAINT monitoring_holds_short CHECK (((ends_at > begun_at) AND (ends_at <= (begun_at +
CASE kind
    WHEN 'absence'::text THEN '04:00:00'::interval
    ELSE '00:01:30'::interval
END))))
);
COMMENT ON TABLE public.monitoring_holds IS 'For a while some alerts about a patient''s devices rest: the patient is away (absence), or a cuff stops the pulse under the sensor (brassard).';
COMMENT ON COLUMN public.monitoring_holds.ends_at IS 'Of an absence the return that is expected.';
COMMENT ON COLUMN public.monitoring_holds.ended_at IS 'Before ends_at: ended by hand, replaced, or by readings that came.';
CREATE FUNCTION public.hold_json(h public.monitoring_holds) RETURNS json
    LANGUAGE sql STABLE
    AS $$
    SELECT json_build_object(
        'id', h.id, 'patient', h.patient_id, 'motif', h.reason, 'par', (SELECT username FROM users WHERE id = h.begun_by),
        'debut', wire_time(h.begun_at), 'fin', wire_time(h.ends_at), 'terminee_le', wire_time(h.ended_at))
$$;
CREATE FUNCTION public.hours_stale() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO stale_hours (patient_id, vital, hour)
    SELECT DISTINCT c.patient_id, c.vital, date_bin('1 hour', coalesce(c.effective_at, c.measured_at), '1970-01-01Z') FROM changed c, rolled_up u
    -- Who reads in an old snapshot reads an old horizon.
    WHERE coalesce(c.effective_at, c.measured_at) < u.closed_until OR current_setting('transaction_isolation') <> 'read committed';
    RETURN NULL;
END $$;
CREATE FUNCTION public.in_somebodys_name() RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce(current_setting('fajma.actor', true), '') <> ''
$$;
CREATE FUNCTION public.is_held(patient integer, of_kind text) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    SELECT EXISTS (SELECT FROM monitoring_holds h WHERE (h.patient_id, h.kind) = (patient, of_kind) AND h.ended_at IS NULL AND h.ends_at > now())
$$;
CREATE FUNCTION public.is_raised(a public.alerts) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    SELECT EXISTS (
        SELECT FROM alarm_conditions c WHERE (c.patient_id, c.vital, c.side) = (a.patient_id, a.vital, a.side) AND c.raised IS NOT NULL)
$$;
CREATE FUNCTION public.look(shown text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN translate(lower((btrim(regexp_replace(translate(regexp_replace(NORMALIZE(shown, NFKC), '[\u0001-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]'::text, ''::text, 'g'::text), '‐‒–—―−⁃˗֊'::text, '---------'::text), '\s+'::text, ' '::text, 'g'::text)) COLLATE "und-x-icu")), 'авекмнорстухіјѕԁһԛԝѵαβεζηικμνορτυχ'::text, 'abekmhopctyxijsdhqwvabezhikmnoptyx'::text);
CREATE FUNCTION public.machine_key_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM notify_rights(NEW.user_id);
    RETURN NULL;
END $$;
CREATE FUNCTION public.make_partition(day date) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET lock_timeout TO '3s'
    AS $$
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
CREATE FUNCTION public.make_partitions(days integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET lock_timeout TO '3s'
    AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
    -- Works with the owner's rights: whoever stole the application's password may not fill the catalog with it.
    IF days > 366 THEN
        RAISE 'partitions are made for 366 days at most' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN (SELECT count(*) FILTER (WHERE public.make_partition(today + place)) FROM generate_series(-1, days) AS place);
END $$;
CREATE FUNCTION public.netstring(value text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value || ',', '-,')
$$;
CREATE FUNCTION public.notify_device(device integer) RETURNS void
    LANGUAGE sql
    AS $$
    SELECT pg_notify('fajma_device', addressed(p.id, ward_of(p), json_build_object(
        'patient', p.id, 'ward', ward_of(p), 'device', device_json(device, p.id))))
    FROM (VALUES (1)) AS always
    LEFT JOIN device_assignment a ON a.device_id = device AND a.during @> clock_timestamp()
    LEFT JOIN patients p ON p.id = a.patient_id
$$;
CREATE FUNCTION public.notify_rights(account integer) RETURNS void
    LANGUAGE sql
    AS $$
    SELECT pg_notify('fajma_right', addressed(NULL, NULL, json_build_object('user', account)))
$$;
CREATE FUNCTION public.own_limits_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify('fajma_patient', addressed(p.id, p.ward_id, json_build_object('patient', p.id, 'ward', p.ward_id, 'before', p.ward_id)))
    FROM patients p WHERE p.id = coalesce(NEW.patient_id, OLD.patient_id) AND p.discharged_at IS NULL;
    RETURN NULL;
END $$;
CREATE FUNCTION public.patient_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    here integer := ward_of(NEW);
    before integer;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := ward_of(OLD);
    END IF;
    PERFORM pg_notify('fajma_patient', addressed(NEW.id, here, json_build_object('patient', NEW.id, 'ward', here, 'before', before)));
    IF TG_OP = 'UPDATE' AND here IS DISTINCT FROM before THEN
        PERFORM pg_notify('fajma_right', addressed(NEW.id, here, json_build_object('patient', NEW.id)));
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION public.pause_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify('fajma_pause', addressed(NEW.patient_id, ward, json_build_object(
        'patient', NEW.patient_id, 'ward', ward, 'pause', pause_json(NEW))))
    FROM (SELECT coalesce(NEW.ward_id, (SELECT ward_of(p) FROM patients p WHERE p.id = NEW.patient_id)) AS ward) AS told;
    RETURN NULL;
END $$;
CREATE TABLE public.sound_pauses (
    id integer NOT NULL,
    patient_id integer,
    ward_id integer,
    begun_by integer NOT NULL,
    begun_at timestamp with time zone DEFAULT now() NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    severity text NOT NULL,
    broken_by integer,
    CONSTRAINT sound_pauses_one_subject CHECK ((num_nonnulls(patient_id, ward_id) = 1)),
    CONSTRAINT sound_pauses_severity_known CHECK ((severity = ANY (ARRAY['error'::text, 'warning'::text, 'info'::text]))),
    CONSTRAINT sound_pauses_short CHECK (((ends_at > begun_at) AND (ends_at <= (begun_at + '00:10:00'::interval))))
);
COMMENT ON TABLE public.sound_pauses IS 'The alarms'' sound is off for a patient or a ward, for a while, in somebody''s name.';
COMMENT ON COLUMN public.sound_pauses.ended_at IS 'Before ends_at: ended by hand, replaced, or broken.';
COMMENT ON COLUMN public.sound_pauses.severity IS 'The worst that was open when it began: what is worse breaks it.';
CREATE FUNCTION public.pause_json(s public.sound_pauses) RETURNS json
    LANGUAGE sql STABLE
    AS $$
    SELECT json_build_object(
        'id', s.id, 'patient', s.patient_id, 'service', s.ward_id, 'par', (SELECT username FROM users WHERE id = s.begun_by),
        'debut', wire_time(s.begun_at), 'fin', wire_time(s.ends_at), 'niveau_gravite', s.severity,
        'terminee_le', wire_time(s.ended_at), 'rompue_par', s.broken_by)
$$;
CREATE FUNCTION public.reading_entry(vital smallint, value double precision, measured_at timestamp with time zone, device integer) RETURNS json
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT CASE WHEN device = 0 THEN json_build_array(vital, value, epoch_ms(measured_at), 1)
        ELSE json_build_array(vital, value, epoch_ms(measured_at), 0, device) END
$$;
CREATE FUNCTION public.reading_id(patient integer, vital smallint, measured_at timestamp with time zone, device integer) RETURNS text
    LANGUAGE sql STABLE
    AS $$
    SELECT concat_ws('.', patient, vital, epoch_ms(measured_at), device)
$$;
CREATE FUNCTION public.readings_corrected() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.readings_delete_audited() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM audit_record(
        'reading.deleted', patient_id, 'reading ' || reading_id(patient_id, vital, measured_at, device_id),
        jsonb_build_object('value', value), NULL)
    FROM removed ORDER BY patient_id, vital, measured_at, device_id;
    RETURN NULL;
END $$;
CREATE FUNCTION public.readings_inserted() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.readings_update_audited() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM audit_record(
        CASE WHEN n.patient_id IS NULL THEN 'reading.deleted' WHEN o.patient_id IS NULL THEN 'reading.created' ELSE 'reading.changed' END,
        patient_id, 'reading ' || reading_id(patient_id, vital, measured_at, device_id),
        CASE WHEN o.patient_id IS NOT NULL THEN jsonb_build_object('value', o.value) END,
        CASE WHEN n.patient_id IS NOT NULL THEN jsonb_build_object('value', n.value) END)
    FROM removed o FULL JOIN stored n USING (patient_id, vital, measured_at, device_id)
    WHERE o.value IS DISTINCT FROM n.value
    ORDER BY patient_id, vital, measured_at, device_id;
    RETURN NULL;
END $$;
CREATE FUNCTION public.readings_within(patient integer, of_vital smallint, begins timestamp with time zone, ends timestamp with time zone) RETURNS TABLE(at timestamp with time zone, value double precision, device_id integer)
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT r.measured_at, r.value, r.device_id FROM readings r
    WHERE r.patient_id = patient AND r.vital = of_vital AND r.measured_at >= begins AND r.measured_at < ends AND r.effective_at IS NULL
    UNION ALL
    SELECT r.effective_at, r.value, r.device_id FROM readings r
    WHERE r.patient_id = patient AND r.vital = of_vital AND r.effective_at >= begins AND r.effective_at < ends
        AND r.measured_at >= begins - interval '1 day' AND r.measured_at < ends + interval '1 day'
$$;
CREATE FUNCTION public.roll_up(settled interval DEFAULT '00:00:20'::interval) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.seal_audit(most integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    last public.audit_chain;
    entry public.audit;
    sealed_at timestamptz;
    ids bigint[] := '{}';
BEGIN
    IF NOT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('fajma audit')) THEN
        RETURN 0;
    END IF;
    SELECT * INTO last FROM public.audit_chain AS c ORDER BY c.position DESC LIMIT 1;
    last.position := coalesce(last.position, 0);
    last.hash := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
    sealed_at := clock_timestamp();
    FOR entry IN
        SELECT a.* FROM public.audit_pending AS p JOIN public.audit AS a ON a.id = p.audit_id
        WHERE NOT EXISTS (SELECT FROM public.audit_chain AS c WHERE c.audit_id = p.audit_id)
        ORDER BY p.audit_id LIMIT most
    LOOP
        last.position := last.position + 1;
        last.hash := sha256(last.hash || public.audit_content(last.position, sealed_at, entry));
        INSERT INTO public.audit_chain (position, audit_id, sealed_at, hash) VALUES (last.position, entry.id, sealed_at, last.hash);
        ids := ids || entry.id;
    END LOOP;
    DELETE FROM public.audit_pending WHERE audit_id = ANY (ids);
    RETURN cardinality(ids);
END $$;
CREATE FUNCTION public.severity_rank(severity text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT array_position(ARRAY['info', 'warning', 'error'], severity)
$$;
CREATE TABLE public.device_state (
    device_id integer NOT NULL,
    status text DEFAULT 'actif'::text NOT NULL,
    last_seen_at timestamp with time zone,
    battery integer,
    rssi integer,
    firmware text,
    boot bigint,
    sequence bigint,
    live_at timestamp with time zone,
    period_seconds real,
    detached smallint[] DEFAULT '{}'::smallint[] NOT NULL,
    clock_offset_ms bigint,
    clock_boot bigint,
    clock_way_from timestamp with time zone,
    clock_way_ms bigint,
    clock_way_before_ms bigint,
    clock_later_ms bigint,
    clock_ahead_ms bigint,
    clock_ahead_at timestamp with time zone,
    clock_former_ms bigint,
    clock_former_at timestamp with time zone,
    reasons jsonb DEFAULT '{}'::jsonb NOT NULL,
    no_pulse_since timestamp with time zone,
    moved_at timestamp with time zone,
    spo2_curve double precision[],
    leds_inverted boolean DEFAULT false NOT NULL,
    CONSTRAINT device_state_spo2_curve_whole CHECK ((cardinality(spo2_curve) = 3)),
    CONSTRAINT device_state_status_length CHECK (((char_length(status) >= 1) AND (char_length(status) <= 32)))
)
WITH (fillfactor='40');
COMMENT ON TABLE public.device_state IS 'What a device said of itself last. Half empty pages: an update stays on its page and touches no index.';
COMMENT ON COLUMN public.device_state.live_at IS 'When it last said how the patient is now, and not how it was.';
COMMENT ON COLUMN public.device_state.period_seconds IS 'Between two reports, smoothed; NULL: not known yet.';
COMMENT ON COLUMN public.device_state.detached IS 'The vitals whose sensor is not on the patient.';
COMMENT ON COLUMN public.device_state.clock_offset_ms IS 'The device''s clock minus the server''s, as its last report shows; NULL: not known.';
COMMENT ON COLUMN public.device_state.clock_boot IS 'The start of the device of which the following is known; all differences are the server''s clock minus the device''s.';
COMMENT ON COLUMN public.device_state.clock_way_ms IS 'The smallest difference since clock_way_from; clock_way_before_ms: in the minute before.';
COMMENT ON COLUMN public.device_state.clock_later_ms IS 'Of the last report, where it was later than the way takes.';
COMMENT ON COLUMN public.device_state.clock_ahead_ms IS 'The smallest difference of received and measured, under zero.';
COMMENT ON COLUMN public.device_state.clock_former_ms IS 'The difference before the clock was set back.';
COMMENT ON COLUMN public.device_state.reasons IS 'Why there is no value of a vital, by its wire name (MissingReason).';
COMMENT ON COLUMN public.device_state.no_pulse_since IS 'Since when its reports say no_pulse without a break; NULL: the last one did not.';
COMMENT ON COLUMN public.device_state.moved_at IS 'When a report last gave motion as the reason for a missing value; NULL: none has.';
COMMENT ON COLUMN public.device_state.spo2_curve IS 'The curve that the device says it computes SpO2 with; NULL: the default one.';
COMMENT ON COLUMN public.device_state.leds_inverted IS 'The device finds that its red and infrared LEDs are the other way round.';
CREATE FUNCTION public.shown_clock_offset(s public.device_state) RETURNS bigint
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT CASE WHEN abs(s.clock_offset_ms) >= 2000 THEN s.clock_offset_ms END
$$;
CREATE FUNCTION public.smoothed_period(known real, gap double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT CASE WHEN known IS NULL THEN gap WHEN gap < known THEN known + 0.3 * (gap - known) ELSE known + 0.2 * (least(gap, 2 * known) - known) END
$$;
CREATE FUNCTION public.take_login_attempt(keys bytea[], capacities double precision[], refill_seconds double precision[]) RETURNS double precision
    LANGUAGE plpgsql
    AS $$
DECLARE
    asked record;
    filled double precision;
    wait double precision := 0;
BEGIN
    -- In the order of the key, so that two who share two buckets never wait for each other crosswise.
    FOR asked IN SELECT * FROM unnest(keys, capacities, refill_seconds) AS a (key, capacity, seconds) ORDER BY a.key LOOP
        INSERT INTO login_buckets AS b (key, spent, at) VALUES (asked.key, 0, clock_timestamp())
        ON CONFLICT (key) DO UPDATE SET at = clock_timestamp(),
            spent = greatest(0, b.spent - greatest(0, extract(epoch FROM clock_timestamp() - b.at)) / asked.seconds)
        RETURNING spent INTO filled;
        wait := greatest(wait, (filled + 1 - asked.capacity) * asked.seconds);
    END LOOP;
    IF wait <= 0 THEN
        UPDATE login_buckets SET spent = spent + 1 WHERE key = ANY (keys);
    END IF;
    RETURN wait;
END $$;
CREATE TABLE public.signal_traces (
    patient_id integer NOT NULL,
    device_id integer NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    begun text[] NOT NULL,
    ended text[] NOT NULL,
    rate_hz double precision NOT NULL,
    step integer NOT NULL,
    differences bytea NOT NULL,
    CONSTRAINT signal_traces_causes_known CHECK ((((begun || ended) <@ ARRAY['spo2'::text, 'heart_rate'::text, 'pouls_introuvable'::text]) AND ((cardinality((begun || ended)) >= 1) AND (cardinality((begun || ended)) <= 6)))),
    CONSTRAINT signal_traces_length CHECK (((octet_length(differences) >= 1) AND (octet_length(differences) <= 400))),
    CONSTRAINT signal_traces_rate_range CHECK (((rate_hz >= (10)::double precision) AND (rate_hz <= (100)::double precision))),
    CONSTRAINT signal_traces_step_range CHECK (((step >= 1) AND (step <= 1000000)))
);
COMMENT ON TABLE public.signal_traces IS 'A strip that fits no alert goes after a day.';
COMMENT ON COLUMN public.signal_traces.ended_at IS 'When its last point was measured.';
COMMENT ON COLUMN public.signal_traces.begun IS 'What the device raised then, or made worse; ended: what it ended.';
COMMENT ON COLUMN public.signal_traces.step IS 'One step of a difference, in millionths of the mean level.';
COMMENT ON COLUMN public.signal_traces.differences IS 'A signed byte a point: how many steps it is from the one before; -128: missing.';
CREATE FUNCTION public.traces_of(a public.alerts) RETURNS SETOF public.signal_traces
    LANGUAGE sql STABLE
    AS $$
    SELECT t.* FROM signal_traces t
    CROSS JOIN (SELECT CASE WHEN a.kind = 'pouls_introuvable' THEN a.kind ELSE (SELECT name FROM vitals WHERE code = a.vital) END AS name) AS cause
    WHERE t.patient_id = a.patient_id
        AND t.ended_at BETWEEN a.measured_at - interval '10 s' AND greatest(a.measured_at, a.worsened_at, a.ended_at) + interval '45 s'
        AND (cause.name = ANY (t.begun) AND (
                t.ended_at < a.measured_at + CASE a.kind WHEN 'pouls_introuvable' THEN interval '45 s' ELSE interval '10 s' END
                OR t.ended_at BETWEEN a.worsened_at - interval '10 s' AND a.worsened_at + interval '10 s')
            OR cause.name = ANY (t.ended) AND t.ended_at BETWEEN a.ended_at - interval '10 s' AND a.ended_at + interval '10 s')
$$;
CREATE FUNCTION public.user_belonging_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM notify_rights(account) FROM unnest(ARRAY[OLD.user_id, NEW.user_id]) AS account WHERE account IS NOT NULL;
    RETURN NULL;
END $$;
CREATE FUNCTION public.user_rights_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM notify_rights(OLD.id);
    RETURN NULL;
END $$;
CREATE TABLE public.patients (
    id integer NOT NULL,
    hospital_number text NOT NULL,
    last_name text NOT NULL,
    first_name text NOT NULL,
    birth_date date,
    sex text,
    ward_id integer NOT NULL,
    bed text DEFAULT ''::text NOT NULL,
    discharged_at timestamp with time zone,
    spo2_scale smallint DEFAULT 1 NOT NULL,
    pregnant boolean DEFAULT false NOT NULL,
    admitted_at timestamp with time zone DEFAULT now(),
    profile text,
    profile_proposed text,
    profile_confirmed_by integer,
    profile_confirmed_at timestamp with time zone,
    CONSTRAINT patients_bed_length CHECK ((char_length(bed) <= 20)),
    CONSTRAINT patients_first_name_length CHECK ((char_length(first_name) <= 80)),
    CONSTRAINT patients_hospital_number_known CHECK ((((hospital_number COLLATE "C") ~ '^[A-Za-z0-9_/.:-]{1,32}$'::text) AND (hospital_number !~~ 'n:%'::text) AND (hospital_number !~ '(^|/)[.]{1,2}(/|$)'::text))),
    CONSTRAINT patients_id_short CHECK ((id < 1000000000)),
    CONSTRAINT patients_last_name_length CHECK (((char_length(last_name) >= 1) AND (char_length(last_name) <= 80))),
    CONSTRAINT patients_profile_known CHECK ((profile = ANY (ARRAY['adulte'::text, 'nourrisson_0_2'::text, 'nourrisson_3_11'::text, 'enfant_1_4'::text, 'enfant_5_12'::text, 'adolescent'::text, 'hypercapnie'::text]))),
    CONSTRAINT patients_profile_whole CHECK (((profile IS NULL) = (profile_confirmed_at IS NULL))),
    CONSTRAINT patients_sex_known CHECK ((sex = ANY (ARRAY['F'::text, 'M'::text, 'X'::text]))),
    CONSTRAINT patients_spo2_scale_known CHECK ((spo2_scale = ANY (ARRAY[1, 2])))
);
COMMENT ON COLUMN public.patients.discharged_at IS 'NULL: in the ward. Who is discharged is seen by administrators only, until admitted again.';
COMMENT ON COLUMN public.patients.spo2_scale IS 'Of NEWS2; 2 for hypercapnic respiratory failure, where a doctor chose it.';
COMMENT ON COLUMN public.patients.admitted_at IS 'When the present stay, or the last one, began; NULL: before this was kept.';
COMMENT ON COLUMN public.patients.profile IS 'That a person confirmed; NULL: nobody has, and the ward''s default holds.';
COMMENT ON COLUMN public.patients.profile_proposed IS 'What the birth date proposed then; another proposal is asked again.';
COMMENT ON COLUMN public.patients.profile_confirmed_by IS 'NULL: no account did it.';
COMMENT ON CONSTRAINT patients_hospital_number_known ON public.patients IS 'The same rule as isHospitalNumber in Sources/Store: nothing that a path says otherwise.';
CREATE FUNCTION public.ward_of(p public.patients) RETURNS integer
    LANGUAGE sql STABLE
    AS $$
    SELECT CASE WHEN p.discharged_at IS NULL THEN p.ward_id END
$$;
CREATE FUNCTION public.ward_scoring_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify('fajma_patient', addressed(p.id, NEW.id, json_build_object('patient', p.id, 'ward', NEW.id, 'before', NEW.id)))
    FROM patients p WHERE p.ward_id = NEW.id AND p.discharged_at IS NULL;
    RETURN NULL;
END $$;
CREATE FUNCTION public.wire_time(t timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
CREATE FUNCTION public.with_effect(told jsonb, effect jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT CASE WHEN effect IS NULL THEN told ELSE coalesce(told, '{}') || effect END
$$;
CREATE FUNCTION public.worst_unacknowledged(patient integer, ward integer) RETURNS text
    LANGUAGE sql STABLE
    AS $$
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
CREATE TABLE public.alarm_conditions (
    patient_id integer NOT NULL,
    vital smallint NOT NULL,
    side text NOT NULL,
    since_error timestamp with time zone,
    since_warning timestamp with time zone,
    since_info timestamp with time zone,
    device_id integer NOT NULL,
    raised text,
    CONSTRAINT alarm_conditions_raised_known CHECK ((raised = ANY (ARRAY['error'::text, 'warning'::text, 'info'::text])))
)
WITH (fillfactor='70');
COMMENT ON TABLE public.alarm_conditions IS 'Where a source of a patient''s readings violates a limit, or has: no row: it does not. An alert of a rule is open while one of its rows has raised it.';
COMMENT ON COLUMN public.alarm_conditions.since_error IS 'Since when readings of this source have violated the limit of this priority without a break.';
COMMENT ON COLUMN public.alarm_conditions.device_id IS 'The source; 0: by hand.';
COMMENT ON COLUMN public.alarm_conditions.raised IS 'The priority that this source has raised, its condition not ended; NULL: none.';
CREATE TABLE public.alarm_rules (
    id integer NOT NULL,
    ward_id integer,
    patient_id integer,
    vital smallint NOT NULL,
    side text NOT NULL,
    severity text NOT NULL,
    limit_value double precision,
    includes_limit boolean NOT NULL,
    delay_seconds double precision NOT NULL,
    hysteresis double precision NOT NULL,
    reason text,
    expires_at timestamp with time zone,
    profile text,
    CONSTRAINT alarm_rules_delay_range CHECK (((delay_seconds >= (0)::double precision) AND (delay_seconds <= (300)::double precision))),
    CONSTRAINT alarm_rules_hysteresis_range CHECK (((hysteresis >= (0)::double precision) AND (hysteresis < 'Infinity'::double precision))),
    CONSTRAINT alarm_rules_one_owner CHECK ((num_nonnulls(ward_id, patient_id) <= 1)),
    CONSTRAINT alarm_rules_only_patients_expire CHECK (((expires_at IS NULL) OR (patient_id IS NOT NULL))),
    CONSTRAINT alarm_rules_own_without_profile CHECK (((profile IS NULL) OR (patient_id IS NULL))),
    CONSTRAINT alarm_rules_profile_known CHECK ((profile = ANY (ARRAY['nourrisson_0_2'::text, 'nourrisson_3_11'::text, 'enfant_1_4'::text, 'enfant_5_12'::text, 'adolescent'::text, 'hypercapnie'::text]))),
    CONSTRAINT alarm_rules_reason_length CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 200))),
    CONSTRAINT alarm_rules_severity_known CHECK ((severity = ANY (ARRAY['error'::text, 'warning'::text, 'info'::text]))),
    CONSTRAINT alarm_rules_side_known CHECK ((side = ANY (ARRAY['bas'::text, 'haut'::text])))
);
COMMENT ON TABLE public.alarm_rules IS 'A patient''s replace their ward''s, those the hospital''s (neither ward nor patient), those the defaults in Sources/Clinical/AlarmRule.swift.';
COMMENT ON COLUMN public.alarm_rules.limit_value IS 'NULL: no alarm of this priority.';
COMMENT ON COLUMN public.alarm_rules.reason IS 'Why it was changed last; a looser one has a reason.';
COMMENT ON COLUMN public.alarm_rules.expires_at IS 'From then on it does not hold any more, and the farther level''s does; NULL: until somebody changes it.';
COMMENT ON COLUMN public.alarm_rules.profile IS 'Whose, of the hospital''s and a ward''s: NULL: an adult''s. A patient''s own hold with any profile.';
ALTER TABLE public.alarm_rules ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.alarm_rules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.alarm_watch (
    is_only boolean DEFAULT true NOT NULL,
    watched_at timestamp with time zone NOT NULL,
    CONSTRAINT alarm_watch_one_row CHECK (is_only)
);
COMMENT ON TABLE public.alarm_watch IS 'One row, which the leading fajma-push writes once a second.';
ALTER TABLE public.alerts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.alerts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.audit_chain (
    "position" bigint NOT NULL,
    audit_id bigint NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_chain_hash_sha256 CHECK ((octet_length(hash) = 32))
);
COMMENT ON TABLE public.audit_chain IS 'Each row''s hash covers the hash before it and the audit row. No foreign key: a row that was removed must leave a hole.';
ALTER TABLE public.audit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.audit_pending (
    audit_id bigint NOT NULL
);
COMMENT ON TABLE public.audit_pending IS 'Rows that stand in no chain yet: writers need not wait in line for it.';
CREATE TABLE public.device_assignment (
    id integer NOT NULL,
    device_id integer NOT NULL,
    patient_id integer NOT NULL,
    during tstzrange NOT NULL,
    CONSTRAINT device_assignment_during_begins CHECK (((NOT isempty(during)) AND (NOT lower_inf(during))))
);
COMMENT ON TABLE public.device_assignment IS 'Who wore which device when: a reading belongs to whoever wore it when it was measured.';
ALTER TABLE public.device_assignment ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.device_assignment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE public.device_calibrations ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.device_calibrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.devices (
    id integer NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    key_hash bytea,
    retired_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    former_key_hash bytea,
    former_key_until timestamp with time zone,
    CONSTRAINT devices_former_key_hash_sha256 CHECK ((octet_length(former_key_hash) = 32)),
    CONSTRAINT devices_former_key_whole CHECK (((former_key_hash IS NULL) = (former_key_until IS NULL))),
    CONSTRAINT devices_key_hash_sha256 CHECK ((octet_length(key_hash) = 32)),
    CONSTRAINT devices_kind_length CHECK (((char_length(kind) >= 1) AND (char_length(kind) <= 50))),
    CONSTRAINT devices_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100)))
);
COMMENT ON COLUMN public.devices.key_hash IS 'SHA-256 of the device key''s secret; NULL: no key works.';
COMMENT ON COLUMN public.devices.former_key_hash IS 'SHA-256 of the secret of the key before; NULL: it stopped working when it was replaced.';
COMMENT ON COLUMN public.devices.former_key_until IS 'From then on the key before works no more.';
ALTER TABLE public.devices ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.devices_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.discharges (
    patient_id integer NOT NULL,
    discharged_at timestamp with time zone NOT NULL,
    discharged_by integer,
    bed text NOT NULL,
    assignment_ids integer[] NOT NULL,
    assignment_ends timestamp with time zone[] NOT NULL,
    rules jsonb NOT NULL,
    CONSTRAINT discharges_assignments_whole CHECK ((cardinality(assignment_ids) = cardinality(assignment_ends)))
);
COMMENT ON COLUMN public.discharges.discharged_by IS 'NULL: no account did it.';
COMMENT ON COLUMN public.discharges.assignment_ids IS 'Of the devices that the patient wore; assignment_ends: until when they were planned, NULL: until somebody ends them.';
COMMENT ON COLUMN public.discharges.rules IS 'The patient''s own alarm rules, as rows of alarm_rules.';
CREATE TABLE public.idempotency_keys (
    user_id integer NOT NULL,
    key text NOT NULL,
    request bytea NOT NULL,
    status smallint NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT idempotency_keys_body_short CHECK ((octet_length(body) <= 65536)),
    CONSTRAINT idempotency_keys_key_length CHECK (((char_length(key) >= 1) AND (char_length(key) <= 128))),
    CONSTRAINT idempotency_keys_request_sha256 CHECK ((octet_length(request) = 32)),
    CONSTRAINT idempotency_keys_status_success CHECK (((status >= 200) AND (status <= 299)))
);
COMMENT ON TABLE public.idempotency_keys IS 'The answers to people''s POSTs that carried an Idempotency-Key: for a day the same request gets the same answer.';
COMMENT ON COLUMN public.idempotency_keys.request IS 'SHA-256 of method, path, query and body.';
CREATE TABLE public.imported (
    source text NOT NULL,
    noun text NOT NULL,
    source_id bigint NOT NULL,
    id integer NOT NULL,
    imported_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT imported_noun_known CHECK ((noun = ANY (ARRAY['users'::text, 'patients'::text, 'devices'::text, 'alerts'::text])))
);
COMMENT ON TABLE public.imported IS 'Which rows of the replaced system are here already, so that a second import takes only what is missing. Of readings their identity says it.';
COMMENT ON COLUMN public.imported.source IS 'The replaced system''s database, by name.';
COMMENT ON COLUMN public.imported.id IS 'The row''s number here: the same, unless it was taken.';
CREATE TABLE public.known_browsers (
    browser bytea NOT NULL,
    user_id integer NOT NULL,
    last_login_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT known_browsers_browser_sha256 CHECK ((octet_length(browser) = 32))
);
COMMENT ON TABLE public.known_browsers IS 'Browsers in which an account has logged in before: others'' failures do not lock it out there. SHA-256 of a cookie.';
CREATE TABLE public.latest_readings (
    patient_id integer NOT NULL,
    vital smallint NOT NULL,
    measured_at timestamp with time zone NOT NULL,
    value double precision NOT NULL,
    device_id integer NOT NULL,
    ordered_at timestamp with time zone NOT NULL,
    period_seconds real,
    by_hand boolean GENERATED ALWAYS AS ((device_id = 0)) STORED
)
WITH (fillfactor='40');
COMMENT ON TABLE public.latest_readings IS 'The newest reading of each vital and source, kept by readings'' triggers: a screen''s snapshot must not search a hundred million rows.';
COMMENT ON COLUMN public.latest_readings.device_id IS '0: by hand; -1: a device that is not known any more.';
COMMENT ON COLUMN public.latest_readings.ordered_at IS 'What decides which is newest: when it was measured, at the latest when it arrived. A clock that is ahead cannot hide what comes after it.';
COMMENT ON COLUMN public.latest_readings.period_seconds IS 'Between two reports with this value, smoothed; NULL: not known yet.';
CREATE UNLOGGED TABLE public.login_buckets (
    key bytea NOT NULL,
    spent double precision NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT login_buckets_key_sha256 CHECK ((octet_length(key) = 32))
);
COMMENT ON COLUMN public.login_buckets.key IS 'SHA-256: what was typed as a name may have been a password.';
CREATE TABLE public.machine_keys (
    user_id integer NOT NULL,
    permissions text[] NOT NULL,
    wards integer[],
    secret_hash bytea NOT NULL,
    former_secret_hash bytea,
    former_secret_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by integer,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    last_used_address text,
    CONSTRAINT machine_keys_address_length CHECK ((char_length(last_used_address) <= 64)),
    CONSTRAINT machine_keys_former_hash_sha256 CHECK ((octet_length(former_secret_hash) = 32)),
    CONSTRAINT machine_keys_former_whole CHECK (((former_secret_hash IS NULL) = (former_secret_until IS NULL))),
    CONSTRAINT machine_keys_permissions_some CHECK (((cardinality(permissions) >= 1) AND (cardinality(permissions) <= 50))),
    CONSTRAINT machine_keys_secret_hash_sha256 CHECK ((octet_length(secret_hash) = 32)),
    CONSTRAINT machine_keys_wards_some CHECK (((cardinality(wards) >= 1) AND (cardinality(wards) <= 1000)))
);
COMMENT ON TABLE public.machine_keys IS 'A row is never deleted: the audit and the alerts name its account.';
COMMENT ON COLUMN public.machine_keys.permissions IS 'Names of Permission.ofMachineKeys in Sources/Access; one that a program does not know gives nothing.';
COMMENT ON COLUMN public.machine_keys.wards IS 'NULL: every ward, also one that is added later.';
COMMENT ON COLUMN public.machine_keys.secret_hash IS 'SHA-256 of the secret.';
COMMENT ON COLUMN public.machine_keys.former_secret_hash IS 'Of the secret before the last renewal; NULL: it stopped working then.';
COMMENT ON COLUMN public.machine_keys.former_secret_until IS 'From then on the secret before works no more.';
COMMENT ON COLUMN public.machine_keys.created_by IS 'NULL: the command line.';
COMMENT ON COLUMN public.machine_keys.revoked_at IS 'For good.';
COMMENT ON COLUMN public.machine_keys.last_used_at IS 'Written at most once a minute.';
ALTER TABLE public.monitoring_holds ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.monitoring_holds_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE public.patients ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.patients_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.reading_hours (
    patient_id integer NOT NULL,
    vital smallint NOT NULL,
    hour timestamp with time zone NOT NULL,
    minutes smallint[] NOT NULL,
    minimums double precision[] NOT NULL,
    maximums double precision[] NOT NULL,
    sums double precision[] NOT NULL,
    counts integer[] NOT NULL
);
COMMENT ON TABLE public.reading_hours IS 'The readings of an hour, minute by minute; made by roll_up(). An hour that has none has no row.';
COMMENT ON COLUMN public.reading_hours.minutes IS 'Which minutes of the hour have readings, ascending; the other arrays go along.';
CREATE TABLE public.reading_tombstones (
    patient_id integer NOT NULL,
    measured_at timestamp with time zone NOT NULL,
    vital smallint NOT NULL,
    device_id integer NOT NULL,
    value double precision NOT NULL,
    is_deletion boolean NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    changed_by integer
);
COMMENT ON TABLE public.reading_tombstones IS 'Values that were deleted or corrected, under their reading''s identity: sent again, they count as stored before and do not come back.';
COMMENT ON COLUMN public.reading_tombstones.is_deletion IS 'False: another value took its place.';
COMMENT ON COLUMN public.reading_tombstones.changed_by IS 'The account; NULL: a program.';
CREATE TABLE public.readings (
    patient_id integer NOT NULL,
    vital smallint NOT NULL,
    measured_at timestamp with time zone NOT NULL,
    device_id integer NOT NULL,
    value double precision NOT NULL,
    received_at timestamp with time zone NOT NULL,
    entered_by integer,
    effective_at timestamp with time zone,
    CONSTRAINT readings_value_finite CHECK (((value > '-Infinity'::double precision) AND (value < 'Infinity'::double precision)))
)
PARTITION BY RANGE (measured_at);
COMMENT ON COLUMN public.readings.device_id IS '0: entered by hand, by entered_by.';
COMMENT ON COLUMN public.readings.effective_at IS 'When it was measured by the server''s clock, where the device''s says something else; NULL: measured_at. Charts, alarms and what is latest go by it.';
CREATE TABLE public.readings_default (
    patient_id integer NOT NULL,
    vital smallint NOT NULL,
    measured_at timestamp with time zone NOT NULL,
    device_id integer NOT NULL,
    value double precision NOT NULL,
    received_at timestamp with time zone NOT NULL,
    entered_by integer,
    effective_at timestamp with time zone,
    CONSTRAINT readings_value_finite CHECK (((value > '-Infinity'::double precision) AND (value < 'Infinity'::double precision)))
);
COMMENT ON TABLE public.readings_default IS 'Takes what no day''s partition covers, so that nothing is refused.';
CREATE TABLE public.recent_reports (
    device_id integer NOT NULL,
    boot bigint NOT NULL,
    sequence bigint NOT NULL,
    received_at timestamp with time zone NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT recent_reports_digest_sha256 CHECK ((octet_length(digest) = 32))
);
COMMENT ON TABLE public.recent_reports IS 'The last reports of each device with readings that the server dated (IngestReports): the same report again gets the same instants.';
COMMENT ON COLUMN public.recent_reports.received_at IS 'When the first one arrived: its readings'' ages count from here.';
COMMENT ON COLUMN public.recent_reports.digest IS 'Of its readings with their ages: another report under the same counters is no repetition.';
CREATE TABLE public.refresh_tokens (
    id text NOT NULL,
    session_id text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);
COMMENT ON COLUMN public.refresh_tokens.session_id IS 'One used twice was stolen from somebody: its session ends.';
CREATE TABLE public.rolled_up (
    singular boolean DEFAULT true NOT NULL,
    built_until timestamp with time zone NOT NULL,
    closed_until timestamp with time zone NOT NULL,
    fence xid8,
    readings_from timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT rolled_up_one_row CHECK (singular),
    CONSTRAINT rolled_up_ordered CHECK (((readings_from <= built_until) AND (built_until <= closed_until)))
);
COMMENT ON COLUMN public.rolled_up.built_until IS 'Hours before it have their roll-up, but for those in stale_hours.';
COMMENT ON COLUMN public.rolled_up.closed_until IS 'Whoever stores, corrects or deletes a reading before it puts the hour down in stale_hours.';
COMMENT ON COLUMN public.rolled_up.fence IS 'Transactions before this one may not have known of closed_until.';
COMMENT ON COLUMN public.rolled_up.readings_from IS 'Older readings are no longer kept; of that time the roll-ups are all there is.';
CREATE TABLE public.schema_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    digest bytea
);
CREATE TABLE public.schema_routines (
    name text NOT NULL,
    digest bytea NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.score_watches (
    patient_id integer NOT NULL,
    period_ends timestamp with time zone[] NOT NULL,
    totals smallint[] NOT NULL,
    threes smallint[] NOT NULL,
    told_total smallint,
    told_threes smallint,
    told_at timestamp with time zone,
    CONSTRAINT score_watches_periods_whole CHECK (((cardinality(period_ends) = cardinality(totals)) AND (cardinality(totals) = cardinality(threes)))),
    CONSTRAINT score_watches_told_whole CHECK ((num_nonnulls(told_total, told_threes, told_at) = ANY (ARRAY[0, 3])))
);
COMMENT ON TABLE public.score_watches IS 'Of patients whose score was above a threshold lately.';
COMMENT ON COLUMN public.score_watches.threes IS 'For each period a bit for each of the seven parameters, in their order, that gave 3 points.';
COMMENT ON COLUMN public.score_watches.told_total IS 'What staff were told of, until it is surely over, also after a person closed the alert; NULL: nothing.';
CREATE TABLE public.sessions (
    id text NOT NULL,
    user_id integer NOT NULL,
    kind text NOT NULL,
    address text,
    agent text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone DEFAULT now() NOT NULL,
    active_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    ended_at timestamp with time zone,
    locked_at timestamp with time zone,
    locked_wards integer[],
    CONSTRAINT sessions_address_length CHECK ((char_length(address) <= 64)),
    CONSTRAINT sessions_agent_length CHECK ((char_length(agent) <= 200)),
    CONSTRAINT sessions_kind_known CHECK ((kind = ANY (ARRAY['browser'::text, 'program'::text]))),
    CONSTRAINT sessions_locked_wards_some CHECK ((cardinality(locked_wards) > 0)),
    CONSTRAINT sessions_locked_whole CHECK (((locked_at IS NULL) = (locked_wards IS NULL)))
);
COMMENT ON TABLE public.sessions IS 'From a login to its end. Its id stands in every token that descends from that login: once it has ended, none of them is worth anything.';
COMMENT ON COLUMN public.sessions.last_used_at IS 'The last login or renewal.';
COMMENT ON COLUMN public.sessions.active_at IS 'When somebody last touched keyboard or pointer, as the browser says with each renewal.';
COMMENT ON COLUMN public.sessions.expires_at IS 'NULL: a wall display''s lasts until somebody ends it, or until it was not used for 30 days.';
COMMENT ON COLUMN public.sessions.locked_at IS 'From then on every token of the session opens the display of locked_wards and nothing else. Unlocking is a new session.';
ALTER TABLE public.sound_pauses ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.sound_pauses_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.stale_hours (
    patient_id integer NOT NULL,
    vital smallint NOT NULL,
    hour timestamp with time zone NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE public.stale_hours IS 'Hours whose roll-up does not hold (any more). Not unique: each transaction puts down a row of its own, or one that is about to be taken away would be taken for it.';
CREATE TABLE public.user_wards (
    user_id integer NOT NULL,
    ward_id integer NOT NULL
);
CREATE TABLE public.users (
    id integer NOT NULL,
    username text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL,
    language text DEFAULT 'fr'::text NOT NULL,
    disabled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    must_change_password boolean DEFAULT false NOT NULL,
    password_changed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT users_language_known CHECK ((language = ANY (ARRAY['fr'::text, 'en'::text]))),
    CONSTRAINT users_role_known CHECK ((role = ANY (ARRAY['admin'::text, 'medecin'::text, 'infirmier'::text, 'ecran'::text, 'machine'::text]))),
    CONSTRAINT users_username_length CHECK (((char_length(username) >= 1) AND (char_length(username) <= 150)))
);
COMMENT ON COLUMN public.users.role IS 'machine: of a program; `machine_keys` says what it may do, and it has no password.';
COMMENT ON COLUMN public.users.must_change_password IS 'Somebody else knows the password: the account may do nothing but change it.';
ALTER TABLE public.users ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.users_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.vitals (
    code smallint NOT NULL,
    name text NOT NULL,
    unit text NOT NULL
);
COMMENT ON TABLE public.vitals IS 'The registry in Sources/Clinical/Vital.swift, written by `fajma migrate`, for people who read the tables.';
CREATE TABLE public.ward_listening (
    ward_id integer NOT NULL,
    heard_at timestamp with time zone NOT NULL
)
WITH (fillfactor='40');
COMMENT ON TABLE public.ward_listening IS 'When a screen whose sound is on was last connected to a ward.';
CREATE TABLE public.wards (
    id integer NOT NULL,
    name text NOT NULL,
    skin_temperature_valid boolean DEFAULT false NOT NULL,
    default_profile text,
    names_when_locked boolean DEFAULT false NOT NULL,
    CONSTRAINT wards_default_profile_known CHECK ((default_profile = ANY (ARRAY['nourrisson_0_2'::text, 'nourrisson_3_11'::text, 'enfant_1_4'::text, 'enfant_5_12'::text, 'adolescent'::text, 'hypercapnie'::text]))),
    CONSTRAINT wards_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 80)))
);
COMMENT ON COLUMN public.wards.skin_temperature_valid IS 'The ward has validated its measuring site: the score takes what devices measure on the skin.';
COMMENT ON COLUMN public.wards.default_profile IS 'For patients for whom nobody has confirmed one; NULL: an adult''s.';
COMMENT ON COLUMN public.wards.names_when_locked IS 'A locked session gets the names of the ward''s patients; else only their beds.';
ALTER TABLE public.wards ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.wards_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.webhook_deliveries (
    id bigint NOT NULL,
    alert_id integer NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone DEFAULT now() NOT NULL,
    delivered_at timestamp with time zone,
    abandoned_at timestamp with time zone,
    problem text
);
COMMENT ON TABLE public.webhook_deliveries IS 'Escalations on their way to the hospital''s pager: written with the escalation, sent until taken.';
ALTER TABLE public.webhook_deliveries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.webhook_deliveries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY public.readings ATTACH PARTITION public.readings_default DEFAULT;
ALTER TABLE ONLY public.alarm_conditions
    ADD CONSTRAINT alarm_conditions_pkey PRIMARY KEY (patient_id, vital, side, device_id);
ALTER TABLE ONLY public.alarm_rules
    ADD CONSTRAINT alarm_rules_key UNIQUE NULLS NOT DISTINCT (patient_id, ward_id, profile, vital, side, severity);
ALTER TABLE ONLY public.alarm_rules
    ADD CONSTRAINT alarm_rules_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.alarm_watch
    ADD CONSTRAINT alarm_watch_pkey PRIMARY KEY (is_only);
ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.audit_chain
    ADD CONSTRAINT audit_chain_audit_key UNIQUE (audit_id);
ALTER TABLE ONLY public.audit_chain
    ADD CONSTRAINT audit_chain_pkey PRIMARY KEY ("position");
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_once_key UNIQUE (once);
ALTER TABLE ONLY public.audit_pending
    ADD CONSTRAINT audit_pending_pkey PRIMARY KEY (audit_id);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.device_assignment
    ADD CONSTRAINT device_assignment_one_patient EXCLUDE USING gist (device_id WITH =, during WITH &&);
ALTER TABLE ONLY public.device_assignment
    ADD CONSTRAINT device_assignment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.device_calibrations
    ADD CONSTRAINT device_calibrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.device_state
    ADD CONSTRAINT device_state_pkey PRIMARY KEY (device_id);
ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.discharges
    ADD CONSTRAINT discharges_pkey PRIMARY KEY (patient_id);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, key);
ALTER TABLE ONLY public.imported
    ADD CONSTRAINT imported_pkey PRIMARY KEY (source, noun, source_id);
ALTER TABLE ONLY public.known_browsers
    ADD CONSTRAINT known_browsers_pkey PRIMARY KEY (browser, user_id);
ALTER TABLE ONLY public.latest_readings
    ADD CONSTRAINT latest_readings_pkey PRIMARY KEY (patient_id, vital, device_id);
ALTER TABLE ONLY public.login_buckets
    ADD CONSTRAINT login_buckets_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.machine_keys
    ADD CONSTRAINT machine_keys_pkey PRIMARY KEY (user_id);
ALTER TABLE ONLY public.monitoring_holds
    ADD CONSTRAINT monitoring_holds_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.patients
    ADD CONSTRAINT patients_hospital_number_key UNIQUE (hospital_number);
ALTER TABLE ONLY public.patients
    ADD CONSTRAINT patients_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reading_hours
    ADD CONSTRAINT reading_hours_pkey PRIMARY KEY (patient_id, vital, hour);
ALTER TABLE ONLY public.reading_tombstones
    ADD CONSTRAINT reading_tombstones_pkey PRIMARY KEY (patient_id, measured_at, vital, device_id, value);
COMMENT ON CONSTRAINT reading_tombstones_pkey ON public.reading_tombstones IS 'In this order, so that ingest finds a patient''s newest tombstone at the end of a range of the index.';
ALTER TABLE ONLY public.readings
    ADD CONSTRAINT readings_pkey PRIMARY KEY (patient_id, vital, measured_at, device_id);
COMMENT ON CONSTRAINT readings_pkey ON public.readings IS 'A reading''s identity: what is sent twice is stored once.';
ALTER TABLE ONLY public.readings_default
    ADD CONSTRAINT readings_default_pkey PRIMARY KEY (patient_id, vital, measured_at, device_id);
ALTER TABLE ONLY public.recent_reports
    ADD CONSTRAINT recent_reports_pkey PRIMARY KEY (device_id, boot, sequence);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.rolled_up
    ADD CONSTRAINT rolled_up_pkey PRIMARY KEY (singular);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.schema_routines
    ADD CONSTRAINT schema_routines_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.score_watches
    ADD CONSTRAINT score_watches_pkey PRIMARY KEY (patient_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.signal_traces
    ADD CONSTRAINT signal_traces_pkey PRIMARY KEY (patient_id, ended_at, device_id);
ALTER TABLE ONLY public.sound_pauses
    ADD CONSTRAINT sound_pauses_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.user_wards
    ADD CONSTRAINT user_wards_pkey PRIMARY KEY (user_id, ward_id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_username_key UNIQUE (username);
ALTER TABLE public.users
    ADD CONSTRAINT users_username_printable CHECK (((username = btrim(username)) AND (username !~ '[\u0001-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]'::text))) NOT VALID;
ALTER TABLE ONLY public.vitals
    ADD CONSTRAINT vitals_name_key UNIQUE (name);
ALTER TABLE ONLY public.vitals
    ADD CONSTRAINT vitals_pkey PRIMARY KEY (code);
ALTER TABLE ONLY public.ward_listening
    ADD CONSTRAINT ward_listening_pkey PRIMARY KEY (ward_id);
ALTER TABLE ONLY public.wards
    ADD CONSTRAINT wards_name_key UNIQUE (name);
ALTER TABLE ONLY public.wards
    ADD CONSTRAINT wards_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id);
CREATE INDEX alarm_rules_expiry_idx ON public.alarm_rules USING btree (expires_at) WHERE (expires_at IS NOT NULL);
CREATE INDEX alarm_rules_ward_idx ON public.alarm_rules USING btree (ward_id) WHERE (ward_id IS NOT NULL);
CREATE INDEX alerts_linked_idx ON public.alerts USING btree (linked_alert_id) WHERE (linked_alert_id IS NOT NULL);
CREATE UNIQUE INDEX alerts_one_open_key ON public.alerts USING btree (patient_id, vital, side) WHERE ((ended_at IS NULL) AND (vital IS NOT NULL));
COMMENT ON INDEX public.alerts_one_open_key IS 'One open alert a patient, vital and side, whoever raises it.';
CREATE UNIQUE INDEX alerts_one_score_key ON public.alerts USING btree (patient_id) WHERE ((ended_at IS NULL) AND (score_minimum IS NOT NULL));
COMMENT ON INDEX public.alerts_one_score_key IS 'One open alert about the score a patient.';
CREATE UNIQUE INDEX alerts_one_technical_key ON public.alerts USING btree (device_id, patient_id, kind) WHERE ((ended_at IS NULL) AND (device_id IS NOT NULL));
CREATE UNIQUE INDEX alerts_one_ward_key ON public.alerts USING btree (ward_id, kind) WHERE ((ended_at IS NULL) AND (ward_id IS NOT NULL));
CREATE INDEX alerts_open_idx ON public.alerts USING btree (patient_id) WHERE ((ended_at IS NULL) OR ((severity = 'error'::text) AND (acknowledged_at IS NULL)));
CREATE INDEX alerts_patient_idx ON public.alerts USING btree (patient_id, id DESC);
CREATE INDEX alerts_waiting_idx ON public.alerts USING btree (id) WHERE ((severity = 'error'::text) AND ((ended_at IS NULL) OR (acknowledged_at IS NULL)));
COMMENT ON INDEX public.alerts_waiting_idx IS 'What may have to be brought back or escalated, looked for every second.';
CREATE INDEX alerts_ward_idx ON public.alerts USING btree (ward_id, id DESC) WHERE (ward_id IS NOT NULL);
CREATE INDEX audit_limits_idx ON public.audit USING btree (patient_id, subject, id) WHERE (action ~~ 'limit.%'::text);
COMMENT ON INDEX public.audit_limits_idx IS 'The changes of alarm limits: a patient''s; a ward''s and the hospital''s without a patient.';
CREATE INDEX audit_patient_idx ON public.audit USING btree (patient_id, id DESC) WHERE (patient_id IS NOT NULL);
CREATE INDEX audit_user_idx ON public.audit USING btree (user_id, id DESC) WHERE (user_id IS NOT NULL);
CREATE INDEX device_assignment_patient_idx ON public.device_assignment USING btree (patient_id);
CREATE INDEX device_calibrations_device_key ON public.device_calibrations USING btree (device_id, calibrated_at DESC, id DESC);
CREATE INDEX idempotency_keys_age_idx ON public.idempotency_keys USING btree (user_id, created_at);
CREATE INDEX machine_keys_expiry_idx ON public.machine_keys USING btree (expires_at) WHERE (revoked_at IS NULL);
CREATE UNIQUE INDEX monitoring_holds_one_key ON public.monitoring_holds USING btree (patient_id, kind) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX patients_bed_key ON public.patients USING btree (ward_id, public.look(bed)) WHERE ((public.look(bed) <> ''::text) AND (discharged_at IS NULL));
COMMENT ON INDEX public.patients_bed_key IS 'A bed holds one patient at a time; beds are compared as they look.';
CREATE INDEX patients_ward_idx ON public.patients USING btree (ward_id);
CREATE INDEX readings_effective ON ONLY public.readings USING btree (patient_id, vital, effective_at) WHERE (effective_at IS NOT NULL);
CREATE INDEX readings_default_patient_id_vital_effective_at_idx ON public.readings_default USING btree (patient_id, vital, effective_at) WHERE (effective_at IS NOT NULL);
CREATE INDEX refresh_tokens_session_idx ON public.refresh_tokens USING btree (session_id);
CREATE INDEX sessions_user_idx ON public.sessions USING btree (user_id);
CREATE INDEX signal_traces_device_idx ON public.signal_traces USING btree (device_id, received_at);
CREATE INDEX signal_traces_received_idx ON public.signal_traces USING btree (received_at);
CREATE UNIQUE INDEX sound_pauses_one_key ON public.sound_pauses USING btree (patient_id, ward_id) NULLS NOT DISTINCT WHERE (ended_at IS NULL);
CREATE INDEX stale_hours_hour_idx ON public.stale_hours USING btree (hour);
CREATE INDEX stale_hours_idx ON public.stale_hours USING btree (patient_id, vital, hour);
CREATE INDEX users_imported_password_idx ON public.users USING btree (((split_part(password_hash, '$'::text, 2))::integer)) WHERE starts_with(password_hash, 'pbkdf2_sha256$'::text);
CREATE UNIQUE INDEX users_username_folded_key ON public.users USING btree (lower((username COLLATE "und-x-icu")));
COMMENT ON INDEX public.users_username_folded_key IS 'Names that differ by case alone would be taken for one another in the audit.';
CREATE UNIQUE INDEX wards_look_key ON public.wards USING btree (public.look(name));
COMMENT ON INDEX public.wards_look_key IS 'Wards are compared as they look.';
CREATE INDEX webhook_deliveries_due_idx ON public.webhook_deliveries USING btree (next_at) WHERE ((delivered_at IS NULL) AND (abandoned_at IS NULL));
ALTER INDEX public.readings_effective ATTACH PARTITION public.readings_default_patient_id_vital_effective_at_idx;
ALTER INDEX public.readings_pkey ATTACH PARTITION public.readings_default_pkey;
CREATE TRIGGER alarm_rules_audited AFTER INSERT OR DELETE OR UPDATE ON public.alarm_rules FOR EACH ROW EXECUTE FUNCTION public.audited('limit', 'limit id', 'patient_id', '', 'id,ward_id,patient_id,profile,vital,side,severity');
CREATE TRIGGER alerts_delete_audited AFTER DELETE ON public.alerts FOR EACH ROW EXECUTE FUNCTION public.audited('alert', 'alert id', 'patient_id', '', 'version,hand_condition');
CREATE TRIGGER alerts_insert_audited AFTER INSERT ON public.alerts FOR EACH ROW WHEN (((new.kind <> ALL (ARRAY['absence'::text, 'brassard'::text])) AND (new.imported_at IS NULL) AND (public.in_somebodys_name() OR (new.raised_by IS NOT NULL) OR (new.acknowledged_by IS NOT NULL)))) EXECUTE FUNCTION public.audited('alert', 'alert id', 'patient_id', '', 'version,hand_condition');
CREATE TRIGGER alerts_inserted AFTER INSERT ON public.alerts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.alerts_changed();
CREATE TRIGGER alerts_inserted_break_pauses AFTER INSERT ON public.alerts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.alerts_break_pauses();
CREATE TRIGGER alerts_next_version BEFORE UPDATE ON public.alerts FOR EACH ROW EXECUTE FUNCTION public.alerts_next_version();
CREATE TRIGGER alerts_update_audited AFTER UPDATE ON public.alerts FOR EACH ROW WHEN (((new.kind <> ALL (ARRAY['absence'::text, 'brassard'::text])) AND (public.in_somebodys_name() OR ((new.acknowledged_by IS NOT NULL) AND (old.acknowledged_by IS DISTINCT FROM new.acknowledged_by)) OR (old.raised_by IS DISTINCT FROM new.raised_by) OR (old.kind <> new.kind)))) EXECUTE FUNCTION public.audited('alert', 'alert id', 'patient_id', '', 'version,hand_condition');
CREATE TRIGGER alerts_updated AFTER UPDATE ON public.alerts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.alerts_changed();
CREATE TRIGGER alerts_updated_break_pauses AFTER UPDATE ON public.alerts REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.alerts_break_pauses();
CREATE TRIGGER audit_pends AFTER INSERT ON public.audit REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION public.audit_pends();
CREATE TRIGGER device_assigned AFTER INSERT OR DELETE OR UPDATE ON public.device_assignment FOR EACH ROW EXECUTE FUNCTION public.device_assigned();
CREATE TRIGGER device_assignment_audited AFTER INSERT OR DELETE OR UPDATE ON public.device_assignment FOR EACH ROW EXECUTE FUNCTION public.audited('assignment', 'device device_id', 'patient_id');
CREATE TRIGGER device_calibrated AFTER INSERT OR DELETE ON public.device_calibrations FOR EACH ROW EXECUTE FUNCTION public.device_calibrated();
CREATE TRIGGER device_calibrations_audited AFTER INSERT OR DELETE OR UPDATE ON public.device_calibrations FOR EACH ROW EXECUTE FUNCTION public.audited('calibration', 'device device_id', '');
CREATE TRIGGER device_state_insert_audited AFTER INSERT ON public.device_state FOR EACH ROW WHEN (public.in_somebodys_name()) EXECUTE FUNCTION public.audited('device', 'device device_id', '', '', 'device_id,last_seen_at,battery,rssi,firmware,boot,sequence,live_at,period_seconds,detached,clock_offset_ms,clock_boot,clock_way_from,clock_way_ms,clock_way_before_ms,clock_later_ms,clock_ahead_ms,clock_ahead_at,clock_former_ms,clock_former_at,reasons,no_pulse_since,moved_at,spo2_curve,leds_inverted');
CREATE TRIGGER device_state_inserted AFTER INSERT ON public.device_state REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.device_state_changed();
CREATE TRIGGER device_state_update_audited AFTER UPDATE ON public.device_state FOR EACH ROW WHEN (((old.status <> new.status) AND public.in_somebodys_name())) EXECUTE FUNCTION public.audited('device', 'device device_id', '', '', 'device_id,last_seen_at,battery,rssi,firmware,boot,sequence,live_at,period_seconds,detached,clock_offset_ms,clock_boot,clock_way_from,clock_way_ms,clock_way_before_ms,clock_later_ms,clock_ahead_ms,clock_ahead_at,clock_former_ms,clock_former_at,reasons,no_pulse_since,moved_at,spo2_curve,leds_inverted');
CREATE TRIGGER device_state_updated AFTER UPDATE ON public.device_state REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.device_state_changed();
CREATE TRIGGER devices_audited AFTER INSERT OR DELETE OR UPDATE ON public.devices FOR EACH ROW EXECUTE FUNCTION public.audited('device', 'device id', '', 'key_hash,former_key_hash');
CREATE TRIGGER hours_stale_after_update AFTER UPDATE ON public.readings REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.hours_stale();
CREATE TRIGGER hours_stale_before_update AFTER UPDATE ON public.readings REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.hours_stale();
CREATE TRIGGER hours_stale_deleted AFTER DELETE ON public.readings REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.hours_stale();
CREATE TRIGGER hours_stale_inserted AFTER INSERT ON public.readings REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.hours_stale();
CREATE TRIGGER machine_key_changed AFTER UPDATE ON public.machine_keys FOR EACH ROW WHEN (((((((old.permissions IS DISTINCT FROM new.permissions) OR (old.wards IS DISTINCT FROM new.wards)) OR (old.secret_hash IS DISTINCT FROM new.secret_hash)) OR (old.former_secret_hash IS DISTINCT FROM new.former_secret_hash)) OR (old.expires_at IS DISTINCT FROM new.expires_at)) OR (old.revoked_at IS DISTINCT FROM new.revoked_at))) EXECUTE FUNCTION public.machine_key_changed();
CREATE TRIGGER machine_keys_audited AFTER INSERT OR DELETE OR UPDATE ON public.machine_keys FOR EACH ROW EXECUTE FUNCTION public.audited('key', 'key user_id', '', 'secret_hash,former_secret_hash', 'user_id,created_by,last_used_at,last_used_address');
CREATE TRIGGER monitoring_holds_begun_audited AFTER INSERT ON public.monitoring_holds FOR EACH ROW EXECUTE FUNCTION public.audited('hold', 'hold id', 'patient_id');
CREATE TRIGGER monitoring_holds_ended_audited AFTER UPDATE ON public.monitoring_holds FOR EACH ROW WHEN (((new.begun_by <> old.begun_by) OR (new.ends_at <> old.ends_at) OR (public.in_somebodys_name() AND (new.ended_at < new.ends_at)))) EXECUTE FUNCTION public.audited('hold', 'hold id', 'patient_id');
CREATE TRIGGER own_limits_changed AFTER INSERT OR DELETE OR UPDATE ON public.alarm_rules FOR EACH ROW EXECUTE FUNCTION public.own_limits_changed();
CREATE TRIGGER patient_admitted AFTER INSERT ON public.patients FOR EACH ROW EXECUTE FUNCTION public.patient_changed();
CREATE TRIGGER patient_changed AFTER UPDATE ON public.patients FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION public.patient_changed();
CREATE TRIGGER patients_audited AFTER INSERT OR DELETE OR UPDATE ON public.patients FOR EACH ROW EXECUTE FUNCTION public.audited('patient', 'patient id', 'id', '', 'admitted_at,profile_confirmed_at');
CREATE TRIGGER pause_begun AFTER INSERT ON public.sound_pauses FOR EACH ROW EXECUTE FUNCTION public.pause_changed();
CREATE TRIGGER pause_ended AFTER UPDATE ON public.sound_pauses FOR EACH ROW WHEN (((old.ended_at IS NULL) AND (new.ended_at < new.ends_at))) EXECUTE FUNCTION public.pause_changed();
CREATE TRIGGER readings_delete_audited AFTER DELETE ON public.readings REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.readings_delete_audited();
CREATE TRIGGER readings_deleted AFTER DELETE ON public.readings REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.readings_corrected();
CREATE TRIGGER readings_inserted AFTER INSERT ON public.readings REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION public.readings_inserted();
CREATE TRIGGER readings_update_audited AFTER UPDATE ON public.readings REFERENCING OLD TABLE AS removed NEW TABLE AS stored FOR EACH STATEMENT EXECUTE FUNCTION public.readings_update_audited();
CREATE TRIGGER readings_updated AFTER UPDATE ON public.readings REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.readings_corrected();
CREATE TRIGGER session_deleted AFTER DELETE ON public.sessions FOR EACH ROW WHEN ((old.ended_at IS NULL)) EXECUTE FUNCTION public.user_belonging_changed();
CREATE TRIGGER session_ended AFTER UPDATE OF ended_at ON public.sessions FOR EACH ROW WHEN ((old.ended_at IS DISTINCT FROM new.ended_at)) EXECUTE FUNCTION public.user_belonging_changed();
CREATE TRIGGER session_locked AFTER UPDATE OF locked_at ON public.sessions FOR EACH ROW WHEN ((old.locked_at IS DISTINCT FROM new.locked_at)) EXECUTE FUNCTION public.user_belonging_changed();
CREATE TRIGGER sessions_begun_audited AFTER INSERT ON public.sessions FOR EACH ROW EXECUTE FUNCTION public.audited('session', 'session id', '', '', 'last_used_at,active_at');
CREATE TRIGGER sessions_ended_audited AFTER UPDATE ON public.sessions FOR EACH ROW WHEN (((old.ended_at IS NULL) AND (new.ended_at IS NOT NULL))) EXECUTE FUNCTION public.audited('session', 'session id', '', '', 'last_used_at,active_at');
CREATE TRIGGER sessions_locked_audited AFTER UPDATE ON public.sessions FOR EACH ROW WHEN (((old.locked_at IS NULL) AND (new.locked_at IS NOT NULL))) EXECUTE FUNCTION public.audited('session', 'session id', '', '', 'last_used_at,active_at');
CREATE TRIGGER sound_pauses_begun_audited AFTER INSERT ON public.sound_pauses FOR EACH ROW EXECUTE FUNCTION public.audited('pause', 'pause id', 'patient_id');
CREATE TRIGGER sound_pauses_ended_audited AFTER UPDATE ON public.sound_pauses FOR EACH ROW WHEN (((new.begun_by <> old.begun_by) OR (new.ends_at <> old.ends_at) OR ((new.broken_by IS NULL) AND (old.ended_at IS NULL) AND (new.ended_at < new.ends_at)))) EXECUTE FUNCTION public.audited('pause', 'pause id', 'patient_id');
CREATE TRIGGER user_deleted AFTER DELETE ON public.users FOR EACH ROW EXECUTE FUNCTION public.user_rights_changed();
CREATE TRIGGER user_rights_changed AFTER UPDATE OF role, disabled_at, must_change_password ON public.users FOR EACH ROW WHEN ((((old.role IS DISTINCT FROM new.role) OR (old.disabled_at IS DISTINCT FROM new.disabled_at)) OR (old.must_change_password IS DISTINCT FROM new.must_change_password))) EXECUTE FUNCTION public.user_rights_changed();
CREATE TRIGGER user_ward_changed AFTER INSERT OR DELETE OR UPDATE ON public.user_wards FOR EACH ROW EXECUTE FUNCTION public.user_belonging_changed();
CREATE TRIGGER user_wards_audited AFTER INSERT OR DELETE OR UPDATE ON public.user_wards FOR EACH ROW EXECUTE FUNCTION public.audited('user_ward', 'user user_id', '');
CREATE TRIGGER users_audited AFTER INSERT OR DELETE OR UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION public.audited('user', 'user id', '', 'password_hash', 'password_changed_at');
CREATE TRIGGER ward_scoring_changed AFTER UPDATE ON public.wards FOR EACH ROW WHEN ((((old.skin_temperature_valid IS DISTINCT FROM new.skin_temperature_valid) OR (old.default_profile IS DISTINCT FROM new.default_profile)) OR (old.names_when_locked IS DISTINCT FROM new.names_when_locked))) EXECUTE FUNCTION public.ward_scoring_changed();
CREATE TRIGGER wards_audited AFTER INSERT OR DELETE OR UPDATE ON public.wards FOR EACH ROW EXECUTE FUNCTION public.audited('ward', 'ward id', '');
ALTER TABLE ONLY public.alarm_rules
    ADD CONSTRAINT alarm_rules_patient_fkey FOREIGN KEY (patient_id) REFERENCES public.patients(id);
ALTER TABLE ONLY public.alarm_rules
    ADD CONSTRAINT alarm_rules_ward_fkey FOREIGN KEY (ward_id) REFERENCES public.wards(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_acknowledged_by_fkey FOREIGN KEY (acknowledged_by) REFERENCES public.users(id);
ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_device_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id);
ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_doctor_called_by_fkey FOREIGN KEY (doctor_called_by) REFERENCES public.users(id);
ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_linked_alert_fkey FOREIGN KEY (linked_alert_id) REFERENCES public.alerts(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_patient_fkey FOREIGN KEY (patient_id) REFERENCES public.patients(id);
ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_raised_by_fkey FOREIGN KEY (raised_by) REFERENCES public.users(id);
ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_ward_fkey FOREIGN KEY (ward_id) REFERENCES public.wards(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.device_assignment
    ADD CONSTRAINT device_assignment_device_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id);
ALTER TABLE ONLY public.device_assignment
    ADD CONSTRAINT device_assignment_patient_fkey FOREIGN KEY (patient_id) REFERENCES public.patients(id);
ALTER TABLE ONLY public.device_calibrations
    ADD CONSTRAINT device_calibrations_calibrated_by_fkey FOREIGN KEY (calibrated_by) REFERENCES public.users(id);
ALTER TABLE ONLY public.device_calibrations
    ADD CONSTRAINT device_calibrations_device_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id);
ALTER TABLE ONLY public.device_state
    ADD CONSTRAINT device_state_device_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.discharges
    ADD CONSTRAINT discharges_discharged_by_fkey FOREIGN KEY (discharged_by) REFERENCES public.users(id);
ALTER TABLE ONLY public.discharges
    ADD CONSTRAINT discharges_patient_fkey FOREIGN KEY (patient_id) REFERENCES public.patients(id);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_user_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.known_browsers
    ADD CONSTRAINT known_browsers_user_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.machine_keys
    ADD CONSTRAINT machine_keys_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id);
ALTER TABLE ONLY public.machine_keys
    ADD CONSTRAINT machine_keys_user_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);
ALTER TABLE ONLY public.monitoring_holds
    ADD CONSTRAINT monitoring_holds_begun_by_fkey FOREIGN KEY (begun_by) REFERENCES public.users(id);
ALTER TABLE ONLY public.monitoring_holds
    ADD CONSTRAINT monitoring_holds_patient_fkey FOREIGN KEY (patient_id) REFERENCES public.patients(id);
ALTER TABLE ONLY public.patients
    ADD CONSTRAINT patients_profile_confirmed_by_fkey FOREIGN KEY (profile_confirmed_by) REFERENCES public.users(id);
ALTER TABLE ONLY public.patients
    ADD CONSTRAINT patients_ward_fkey FOREIGN KEY (ward_id) REFERENCES public.wards(id);
ALTER TABLE ONLY public.recent_reports
    ADD CONSTRAINT recent_reports_device_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_session_fkey FOREIGN KEY (session_id) REFERENCES public.sessions(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.score_watches
    ADD CONSTRAINT score_watches_patient_fkey FOREIGN KEY (patient_id) REFERENCES public.patients(id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.signal_traces
    ADD CONSTRAINT signal_traces_device_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id);
ALTER TABLE ONLY public.signal_traces
    ADD CONSTRAINT signal_traces_patient_fkey FOREIGN KEY (patient_id) REFERENCES public.patients(id);
ALTER TABLE ONLY public.sound_pauses
    ADD CONSTRAINT sound_pauses_begun_by_fkey FOREIGN KEY (begun_by) REFERENCES public.users(id);
ALTER TABLE ONLY public.sound_pauses
    ADD CONSTRAINT sound_pauses_broken_by_fkey FOREIGN KEY (broken_by) REFERENCES public.alerts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sound_pauses
    ADD CONSTRAINT sound_pauses_patient_fkey FOREIGN KEY (patient_id) REFERENCES public.patients(id);
ALTER TABLE ONLY public.sound_pauses
    ADD CONSTRAINT sound_pauses_ward_fkey FOREIGN KEY (ward_id) REFERENCES public.wards(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.user_wards
    ADD CONSTRAINT user_wards_user_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.user_wards
    ADD CONSTRAINT user_wards_ward_fkey FOREIGN KEY (ward_id) REFERENCES public.wards(id);
ALTER TABLE ONLY public.ward_listening
    ADD CONSTRAINT ward_listening_ward_fkey FOREIGN KEY (ward_id) REFERENCES public.wards(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_alert_fkey FOREIGN KEY (alert_id) REFERENCES public.alerts(id) ON DELETE CASCADE;
REVOKE ALL ON FUNCTION public.audit_pends() FROM PUBLIC;
REVOKE ALL ON FUNCTION public.forget_readings(days integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.forget_sessions() FROM PUBLIC;
REVOKE ALL ON FUNCTION public.make_partition(day date) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.make_partitions(days integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.seal_audit(most integer) FROM PUBLIC;
