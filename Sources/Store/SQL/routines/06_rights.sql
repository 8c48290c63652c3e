-- Who may see what has changed: open sockets are asked again. And patients tell the screens that they came, went or lie elsewhere.

-- PostgreSQL sends one notification where a transaction has several with the same text.
CREATE OR REPLACE FUNCTION notify_rights(account integer) RETURNS void
LANGUAGE sql AS $$
    SELECT pg_notify('fajma_right', addressed(NULL, NULL, json_build_object('user', account)))
$$;

CREATE OR REPLACE FUNCTION user_rights_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM notify_rights(OLD.id);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER user_rights_changed AFTER UPDATE OF role, disabled_at, must_change_password ON users
    FOR EACH ROW WHEN ((OLD.role, OLD.disabled_at, OLD.must_change_password)
        IS DISTINCT FROM (NEW.role, NEW.disabled_at, NEW.must_change_password))
    EXECUTE FUNCTION user_rights_changed();
CREATE OR REPLACE TRIGGER user_deleted AFTER DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION user_rights_changed();

-- Of a ward, or of a session.
CREATE OR REPLACE FUNCTION user_belonging_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM notify_rights(account) FROM unnest(ARRAY[OLD.user_id, NEW.user_id]) AS account WHERE account IS NOT NULL;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER user_ward_changed AFTER INSERT OR UPDATE OR DELETE ON user_wards
    FOR EACH ROW EXECUTE FUNCTION user_belonging_changed();
CREATE OR REPLACE TRIGGER session_ended AFTER UPDATE OF ended_at ON sessions
    FOR EACH ROW WHEN (OLD.ended_at IS DISTINCT FROM NEW.ended_at) EXECUTE FUNCTION user_belonging_changed();
CREATE OR REPLACE TRIGGER session_locked AFTER UPDATE OF locked_at ON sessions
    FOR EACH ROW WHEN (OLD.locked_at IS DISTINCT FROM NEW.locked_at) EXECUTE FUNCTION user_belonging_changed();
-- Tidying away what has ended already tells nobody.
CREATE OR REPLACE TRIGGER session_deleted AFTER DELETE ON sessions
    FOR EACH ROW WHEN (OLD.ended_at IS NULL) EXECUTE FUNCTION user_belonging_changed();

-- Of a machine key: its account is the caller. Its use is no change.
CREATE OR REPLACE FUNCTION machine_key_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM notify_rights(NEW.user_id);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER machine_key_changed AFTER UPDATE ON machine_keys
    FOR EACH ROW WHEN ((OLD.permissions, OLD.wards, OLD.secret_hash, OLD.former_secret_hash, OLD.expires_at, OLD.revoked_at)
        IS DISTINCT FROM (NEW.permissions, NEW.wards, NEW.secret_hash, NEW.former_secret_hash, NEW.expires_at, NEW.revoked_at))
    EXECUTE FUNCTION machine_key_changed();

-- First the screens, then the sockets: whoever may not hear of the patient any more learns why before being closed.
CREATE OR REPLACE FUNCTION patient_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE TRIGGER patient_admitted AFTER INSERT ON patients
    FOR EACH ROW EXECUTE FUNCTION patient_changed();
CREATE OR REPLACE TRIGGER patient_changed AFTER UPDATE ON patients
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION patient_changed();

-- A patient's own limits are marked on screens: as if the patient had changed.
CREATE OR REPLACE FUNCTION own_limits_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('fajma_patient', addressed(p.id, p.ward_id, json_build_object('patient', p.id, 'ward', p.ward_id, 'before', p.ward_id)))
    FROM patients p WHERE p.id = coalesce(NEW.patient_id, OLD.patient_id) AND p.discharged_at IS NULL;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER own_limits_changed AFTER INSERT OR UPDATE OR DELETE ON alarm_rules
    FOR EACH ROW EXECUTE FUNCTION own_limits_changed();

-- What a ward's patients are scored by, whose limits hold for them, or whether a locked desk shows their names, has changed: as if each of them had.
CREATE OR REPLACE FUNCTION ward_scoring_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('fajma_patient', addressed(p.id, NEW.id, json_build_object('patient', p.id, 'ward', NEW.id, 'before', NEW.id)))
    FROM patients p WHERE p.ward_id = NEW.id AND p.discharged_at IS NULL;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER ward_scoring_changed AFTER UPDATE ON wards
    FOR EACH ROW WHEN ((OLD.skin_temperature_valid, OLD.default_profile, OLD.names_when_locked)
        IS DISTINCT FROM (NEW.skin_temperature_valid, NEW.default_profile, NEW.names_when_locked))
    EXECUTE FUNCTION ward_scoring_changed();

-- Of an earlier version of these routines.
DROP TRIGGER IF EXISTS patient_moved ON patients;
DROP FUNCTION IF EXISTS patient_moved();
