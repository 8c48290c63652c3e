-- Who may see and do what: stays, sessions, the login's throttle, the audit.

ALTER TABLE patients ADD COLUMN discharged_at timestamptz;
COMMENT ON COLUMN patients.discharged_at IS 'NULL: in the ward. Who is discharged is seen by administrators only, until admitted again.';
CREATE UNIQUE INDEX patients_bed_key ON patients (ward_id, lower(btrim(bed))) WHERE btrim(bed) <> '' AND discharged_at IS NULL;
COMMENT ON INDEX patients_bed_key IS 'A bed holds one patient at a time.';

ALTER TABLE users
    ADD COLUMN must_change_password boolean NOT NULL DEFAULT false,
    ADD COLUMN password_changed_at timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN users.must_change_password IS 'Somebody else knows the password: the account may do nothing but change it.';
-- ICU's rules, whatever the database's locale: under C, lower() leaves É as it is.
CREATE UNIQUE INDEX users_username_folded_key ON users (lower(username COLLATE "und-x-icu"));
COMMENT ON INDEX users_username_folded_key IS 'Names that differ by case alone would be taken for one another in the audit.';
-- NOT VALID: an account that stands already keeps its name.
ALTER TABLE users ADD CONSTRAINT users_username_printable CHECK (
    username = btrim(username) AND username !~ '[\u0001-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]') NOT VALID;

CREATE TABLE sessions (
    id text CONSTRAINT sessions_pkey PRIMARY KEY,
    user_id integer NOT NULL CONSTRAINT sessions_user_fkey REFERENCES users ON DELETE CASCADE,
    kind text NOT NULL CONSTRAINT sessions_kind_known CHECK (kind IN ('browser', 'program')),
    address text CONSTRAINT sessions_address_length CHECK (char_length(address) <= 64),
    agent text CONSTRAINT sessions_agent_length CHECK (char_length(agent) <= 200),
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    active_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    ended_at timestamptz
);
COMMENT ON TABLE sessions IS 'From a login to its end. Its id stands in every token that descends from that login: once it has ended, none of them is worth anything.';
COMMENT ON COLUMN sessions.expires_at IS 'NULL: a wall display''s lasts until somebody ends it.';
COMMENT ON COLUMN sessions.last_used_at IS 'The last login or renewal.';
COMMENT ON COLUMN sessions.active_at IS 'When somebody last touched keyboard or pointer, as the browser says with each renewal.';
CREATE INDEX sessions_user_idx ON sessions (user_id);

INSERT INTO sessions (id, user_id, kind, created_at, last_used_at, ended_at)
SELECT family, min(user_id), 'program', min(coalesce(used_at, now())), max(coalesce(used_at, now())),
    CASE WHEN bool_or(revoked_at IS NOT NULL) THEN max(revoked_at) END
FROM refresh_tokens GROUP BY family;
DROP INDEX refresh_tokens_user_idx;
ALTER TABLE refresh_tokens RENAME COLUMN family TO session_id;
ALTER INDEX refresh_tokens_family_idx RENAME TO refresh_tokens_session_idx;
ALTER TABLE refresh_tokens DROP COLUMN revoked_at, DROP COLUMN user_id,
    ADD CONSTRAINT refresh_tokens_session_fkey FOREIGN KEY (session_id) REFERENCES sessions ON DELETE CASCADE;
COMMENT ON COLUMN refresh_tokens.session_id IS 'One used twice was stolen from somebody: its session ends.';

-- What a guesser has left: a bucket for each account, address and known browser. Lost in a crash, and no harm done.
CREATE UNLOGGED TABLE login_buckets (
    key bytea CONSTRAINT login_buckets_pkey PRIMARY KEY CONSTRAINT login_buckets_key_sha256 CHECK (octet_length(key) = 32),
    spent double precision NOT NULL,
    at timestamptz NOT NULL
);
COMMENT ON COLUMN login_buckets.key IS 'SHA-256: what was typed as a name may have been a password.';

CREATE TABLE known_browsers (
    browser bytea NOT NULL CONSTRAINT known_browsers_browser_sha256 CHECK (octet_length(browser) = 32),
    user_id integer NOT NULL CONSTRAINT known_browsers_user_fkey REFERENCES users ON DELETE CASCADE,
    last_login_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT known_browsers_pkey PRIMARY KEY (browser, user_id)
);
COMMENT ON TABLE known_browsers IS
    'Browsers in which an account has logged in before: others'' failures do not lock it out there. SHA-256 of a cookie.';

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_pkey PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    action text NOT NULL CONSTRAINT audit_action_length CHECK (char_length(action) BETWEEN 1 AND 64),
    user_id integer,
    username text NOT NULL,
    address text,
    session text,
    patient_id integer,
    subject text,
    before jsonb,
    after jsonb,
    once text CONSTRAINT audit_once_key UNIQUE
);
COMMENT ON TABLE audit IS 'Who did what, when, from where, to which patient. The application may add to it and read it, nothing else.';
COMMENT ON COLUMN audit.username IS 'As it was then; of no account: the program or the database role that did it.';
COMMENT ON COLUMN audit.once IS 'What is written once a session and hour carries session, hour and what it is about.';
CREATE INDEX audit_patient_idx ON audit (patient_id, id DESC) WHERE patient_id IS NOT NULL;
CREATE INDEX audit_user_idx ON audit (user_id, id DESC) WHERE user_id IS NOT NULL;

CREATE TABLE audit_pending (
    audit_id bigint CONSTRAINT audit_pending_pkey PRIMARY KEY
);
COMMENT ON TABLE audit_pending IS 'Rows that stand in no chain yet: writers need not wait in line for it.';

CREATE TABLE audit_chain (
    position bigint CONSTRAINT audit_chain_pkey PRIMARY KEY,
    audit_id bigint NOT NULL CONSTRAINT audit_chain_audit_key UNIQUE,
    sealed_at timestamptz NOT NULL,
    hash bytea NOT NULL CONSTRAINT audit_chain_hash_sha256 CHECK (octet_length(hash) = 32)
);
COMMENT ON TABLE audit_chain IS
    'Each row''s hash covers the hash before it and the audit row. No foreign key: a row that was removed must leave a hole.';
