-- What becomes of an alert: reminders, escalation, pauses of the sound; technical alerts; the early warning score.

ALTER TABLE patients
    ADD COLUMN spo2_scale smallint NOT NULL DEFAULT 1 CONSTRAINT patients_spo2_scale_known CHECK (spo2_scale IN (1, 2)),
    ADD COLUMN pregnant boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN patients.spo2_scale IS 'Of NEWS2; 2 for hypercapnic respiratory failure, where a doctor chose it.';
ALTER TABLE wards ADD COLUMN skin_temperature_valid boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN wards.skin_temperature_valid IS 'The ward has validated its measuring site: the score takes what devices measure on the skin.';

ALTER TABLE alerts
    ALTER COLUMN patient_id DROP NOT NULL,
    ADD COLUMN ward_id integer CONSTRAINT alerts_ward_fkey REFERENCES wards ON DELETE CASCADE,
    ADD COLUMN device_id integer CONSTRAINT alerts_device_fkey REFERENCES devices,
    ADD COLUMN first_acknowledged_at timestamptz,
    ADD CONSTRAINT alerts_one_subject CHECK (num_nonnulls(patient_id, ward_id) = 1);
-- Nothing that a screen would have to be told.
ALTER TABLE alerts DISABLE TRIGGER USER;
UPDATE alerts SET first_acknowledged_at = acknowledged_at WHERE acknowledged_at IS NOT NULL;
ALTER TABLE alerts ENABLE TRIGGER USER;
COMMENT ON COLUMN alerts.ward_id IS 'Of an alert about a whole ward; a patient''s is where the patient is.';
COMMENT ON COLUMN alerts.device_id IS 'Of a technical alert: the device that it is about.';
COMMENT ON COLUMN alerts.first_acknowledged_at IS 'A reminder or a worse priority takes back acknowledged_at, not this: how long somebody took.';
CREATE UNIQUE INDEX alerts_one_technical_key ON alerts (device_id, patient_id, kind) WHERE ended_at IS NULL AND device_id IS NOT NULL;
CREATE UNIQUE INDEX alerts_one_ward_key ON alerts (ward_id, kind) WHERE ended_at IS NULL AND ward_id IS NOT NULL;
CREATE INDEX alerts_ward_idx ON alerts (ward_id, id DESC) WHERE ward_id IS NOT NULL;
CREATE INDEX alerts_waiting_idx ON alerts (id) WHERE severity = 'error' AND (ended_at IS NULL OR acknowledged_at IS NULL);
COMMENT ON INDEX alerts_waiting_idx IS 'What may have to be brought back or escalated, looked for every second.';

ALTER TABLE device_state
    ADD COLUMN live_at timestamptz,
    ADD COLUMN period_seconds real,
    ADD COLUMN detached smallint[] NOT NULL DEFAULT '{}',
    ADD COLUMN clock_offset_ms bigint;
UPDATE device_state SET live_at = last_seen_at;
COMMENT ON COLUMN device_state.live_at IS 'When it last said how the patient is now, and not how it was.';
COMMENT ON COLUMN device_state.period_seconds IS 'Between two reports, smoothed; NULL: not known yet.';
COMMENT ON COLUMN device_state.detached IS 'The vitals whose sensor is not on the patient.';
COMMENT ON COLUMN device_state.clock_offset_ms IS 'The device''s clock minus the server''s, as its last report shows; NULL: not known.';

-- A value taken by hand lasts longer than a device's, and the device must not hide it.
ALTER TABLE latest_readings
    ADD COLUMN by_hand boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT latest_readings_pkey,
    ADD CONSTRAINT latest_readings_pkey PRIMARY KEY (patient_id, vital, by_hand);
UPDATE latest_readings l SET by_hand = true FROM readings r
WHERE (r.patient_id, r.vital, r.measured_at) = (l.patient_id, l.vital, l.measured_at) AND r.device_id = 0;

CREATE TABLE sound_pauses (
    id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT sound_pauses_pkey PRIMARY KEY,
    patient_id integer CONSTRAINT sound_pauses_patient_fkey REFERENCES patients,
    ward_id integer CONSTRAINT sound_pauses_ward_fkey REFERENCES wards ON DELETE CASCADE,
    begun_by integer NOT NULL CONSTRAINT sound_pauses_begun_by_fkey REFERENCES users,
    begun_at timestamptz NOT NULL DEFAULT now(),
    ends_at timestamptz NOT NULL,
    ended_at timestamptz,
    severity text NOT NULL CONSTRAINT sound_pauses_severity_known CHECK (severity IN ('error', 'warning', 'info')),
    broken_by integer CONSTRAINT sound_pauses_broken_by_fkey REFERENCES alerts ON DELETE CASCADE,
    CONSTRAINT sound_pauses_one_subject CHECK (num_nonnulls(patient_id, ward_id) = 1),
    CONSTRAINT sound_pauses_short CHECK (ends_at > begun_at AND ends_at <= begun_at + interval '10 minutes')
);
COMMENT ON TABLE sound_pauses IS 'The alarms'' sound is off for a patient or a ward, for a while, in somebody''s name.';
COMMENT ON COLUMN sound_pauses.severity IS 'The worst that was open when it began: what is worse breaks it.';
COMMENT ON COLUMN sound_pauses.ended_at IS 'Before ends_at: ended by hand, replaced, or broken.';
CREATE UNIQUE INDEX sound_pauses_one_key ON sound_pauses (patient_id, ward_id) NULLS NOT DISTINCT WHERE ended_at IS NULL;

CREATE TABLE ward_listening (
    ward_id integer CONSTRAINT ward_listening_pkey PRIMARY KEY CONSTRAINT ward_listening_ward_fkey REFERENCES wards ON DELETE CASCADE,
    heard_at timestamptz NOT NULL
) WITH (fillfactor = 40);
COMMENT ON TABLE ward_listening IS 'When a screen whose sound is on was last connected to a ward.';

CREATE TABLE webhook_deliveries (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT webhook_deliveries_pkey PRIMARY KEY,
    alert_id integer NOT NULL CONSTRAINT webhook_deliveries_alert_fkey REFERENCES alerts ON DELETE CASCADE,
    body text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    abandoned_at timestamptz,
    problem text
);
COMMENT ON TABLE webhook_deliveries IS 'Escalations on their way to the hospital''s pager: written with the escalation, sent until taken.';
CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (next_at) WHERE delivered_at IS NULL AND abandoned_at IS NULL;
