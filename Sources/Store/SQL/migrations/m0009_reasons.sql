-- Why a device has no value, as it says itself, and since when it finds no pulse.

ALTER TABLE device_state
    ADD COLUMN reasons jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN no_pulse_since timestamptz;
COMMENT ON COLUMN device_state.reasons IS 'Why there is no value of a vital, by its wire name (MissingReason).';
COMMENT ON COLUMN device_state.no_pulse_since IS 'Since when its reports say no_pulse without a break; NULL: the last one did not.';

CREATE TABLE monitoring_holds (
    id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT monitoring_holds_pkey PRIMARY KEY,
    patient_id integer NOT NULL CONSTRAINT monitoring_holds_patient_fkey REFERENCES patients,
    kind text NOT NULL CONSTRAINT monitoring_holds_kind_known CHECK (kind IN ('absence', 'brassard')),
    reason text NOT NULL DEFAULT '' CONSTRAINT monitoring_holds_reason_short CHECK (char_length(reason) <= 120),
    begun_by integer NOT NULL CONSTRAINT monitoring_holds_begun_by_fkey REFERENCES users,
    begun_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT monitoring_holds_short CHECK (
        ends_at > begun_at AND ends_at <= begun_at + CASE kind WHEN 'absence' THEN interval '4 hours' ELSE interval '90 seconds' END)
);
COMMENT ON TABLE monitoring_holds IS
    'For a while some alerts about a patient''s devices rest: the patient is away (absence), or a cuff stops the pulse under the sensor (brassard).';
COMMENT ON COLUMN monitoring_holds.ends_at IS 'Of an absence the return that is expected.';
COMMENT ON COLUMN monitoring_holds.ended_at IS 'Before ends_at: ended by hand, replaced, or by readings that came.';
CREATE UNIQUE INDEX monitoring_holds_one_key ON monitoring_holds (patient_id, kind) WHERE ended_at IS NULL;
