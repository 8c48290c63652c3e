-- A device's calibration: who compared it when with which instrument, and the curve that came of it. Without one its SpO2 is an estimate.

CREATE TABLE device_calibrations (
    id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT device_calibrations_pkey PRIMARY KEY,
    device_id integer NOT NULL CONSTRAINT device_calibrations_device_fkey REFERENCES devices,
    calibrated_by integer NOT NULL CONSTRAINT device_calibrations_calibrated_by_fkey REFERENCES users,
    calibrated_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    reference text NOT NULL CONSTRAINT device_calibrations_reference_length CHECK (char_length(reference) BETWEEN 1 AND 120),
    a double precision NOT NULL,
    b double precision NOT NULL,
    c double precision NOT NULL,
    spo2_min smallint NOT NULL,
    spo2_max smallint NOT NULL,
    CONSTRAINT device_calibrations_range CHECK (50 <= spo2_min AND spo2_min < spo2_max AND spo2_max <= 100)
);
COMMENT ON TABLE device_calibrations IS 'Of a device the one with the latest calibrated_at counts.';
COMMENT ON COLUMN device_calibrations.reference IS 'The instrument that it was compared with: maker, model, serial number.';
COMMENT ON COLUMN device_calibrations.a IS 'SpO2 = a R^2 + b R + c, in percent.';
COMMENT ON COLUMN device_calibrations.spo2_min IS 'The values of the reference were between this and spo2_max: outside the curve is a guess.';
CREATE INDEX device_calibrations_device_key ON device_calibrations (device_id, calibrated_at DESC, id DESC);

ALTER TABLE device_state
    ADD COLUMN spo2_curve double precision[],
    ADD COLUMN leds_inverted boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT device_state_spo2_curve_whole CHECK (cardinality(spo2_curve) = 3);
COMMENT ON COLUMN device_state.spo2_curve IS 'The curve that the device says it computes SpO2 with; NULL: the default one.';
COMMENT ON COLUMN device_state.leds_inverted IS 'The device finds that its red and infrared LEDs are the other way round.';
