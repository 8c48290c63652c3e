-- When a device last said that something moved: a pulse that is lost then may have been lost by the sensor.

ALTER TABLE device_state ADD COLUMN moved_at timestamptz;
COMMENT ON COLUMN device_state.moved_at IS 'When a report last gave motion as the reason for a missing value; NULL: none has.';
