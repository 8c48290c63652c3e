-- Who did what. Row triggers write it, so that nobody forgets to; `fajma.actor` says in whose name (Store's `Database.change`).

-- In whose name this transaction works: {"user":…,"name":…,"session":…,"address":…}; of somebody at psql, the role.
CREATE OR REPLACE FUNCTION audit_actor() RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('fajma.actor', true), '')::jsonb, jsonb_build_object('name', 'sql:' || session_user))
$$;

CREATE OR REPLACE FUNCTION audit_record(
    action text, patient integer, subject text, before jsonb, after jsonb
) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO audit (action, user_id, username, address, session, patient_id, subject, before, after)
    SELECT action, (actor ->> 'user')::integer, actor ->> 'name', actor ->> 'address', actor ->> 'session', patient, subject, before, after
    FROM audit_actor() AS actor
$$;

-- Arguments: the noun; the column that names the row; the column that names the patient, or ''; columns whose values are secret.
-- Of a change only what changed is kept.
CREATE OR REPLACE FUNCTION audited() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    noun text := TG_ARGV[0];
    secret text[] := string_to_array(TG_ARGV[3], ',');
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    whole jsonb := coalesce(new_row, old_row);
    verb text := CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, new_row -> o.key) INTO old_row, new_row
        FROM jsonb_each(old_row) AS o WHERE o.value IS DISTINCT FROM new_row -> o.key;
        IF new_row IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    -- That a secret was set is told, the secret is not.
    SELECT jsonb_object_agg(key, CASE WHEN key = ANY (secret) AND value <> 'null' THEN '"…"' ELSE value END) INTO old_row FROM jsonb_each(old_row);
    SELECT jsonb_object_agg(key, CASE WHEN key = ANY (secret) AND value <> 'null' THEN '"…"' ELSE value END) INTO new_row FROM jsonb_each(new_row);
    PERFORM audit_record(
        noun || '.' || verb, (whole ->> nullif(TG_ARGV[2], ''))::integer, noun || ' ' || (whole ->> TG_ARGV[1]), old_row, new_row);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER wards_audited AFTER INSERT OR UPDATE OR DELETE ON wards
    FOR EACH ROW EXECUTE FUNCTION audited('ward', 'id', '');
CREATE OR REPLACE TRIGGER patients_audited AFTER INSERT OR UPDATE OR DELETE ON patients
    FOR EACH ROW EXECUTE FUNCTION audited('patient', 'id', 'id');
CREATE OR REPLACE TRIGGER users_audited AFTER INSERT OR UPDATE OR DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION audited('user', 'id', '', 'password_hash');
CREATE OR REPLACE TRIGGER user_wards_audited AFTER INSERT OR UPDATE OR DELETE ON user_wards
    FOR EACH ROW EXECUTE FUNCTION audited('user_ward', 'user_id', '');
CREATE OR REPLACE TRIGGER devices_audited AFTER INSERT OR UPDATE OR DELETE ON devices
    FOR EACH ROW EXECUTE FUNCTION audited('device', 'id', '', 'key_hash');
CREATE OR REPLACE TRIGGER device_assignment_audited AFTER INSERT OR UPDATE OR DELETE ON device_assignment
    FOR EACH ROW EXECUTE FUNCTION audited('assignment', 'device_id', 'patient_id');
