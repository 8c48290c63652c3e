-- Strips of the optical signal that devices send when they raise or end an alarm. An alert shows those that fit it (`traces_of`), in whatever order
-- strip and alert arrive.

CREATE TABLE signal_traces (
    patient_id integer NOT NULL CONSTRAINT signal_traces_patient_fkey REFERENCES patients,
    device_id integer NOT NULL CONSTRAINT signal_traces_device_fkey REFERENCES devices,
    ended_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    begun text[] NOT NULL,
    ended text[] NOT NULL,
    rate_hz double precision NOT NULL CONSTRAINT signal_traces_rate_range CHECK (rate_hz BETWEEN 10 AND 100),
    step integer NOT NULL CONSTRAINT signal_traces_step_range CHECK (step BETWEEN 1 AND 1000000),
    differences bytea NOT NULL CONSTRAINT signal_traces_length CHECK (octet_length(differences) BETWEEN 1 AND 400),
    CONSTRAINT signal_traces_pkey PRIMARY KEY (patient_id, ended_at, device_id),
    CONSTRAINT signal_traces_causes_known CHECK (
        begun || ended <@ ARRAY['spo2', 'heart_rate', 'pouls_introuvable'] AND cardinality(begun || ended) BETWEEN 1 AND 6)
);
COMMENT ON TABLE signal_traces IS 'A strip that fits no alert goes after a day.';
COMMENT ON COLUMN signal_traces.ended_at IS 'When its last point was measured.';
COMMENT ON COLUMN signal_traces.begun IS 'What the device raised then, or made worse; ended: what it ended.';
COMMENT ON COLUMN signal_traces.step IS 'One step of a difference, in millionths of the mean level.';
COMMENT ON COLUMN signal_traces.differences IS 'A signed byte a point: how many steps it is from the one before; -128: missing.';
CREATE INDEX signal_traces_device_idx ON signal_traces (device_id, received_at);
CREATE INDEX signal_traces_received_idx ON signal_traces (received_at);
