-- Alarms: rules, what runs towards an alert, what became of it.

CREATE TABLE alarm_rules (
    id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT alarm_rules_pkey PRIMARY KEY,
    ward_id integer CONSTRAINT alarm_rules_ward_fkey REFERENCES wards ON DELETE CASCADE,
    patient_id integer CONSTRAINT alarm_rules_patient_fkey REFERENCES patients,
    vital smallint NOT NULL,
    side text NOT NULL CONSTRAINT alarm_rules_side_known CHECK (side IN ('bas', 'haut')),
    severity text NOT NULL CONSTRAINT alarm_rules_severity_known CHECK (severity IN ('error', 'warning', 'info')),
    limit_value double precision,
    includes_limit boolean NOT NULL,
    delay_seconds double precision NOT NULL CONSTRAINT alarm_rules_delay_range CHECK (delay_seconds BETWEEN 0 AND 300),
    hysteresis double precision NOT NULL CONSTRAINT alarm_rules_hysteresis_range CHECK (hysteresis >= 0 AND hysteresis < 'infinity'),
    CONSTRAINT alarm_rules_one_owner CHECK (num_nonnulls(ward_id, patient_id) <= 1),
    CONSTRAINT alarm_rules_key UNIQUE NULLS NOT DISTINCT (patient_id, ward_id, vital, side, severity)
);
COMMENT ON TABLE alarm_rules IS
    'A patient''s replace their ward''s, those the hospital''s (neither ward nor patient), those the defaults in Sources/Clinical/AlarmRule.swift.';
COMMENT ON COLUMN alarm_rules.limit_value IS 'NULL: no alarm of this priority.';
CREATE INDEX alarm_rules_ward_idx ON alarm_rules (ward_id) WHERE ward_id IS NOT NULL;

CREATE TABLE alarm_conditions (
    patient_id integer NOT NULL,
    vital smallint NOT NULL,
    side text NOT NULL,
    since_error timestamptz,
    since_warning timestamptz,
    since_info timestamptz,
    CONSTRAINT alarm_conditions_pkey PRIMARY KEY (patient_id, vital, side)
) WITH (fillfactor = 70);
COMMENT ON TABLE alarm_conditions IS 'Since when readings have violated each priority''s limit without a break; no row: they do not.';

ALTER TABLE alerts
    ADD COLUMN vital smallint,
    ADD COLUMN side text CONSTRAINT alerts_side_known CHECK (side IN ('bas', 'haut')),
    ADD COLUMN value double precision,
    ADD COLUMN limit_value double precision,
    ADD COLUMN received_at timestamptz,
    ADD COLUMN worsened_at timestamptz,
    ADD COLUMN reminded_at timestamptz,
    ADD COLUMN escalated_at timestamptz,
    ADD CONSTRAINT alerts_condition_whole CHECK ((vital IS NULL) = (side IS NULL));
COMMENT ON COLUMN alerts.measured_at IS 'When the reading that raised it was measured.';
COMMENT ON COLUMN alerts.received_at IS 'When that reading arrived; raised_at minus measured_at is the delay of the whole way.';
COMMENT ON COLUMN alerts.vital IS 'Of an alarm rule''s alert: what it watches; NULL: raised by a person, or technical.';
CREATE UNIQUE INDEX alerts_one_open_key ON alerts (patient_id, vital, side) WHERE ended_at IS NULL AND vital IS NOT NULL;
COMMENT ON INDEX alerts_one_open_key IS 'One open alert a patient, vital and side, whoever raises it.';
