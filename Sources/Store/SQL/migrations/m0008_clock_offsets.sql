-- What lies between a device's clock and the server's, and where it moves a reading (ClockOffset).

ALTER TABLE readings ADD COLUMN effective_at timestamptz;
COMMENT ON COLUMN readings.effective_at IS
    'When it was measured by the server''s clock, where the device''s says something else; NULL: measured_at. Charts, alarms and what is latest go by it.';
CREATE INDEX readings_effective ON readings (patient_id, vital, effective_at) WHERE effective_at IS NOT NULL;

ALTER TABLE device_state
    ADD COLUMN clock_boot bigint,
    ADD COLUMN clock_way_from timestamptz,
    ADD COLUMN clock_way_ms bigint,
    ADD COLUMN clock_way_before_ms bigint,
    ADD COLUMN clock_later_ms bigint,
    ADD COLUMN clock_ahead_ms bigint,
    ADD COLUMN clock_ahead_at timestamptz,
    ADD COLUMN clock_former_ms bigint,
    ADD COLUMN clock_former_at timestamptz;
COMMENT ON COLUMN device_state.clock_boot IS 'The start of the device of which the following is known; all differences are the server''s clock minus the device''s.';
COMMENT ON COLUMN device_state.clock_way_ms IS 'The smallest difference since clock_way_from; clock_way_before_ms: in the minute before.';
COMMENT ON COLUMN device_state.clock_later_ms IS 'Of the last report, where it was later than the way takes.';
COMMENT ON COLUMN device_state.clock_ahead_ms IS 'The smallest difference of received and measured, under zero.';
COMMENT ON COLUMN device_state.clock_former_ms IS 'The difference before the clock was set back.';
