-- What is sent again, and what was taken back.

CREATE TABLE recent_reports (
    device_id integer NOT NULL CONSTRAINT recent_reports_device_fkey REFERENCES devices ON DELETE CASCADE,
    boot bigint NOT NULL,
    sequence bigint NOT NULL,
    received_at timestamptz NOT NULL,
    digest bytea NOT NULL CONSTRAINT recent_reports_digest_sha256 CHECK (octet_length(digest) = 32),
    CONSTRAINT recent_reports_pkey PRIMARY KEY (device_id, boot, sequence)
);
COMMENT ON TABLE recent_reports IS
    'The last reports of each device with readings that the server dated (IngestReports): the same report again gets the same instants.';
COMMENT ON COLUMN recent_reports.received_at IS 'When the first one arrived: its readings'' ages count from here.';
COMMENT ON COLUMN recent_reports.digest IS 'Of its readings with their ages: another report under the same counters is no repetition.';

CREATE TABLE reading_tombstones (
    patient_id integer NOT NULL,
    measured_at timestamptz NOT NULL,
    vital smallint NOT NULL,
    device_id integer NOT NULL,
    value double precision NOT NULL,
    is_deletion boolean NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by integer,
    CONSTRAINT reading_tombstones_pkey PRIMARY KEY (patient_id, measured_at, vital, device_id, value)
);
COMMENT ON TABLE reading_tombstones IS
    'Values that were deleted or corrected, under their reading''s identity: sent again, they count as stored before and do not come back.';
COMMENT ON COLUMN reading_tombstones.is_deletion IS 'False: another value took its place.';
COMMENT ON COLUMN reading_tombstones.changed_by IS 'The account; NULL: a program.';
COMMENT ON CONSTRAINT reading_tombstones_pkey ON reading_tombstones IS
    'In this order, so that ingest finds a patient''s newest tombstone at the end of a range of the index.';

CREATE TABLE idempotency_keys (
    user_id integer NOT NULL CONSTRAINT idempotency_keys_user_fkey REFERENCES users ON DELETE CASCADE,
    key text NOT NULL CONSTRAINT idempotency_keys_key_length CHECK (char_length(key) BETWEEN 1 AND 128),
    request bytea NOT NULL CONSTRAINT idempotency_keys_request_sha256 CHECK (octet_length(request) = 32),
    status smallint NOT NULL CONSTRAINT idempotency_keys_status_success CHECK (status BETWEEN 200 AND 299),
    headers jsonb NOT NULL,
    body bytea NOT NULL CONSTRAINT idempotency_keys_body_short CHECK (octet_length(body) <= 65536),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, key)
);
COMMENT ON TABLE idempotency_keys IS 'The answers to people''s POSTs that carried an Idempotency-Key: for a day the same request gets the same answer.';
COMMENT ON COLUMN idempotency_keys.request IS 'SHA-256 of method, path, query and body.';
CREATE INDEX idempotency_keys_age_idx ON idempotency_keys (user_id, created_at);

ALTER TABLE patients ADD COLUMN admitted_at timestamptz;
ALTER TABLE patients ALTER COLUMN admitted_at SET DEFAULT now();
COMMENT ON COLUMN patients.admitted_at IS 'When the present stay, or the last one, began; NULL: before this was kept.';
