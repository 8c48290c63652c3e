-- Roll-ups of the readings: a long history need not read millions of rows, and outlives them.

CREATE TABLE reading_hours (
    patient_id integer NOT NULL,
    vital smallint NOT NULL,
    hour timestamptz NOT NULL,
    minutes smallint[] NOT NULL,
    minimums double precision[] NOT NULL,
    maximums double precision[] NOT NULL,
    sums double precision[] NOT NULL,
    counts integer[] NOT NULL,
    CONSTRAINT reading_hours_pkey PRIMARY KEY (patient_id, vital, hour)
);
COMMENT ON TABLE reading_hours IS
    'The readings of an hour, minute by minute; made by roll_up(). An hour that has none has no row.';
COMMENT ON COLUMN reading_hours.minutes IS 'Which minutes of the hour have readings, ascending; the other arrays go along.';

-- One row. `roll_up` tells how the two horizons move.
CREATE TABLE rolled_up (
    singular boolean DEFAULT true CONSTRAINT rolled_up_pkey PRIMARY KEY CONSTRAINT rolled_up_one_row CHECK (singular),
    built_until timestamptz NOT NULL,
    closed_until timestamptz NOT NULL,
    fence xid8,
    readings_from timestamptz NOT NULL DEFAULT '-infinity',
    CONSTRAINT rolled_up_ordered CHECK (readings_from <= built_until AND built_until <= closed_until)
);
COMMENT ON COLUMN rolled_up.built_until IS 'Hours before it have their roll-up, but for those in stale_hours.';
COMMENT ON COLUMN rolled_up.closed_until IS 'Whoever stores, corrects or deletes a reading before it puts the hour down in stale_hours.';
COMMENT ON COLUMN rolled_up.fence IS 'Transactions before this one may not have known of closed_until.';
COMMENT ON COLUMN rolled_up.readings_from IS 'Older readings are no longer kept; of that time the roll-ups are all there is.';

CREATE TABLE stale_hours (
    patient_id integer NOT NULL,
    vital smallint NOT NULL,
    hour timestamptz NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE stale_hours IS
    'Hours whose roll-up does not hold (any more). Not unique: each transaction puts down a row of its own, or one that is about to be taken away would be taken for it.';
CREATE INDEX stale_hours_idx ON stale_hours (patient_id, vital, hour);
CREATE INDEX stale_hours_hour_idx ON stale_hours (hour);

-- From the first day that has a partition on; what lies before is in the default partition, and little.
INSERT INTO rolled_up (built_until, closed_until)
SELECT first, first FROM (
    SELECT coalesce(min(to_timestamp(substr(c.relname, 10) || ' 0', 'YYYYMMDD TZH')), date_bin('1 hour', now(), '1970-01-01Z')) AS first
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'readings'::regclass AND c.relname ~ '^readings_\d{8}$'
) AS f;
INSERT INTO stale_hours (patient_id, vital, hour)
SELECT DISTINCT patient_id, vital, date_bin('1 hour', measured_at, '1970-01-01Z') FROM readings_default, rolled_up WHERE measured_at < built_until;
