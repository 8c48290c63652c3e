-- A desk that is only watched: a session that nobody touches is narrowed to the display of its wards.

ALTER TABLE sessions
    ADD COLUMN locked_at timestamptz,
    ADD COLUMN locked_wards integer[],
    ADD CONSTRAINT sessions_locked_whole CHECK ((locked_at IS NULL) = (locked_wards IS NULL)),
    ADD CONSTRAINT sessions_locked_wards_some CHECK (cardinality(locked_wards) > 0);
COMMENT ON COLUMN sessions.locked_at IS 'From then on every token of the session opens the display of locked_wards and nothing else. Unlocking is a new session.';

ALTER TABLE wards ADD COLUMN names_when_locked boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN wards.names_when_locked IS 'A locked session gets the names of the ward''s patients; else only their beds.';
