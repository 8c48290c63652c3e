-- A patient's alarms and newest values belong to a source: a device, or a person who enters values.

ALTER TABLE latest_readings
    ADD COLUMN device_id integer,
    ADD COLUMN ordered_at timestamptz,
    ADD COLUMN period_seconds real;
-- Nothing tells any more which device measured a value whose day is no longer kept.
UPDATE latest_readings l SET ordered_at = least(l.measured_at, now()), device_id = CASE WHEN l.by_hand THEN 0 ELSE coalesce(
    (SELECT max(r.device_id) FROM readings r WHERE (r.patient_id, r.vital, r.measured_at) = (l.patient_id, l.vital, l.measured_at) AND r.device_id <> 0),
    -1) END;
ALTER TABLE latest_readings
    DROP CONSTRAINT latest_readings_pkey,
    DROP COLUMN by_hand,
    ALTER COLUMN device_id SET NOT NULL,
    ALTER COLUMN ordered_at SET NOT NULL,
    ADD COLUMN by_hand boolean GENERATED ALWAYS AS (device_id = 0) STORED,
    ADD CONSTRAINT latest_readings_pkey PRIMARY KEY (patient_id, vital, device_id);
COMMENT ON TABLE latest_readings IS
    'The newest reading of each vital and source, kept by readings'' triggers: a screen''s snapshot must not search a hundred million rows.';
COMMENT ON COLUMN latest_readings.device_id IS '0: by hand; -1: a device that is not known any more.';
COMMENT ON COLUMN latest_readings.period_seconds IS 'Between two reports with this value, smoothed; NULL: not known yet.';
COMMENT ON COLUMN latest_readings.ordered_at IS
    'What decides which is newest: when it was measured, at the latest when it arrived. A clock that is ahead cannot hide what comes after it.';

ALTER TABLE alarm_conditions
    ADD COLUMN device_id integer NOT NULL DEFAULT 0,
    ADD COLUMN raised text CONSTRAINT alarm_conditions_raised_known CHECK (raised IN ('error', 'warning', 'info'));
-- Whose an open condition is: the device's that measured last, or, of an alert without a condition, likewise.
UPDATE alarm_conditions c SET device_id = coalesce(
    (SELECT l.device_id FROM latest_readings l WHERE (l.patient_id, l.vital) = (c.patient_id, c.vital) ORDER BY l.ordered_at DESC LIMIT 1), 0);
ALTER TABLE alarm_conditions
    ALTER COLUMN device_id DROP DEFAULT,
    DROP CONSTRAINT alarm_conditions_pkey,
    ADD CONSTRAINT alarm_conditions_pkey PRIMARY KEY (patient_id, vital, side, device_id);
INSERT INTO alarm_conditions (patient_id, vital, side, device_id, raised)
SELECT a.patient_id, a.vital, a.side, coalesce(
    (SELECT l.device_id FROM latest_readings l WHERE (l.patient_id, l.vital) = (a.patient_id, a.vital) ORDER BY l.ordered_at DESC LIMIT 1), 0), a.severity
FROM alerts a WHERE a.ended_at IS NULL AND a.vital IS NOT NULL
ON CONFLICT (patient_id, vital, side, device_id) DO UPDATE SET raised = excluded.raised;
COMMENT ON TABLE alarm_conditions IS
    'Where a source of a patient''s readings violates a limit, or has: no row: it does not. An alert of a rule is open while one of its rows has raised it.';
COMMENT ON COLUMN alarm_conditions.device_id IS 'The source; 0: by hand.';
COMMENT ON COLUMN alarm_conditions.since_error IS 'Since when readings of this source have violated the limit of this priority without a break.';
COMMENT ON COLUMN alarm_conditions.raised IS 'The priority that this source has raised, its condition not ended; NULL: none.';
