-- Keys of the hospital's programs. Each has an account of its own, with which it cannot log in: what it does has an author like what people do.

ALTER TABLE users DROP CONSTRAINT users_role_known,
    ADD CONSTRAINT users_role_known CHECK (role IN ('admin', 'medecin', 'infirmier', 'ecran', 'machine'));
COMMENT ON COLUMN users.role IS 'machine: of a program; `machine_keys` says what it may do, and it has no password.';

CREATE TABLE machine_keys (
    user_id integer CONSTRAINT machine_keys_pkey PRIMARY KEY CONSTRAINT machine_keys_user_fkey REFERENCES users,
    permissions text[] NOT NULL CONSTRAINT machine_keys_permissions_some CHECK (cardinality(permissions) BETWEEN 1 AND 50),
    wards integer[] CONSTRAINT machine_keys_wards_some CHECK (cardinality(wards) BETWEEN 1 AND 1000),
    secret_hash bytea NOT NULL CONSTRAINT machine_keys_secret_hash_sha256 CHECK (octet_length(secret_hash) = 32),
    former_secret_hash bytea CONSTRAINT machine_keys_former_hash_sha256 CHECK (octet_length(former_secret_hash) = 32),
    former_secret_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by integer CONSTRAINT machine_keys_created_by_fkey REFERENCES users,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    last_used_at timestamptz,
    last_used_address text CONSTRAINT machine_keys_address_length CHECK (char_length(last_used_address) <= 64),
    CONSTRAINT machine_keys_former_whole CHECK ((former_secret_hash IS NULL) = (former_secret_until IS NULL))
);
COMMENT ON TABLE machine_keys IS 'A row is never deleted: the audit and the alerts name its account.';
COMMENT ON COLUMN machine_keys.permissions IS 'Names of Permission.ofMachineKeys in Sources/Access; one that a program does not know gives nothing.';
COMMENT ON COLUMN machine_keys.wards IS 'NULL: every ward, also one that is added later.';
COMMENT ON COLUMN machine_keys.secret_hash IS 'SHA-256 of the secret.';
COMMENT ON COLUMN machine_keys.former_secret_hash IS 'Of the secret before the last renewal; NULL: it stopped working then.';
COMMENT ON COLUMN machine_keys.former_secret_until IS 'From then on the secret before works no more.';
COMMENT ON COLUMN machine_keys.created_by IS 'NULL: the command line.';
COMMENT ON COLUMN machine_keys.revoked_at IS 'For good.';
COMMENT ON COLUMN machine_keys.last_used_at IS 'Written at most once a minute.';
CREATE INDEX machine_keys_expiry_idx ON machine_keys (expires_at) WHERE revoked_at IS NULL;
