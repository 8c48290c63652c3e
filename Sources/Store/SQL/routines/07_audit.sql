-- Who did what. Row triggers write it, so that nobody forgets to; `fajma.actor` says in whose name (Store's `Database.change`).
-- What nobody did, a device's reports and the alerts that follow from them, is not written.

-- In whose name this transaction works: {"user":…,"name":…,"session":…,"address":…}; of somebody at psql, the role.
CREATE OR REPLACE FUNCTION audit_actor() RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('fajma.actor', true), '')::jsonb, jsonb_build_object('name', 'sql:' || session_user))
$$;

CREATE OR REPLACE FUNCTION in_somebodys_name() RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('fajma.actor', true), '') <> ''
$$;

CREATE OR REPLACE FUNCTION audit_record(
    action text, patient integer, subject text, before jsonb, after jsonb
) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO audit (action, user_id, username, address, session, patient_id, subject, before, after)
    SELECT action, (actor ->> 'user')::integer, actor ->> 'name', actor ->> 'address', actor ->> 'session', patient, subject, before, after
    FROM audit_actor() AS actor
$$;

-- A row without what nobody cares for and what is unknown. That a secret is set is told, the secret is not.
CREATE OR REPLACE FUNCTION audit_told(told jsonb, secret text[], noise text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_object_agg(key, CASE WHEN key = ANY (secret) AND value <> 'null' THEN '"…"' ELSE value END)
    FROM jsonb_each(told) WHERE key <> ALL (noise)
$$;

-- One side of a change of an alarm limit, with what held on that side for those whom it concerns: `fajma.limit_effects` says so of each limit that
-- this transaction changes (Store's LimitEffects).
CREATE OR REPLACE FUNCTION with_effect(told jsonb, effect jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN effect IS NULL THEN told ELSE coalesce(told, '{}') || effect END
$$;

-- Arguments: the noun of the action; what the row is called, as a word and a column; the column that names the patient, or ''; columns
-- whose values are secret; columns that nobody cares for. Of a change only what changed is kept. Times within are UTC, as everywhere.
CREATE OR REPLACE FUNCTION audited() RETURNS trigger
LANGUAGE plpgsql SET TimeZone = 'UTC' SET DateStyle = 'ISO' AS $$
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
END $$;

CREATE OR REPLACE TRIGGER wards_audited AFTER INSERT OR UPDATE OR DELETE ON wards
    FOR EACH ROW EXECUTE FUNCTION audited('ward', 'ward id', '');
CREATE OR REPLACE TRIGGER patients_audited AFTER INSERT OR UPDATE OR DELETE ON patients
    FOR EACH ROW EXECUTE FUNCTION audited('patient', 'patient id', 'id', '', 'admitted_at,profile_confirmed_at');
CREATE OR REPLACE TRIGGER users_audited AFTER INSERT OR UPDATE OR DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION audited('user', 'user id', '', 'password_hash', 'password_changed_at');
CREATE OR REPLACE TRIGGER user_wards_audited AFTER INSERT OR UPDATE OR DELETE ON user_wards
    FOR EACH ROW EXECUTE FUNCTION audited('user_ward', 'user user_id', '');
CREATE OR REPLACE TRIGGER machine_keys_audited AFTER INSERT OR UPDATE OR DELETE ON machine_keys
    FOR EACH ROW EXECUTE FUNCTION audited('key', 'key user_id', '', 'secret_hash,former_secret_hash', 'user_id,created_by,last_used_at,last_used_address');
CREATE OR REPLACE TRIGGER devices_audited AFTER INSERT OR UPDATE OR DELETE ON devices
    FOR EACH ROW EXECUTE FUNCTION audited('device', 'device id', '', 'key_hash,former_key_hash');
CREATE OR REPLACE TRIGGER device_assignment_audited AFTER INSERT OR UPDATE OR DELETE ON device_assignment
    FOR EACH ROW EXECUTE FUNCTION audited('assignment', 'device device_id', 'patient_id');

CREATE OR REPLACE TRIGGER device_calibrations_audited AFTER INSERT OR UPDATE OR DELETE ON device_calibrations
    FOR EACH ROW EXECUTE FUNCTION audited('calibration', 'device device_id', '');

CREATE OR REPLACE TRIGGER alarm_rules_audited AFTER INSERT OR UPDATE OR DELETE ON alarm_rules
    FOR EACH ROW EXECUTE FUNCTION audited('limit', 'limit id', 'patient_id', '', 'id,ward_id,patient_id,profile,vital,side,severity');

-- A status that a person sets. Every report writes the row: the condition keeps the trigger from being called.
CREATE OR REPLACE TRIGGER device_state_insert_audited AFTER INSERT ON device_state
    FOR EACH ROW WHEN (in_somebodys_name())
    EXECUTE FUNCTION audited('device', 'device device_id', '', '', 'device_id,last_seen_at,battery,rssi,firmware,boot,sequence,live_at,period_seconds,detached,clock_offset_ms,clock_boot,clock_way_from,clock_way_ms,clock_way_before_ms,clock_later_ms,clock_ahead_ms,clock_ahead_at,clock_former_ms,clock_former_at,reasons,no_pulse_since,moved_at,spo2_curve,leds_inverted');
CREATE OR REPLACE TRIGGER device_state_update_audited AFTER UPDATE ON device_state
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND in_somebodys_name())
    EXECUTE FUNCTION audited('device', 'device device_id', '', '', 'device_id,last_seen_at,battery,rssi,firmware,boot,sequence,live_at,period_seconds,detached,clock_offset_ms,clock_boot,clock_way_from,clock_way_ms,clock_way_before_ms,clock_later_ms,clock_ahead_ms,clock_ahead_at,clock_former_ms,clock_former_at,reasons,no_pulse_since,moved_at,spo2_curve,leds_inverted');

-- Only what a person does: the alarms raise and end alerts by themselves, and those that show a hold come and go with it. What names an account
-- is a person's in any case: somebody at psql, who names no actor, is recorded as the role.
DROP TRIGGER IF EXISTS alerts_audited ON alerts;
CREATE OR REPLACE TRIGGER alerts_insert_audited AFTER INSERT ON alerts
    FOR EACH ROW WHEN (NEW.kind NOT IN ('absence', 'brassard') AND NEW.imported_at IS NULL
        AND (in_somebodys_name() OR NEW.raised_by IS NOT NULL OR NEW.acknowledged_by IS NOT NULL))
    EXECUTE FUNCTION audited('alert', 'alert id', 'patient_id', '', 'version,hand_condition');
CREATE OR REPLACE TRIGGER alerts_update_audited AFTER UPDATE ON alerts
    FOR EACH ROW WHEN (NEW.kind NOT IN ('absence', 'brassard')
        AND (in_somebodys_name() OR NEW.acknowledged_by IS NOT NULL AND OLD.acknowledged_by IS DISTINCT FROM NEW.acknowledged_by
            OR OLD.raised_by IS DISTINCT FROM NEW.raised_by OR OLD.kind <> NEW.kind))
    EXECUTE FUNCTION audited('alert', 'alert id', 'patient_id', '', 'version,hand_condition');
CREATE OR REPLACE TRIGGER alerts_delete_audited AFTER DELETE ON alerts
    FOR EACH ROW EXECUTE FUNCTION audited('alert', 'alert id', 'patient_id', '', 'version,hand_condition');

-- Not what an alert breaks: that is nobody's doing. Nor that one which is over makes room for the next.
CREATE OR REPLACE TRIGGER sound_pauses_begun_audited AFTER INSERT ON sound_pauses
    FOR EACH ROW EXECUTE FUNCTION audited('pause', 'pause id', 'patient_id');
CREATE OR REPLACE TRIGGER sound_pauses_ended_audited AFTER UPDATE ON sound_pauses
    FOR EACH ROW WHEN (NEW.begun_by <> OLD.begun_by OR NEW.ends_at <> OLD.ends_at
        OR NEW.broken_by IS NULL AND OLD.ended_at IS NULL AND NEW.ended_at < NEW.ends_at)
    EXECUTE FUNCTION audited('pause', 'pause id', 'patient_id');

-- Likewise holds: not what their time or values that came again ended.
CREATE OR REPLACE TRIGGER monitoring_holds_begun_audited AFTER INSERT ON monitoring_holds
    FOR EACH ROW EXECUTE FUNCTION audited('hold', 'hold id', 'patient_id');
CREATE OR REPLACE TRIGGER monitoring_holds_ended_audited AFTER UPDATE ON monitoring_holds
    FOR EACH ROW WHEN (NEW.begun_by <> OLD.begun_by OR NEW.ends_at <> OLD.ends_at OR in_somebodys_name() AND NEW.ended_at < NEW.ends_at)
    EXECUTE FUNCTION audited('hold', 'hold id', 'patient_id');

-- A session's beginning, lock and end; not its renewals, and not that one long over is forgotten.
CREATE OR REPLACE TRIGGER sessions_begun_audited AFTER INSERT ON sessions
    FOR EACH ROW EXECUTE FUNCTION audited('session', 'session id', '', '', 'last_used_at,active_at');
CREATE OR REPLACE TRIGGER sessions_ended_audited AFTER UPDATE ON sessions
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
    EXECUTE FUNCTION audited('session', 'session id', '', '', 'last_used_at,active_at');

CREATE OR REPLACE TRIGGER sessions_locked_audited AFTER UPDATE ON sessions
    FOR EACH ROW WHEN (OLD.locked_at IS NULL AND NEW.locked_at IS NOT NULL)
    EXECUTE FUNCTION audited('session', 'session id', '', '', 'last_used_at,active_at');

-- Corrections. By the statement: row triggers would be cloned onto the partitions, and tell of rows that make_partitions moves.
CREATE OR REPLACE FUNCTION reading_id(patient integer, vital smallint, measured_at timestamptz, device integer) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT concat_ws('.', patient, vital, epoch_ms(measured_at), device)
$$;

CREATE OR REPLACE FUNCTION readings_update_audited() RETURNS trigger
LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION readings_delete_audited() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM audit_record(
        'reading.deleted', patient_id, 'reading ' || reading_id(patient_id, vital, measured_at, device_id),
        jsonb_build_object('value', value), NULL)
    FROM removed ORDER BY patient_id, vital, measured_at, device_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER readings_update_audited AFTER UPDATE ON readings
    REFERENCING OLD TABLE AS removed NEW TABLE AS stored FOR EACH STATEMENT EXECUTE FUNCTION readings_update_audited();
CREATE OR REPLACE TRIGGER readings_delete_audited AFTER DELETE ON readings
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION readings_delete_audited();

-- The chain. Writers only put a row's number down and wait for nobody; `seal_audit` links what lies there. With the owner's rights, so that
-- the application can neither take a number away nor write into the chain.
CREATE OR REPLACE FUNCTION audit_pends() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.audit_pending (audit_id) SELECT id FROM inserted;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION audit_pends() FROM PUBLIC;

CREATE OR REPLACE TRIGGER audit_pends AFTER INSERT ON audit
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION audit_pends();

-- A value so that no two lists of values read the same: its length in bytes, the value; NULL is not the empty text.
CREATE OR REPLACE FUNCTION netstring(value text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value || ',', '-,')
$$;

CREATE OR REPLACE FUNCTION epoch_us(t timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT (extract(epoch FROM t) * 1000000)::bigint::text
$$;

-- What a hash of the chain covers besides the hash before it: every column of the row, in order. `fajma audit verify` computes the same.
CREATE OR REPLACE FUNCTION audit_content(chain_position bigint, sealed_at timestamptz, a audit) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT convert_to(
        netstring(chain_position::text) || netstring(epoch_us(sealed_at))
        || netstring(a.id::text) || netstring(epoch_us(a.at)) || netstring(a.action) || netstring(a.user_id::text)
        || netstring(a.username) || netstring(a.address) || netstring(a.session) || netstring(a.patient_id::text)
        || netstring(a.subject) || netstring(a.before::text) || netstring(a.after::text) || netstring(a.once), 'UTF8')
$$;

-- Links what is pending, `most` rows at once, in the order of their numbers; answers how many. One at a time: 0 while another does it.
-- A number whose row is gone, or stands in the chain already, stays where it is for `fajma audit verify` to find.
CREATE OR REPLACE FUNCTION seal_audit(most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
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
REVOKE EXECUTE ON FUNCTION seal_audit(integer) FROM PUBLIC;
