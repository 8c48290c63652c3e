-- The first schema. Frozen once released: a change is a new migration. Functions and triggers live in ../routines.

-- An exclusion constraint over an integer and a range needs the integer's GiST operators.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE wards (
    id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT wards_pkey PRIMARY KEY,
    name text NOT NULL
        CONSTRAINT wards_name_key UNIQUE
        CONSTRAINT wards_name_length CHECK (char_length(name) BETWEEN 1 AND 80)
);

CREATE TABLE patients (
    id integer GENERATED ALWAYS AS IDENTITY
        CONSTRAINT patients_pkey PRIMARY KEY
        CONSTRAINT patients_id_short CHECK (id < 1000000000),
    hospital_number text NOT NULL
        CONSTRAINT patients_hospital_number_key UNIQUE
        CONSTRAINT patients_hospital_number_word CHECK (hospital_number ~ '^[A-Za-z0-9_]{1,32}$')
        CONSTRAINT patients_hospital_number_no_id CHECK (hospital_number !~ '^[1-9][0-9]{0,8}$'),
    last_name text NOT NULL CONSTRAINT patients_last_name_length CHECK (char_length(last_name) BETWEEN 1 AND 80),
    first_name text NOT NULL CONSTRAINT patients_first_name_length CHECK (char_length(first_name) <= 80),
    birth_date date,
    sex text CONSTRAINT patients_sex_known CHECK (sex IN ('F', 'M', 'X')),
    ward_id integer NOT NULL CONSTRAINT patients_ward_fkey REFERENCES wards,
    bed text NOT NULL DEFAULT '' CONSTRAINT patients_bed_length CHECK (char_length(bed) <= 20)
);
COMMENT ON CONSTRAINT patients_hospital_number_no_id ON patients IS
    'A path names a patient by id or by hospital number: no text may be both, or one patient would be shown as another.';
CREATE INDEX patients_ward_idx ON patients (ward_id);

CREATE TABLE users (
    id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT users_pkey PRIMARY KEY,
    username text NOT NULL
        CONSTRAINT users_username_key UNIQUE
        CONSTRAINT users_username_length CHECK (char_length(username) BETWEEN 1 AND 150),
    password_hash text NOT NULL,
    role text NOT NULL CONSTRAINT users_role_known CHECK (role IN ('admin', 'medecin', 'infirmier', 'ecran')),
    language text NOT NULL DEFAULT 'fr' CONSTRAINT users_language_known CHECK (language IN ('fr', 'en')),
    disabled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE user_wards (
    user_id integer NOT NULL CONSTRAINT user_wards_user_fkey REFERENCES users ON DELETE CASCADE,
    ward_id integer NOT NULL CONSTRAINT user_wards_ward_fkey REFERENCES wards,
    CONSTRAINT user_wards_pkey PRIMARY KEY (user_id, ward_id)
);

CREATE TABLE refresh_tokens (
    id text CONSTRAINT refresh_tokens_pkey PRIMARY KEY,
    family text NOT NULL,
    user_id integer NOT NULL CONSTRAINT refresh_tokens_user_fkey REFERENCES users ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz
);
COMMENT ON COLUMN refresh_tokens.family IS
    'Every token that descends from one login. One used twice was stolen from somebody: the whole family is revoked.';
CREATE INDEX refresh_tokens_family_idx ON refresh_tokens (family);
CREATE INDEX refresh_tokens_user_idx ON refresh_tokens (user_id);

CREATE TABLE devices (
    id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT devices_pkey PRIMARY KEY,
    name text NOT NULL CONSTRAINT devices_name_length CHECK (char_length(name) BETWEEN 1 AND 80),
    kind text NOT NULL CONSTRAINT devices_kind_length CHECK (char_length(kind) BETWEEN 1 AND 40),
    key_hash bytea CONSTRAINT devices_key_hash_sha256 CHECK (octet_length(key_hash) = 32),
    retired_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN devices.key_hash IS 'SHA-256 of the device key''s secret; NULL: no key works.';

-- Apart from devices, because it is written with every report.
CREATE TABLE device_state (
    device_id integer CONSTRAINT device_state_pkey PRIMARY KEY CONSTRAINT device_state_device_fkey REFERENCES devices ON DELETE CASCADE,
    status text NOT NULL DEFAULT 'inconnu' CONSTRAINT device_state_status_length CHECK (char_length(status) BETWEEN 1 AND 32),
    last_seen_at timestamptz,
    battery integer,
    rssi integer,
    firmware text,
    boot bigint,
    sequence bigint
) WITH (fillfactor = 40);
COMMENT ON TABLE device_state IS 'What a device said of itself last. Half empty pages: an update stays on its page and touches no index.';

CREATE TABLE device_assignment (
    id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT device_assignment_pkey PRIMARY KEY,
    device_id integer NOT NULL CONSTRAINT device_assignment_device_fkey REFERENCES devices,
    patient_id integer NOT NULL CONSTRAINT device_assignment_patient_fkey REFERENCES patients,
    during tstzrange NOT NULL
        CONSTRAINT device_assignment_during_begins CHECK (NOT isempty(during) AND NOT lower_inf(during)),
    CONSTRAINT device_assignment_one_patient EXCLUDE USING gist (device_id WITH =, during WITH &&)
);
COMMENT ON TABLE device_assignment IS 'Who wore which device when: a reading belongs to whoever wore it when it was measured.';
CREATE INDEX device_assignment_patient_idx ON device_assignment (patient_id);

CREATE TABLE vitals (
    code smallint CONSTRAINT vitals_pkey PRIMARY KEY,
    name text NOT NULL CONSTRAINT vitals_name_key UNIQUE,
    unit text NOT NULL
);
COMMENT ON TABLE vitals IS 'The registry in Sources/Clinical/Vital.swift, written by `fajma migrate`, for people who read the tables.';

-- No foreign keys: two look-ups a row would cost a fifth of the throughput. Ingest finds patient and device in the same
-- transaction, and neither is ever deleted once it has readings.
CREATE TABLE readings (
    patient_id integer NOT NULL,
    vital smallint NOT NULL,
    measured_at timestamptz NOT NULL,
    device_id integer NOT NULL,
    value double precision NOT NULL CONSTRAINT readings_value_finite CHECK (value > '-infinity' AND value < 'infinity'),
    received_at timestamptz NOT NULL,
    entered_by integer,
    CONSTRAINT readings_pkey PRIMARY KEY (patient_id, vital, measured_at, device_id)
) PARTITION BY RANGE (measured_at);
COMMENT ON COLUMN readings.device_id IS '0: entered by hand, by entered_by.';
COMMENT ON CONSTRAINT readings_pkey ON readings IS 'A reading''s identity: what is sent twice is stored once.';
CREATE TABLE readings_default PARTITION OF readings DEFAULT;
COMMENT ON TABLE readings_default IS 'Takes what no day''s partition covers, so that nothing is refused.';

CREATE TABLE latest_readings (
    patient_id integer NOT NULL,
    vital smallint NOT NULL,
    measured_at timestamptz NOT NULL,
    value double precision NOT NULL,
    CONSTRAINT latest_readings_pkey PRIMARY KEY (patient_id, vital)
) WITH (fillfactor = 40);
COMMENT ON TABLE latest_readings IS
    'The newest reading of each vital, kept by readings'' triggers: a screen''s snapshot must not search a hundred million rows.';

CREATE TABLE alerts (
    id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT alerts_pkey PRIMARY KEY,
    patient_id integer NOT NULL CONSTRAINT alerts_patient_fkey REFERENCES patients,
    kind text NOT NULL CONSTRAINT alerts_kind_length CHECK (char_length(kind) BETWEEN 1 AND 64),
    message text NOT NULL CONSTRAINT alerts_message_length CHECK (char_length(message) BETWEEN 1 AND 500),
    severity text NOT NULL CONSTRAINT alerts_severity_known CHECK (severity IN ('error', 'warning', 'info')),
    measured_at timestamptz NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT now(),
    acknowledged_at timestamptz,
    acknowledged_by integer CONSTRAINT alerts_acknowledged_by_fkey REFERENCES users,
    ended_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT alerts_acknowledged_by_somebody CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
);
COMMENT ON COLUMN alerts.version IS 'Grows with every change: of two copies on a screen the greater is the newer.';
CREATE INDEX alerts_patient_idx ON alerts (patient_id, id DESC);
CREATE INDEX alerts_open_idx ON alerts (patient_id)
    WHERE ended_at IS NULL OR (severity = 'error' AND acknowledged_at IS NULL);
