-- When alarms were last looked after, so that a time in which no daemon did so is known afterwards.

CREATE TABLE alarm_watch (
    is_only boolean DEFAULT true CONSTRAINT alarm_watch_pkey PRIMARY KEY CONSTRAINT alarm_watch_one_row CHECK (is_only),
    watched_at timestamptz NOT NULL
);
COMMENT ON TABLE alarm_watch IS 'One row, which the leading fajma-push writes once a second.';
