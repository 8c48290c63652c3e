-- What `fajma import` brings over from the replaced system.

CREATE TABLE imported (
    source text NOT NULL,
    noun text NOT NULL CONSTRAINT imported_noun_known CHECK (noun IN ('users', 'patients', 'devices', 'alerts')),
    source_id bigint NOT NULL,
    id integer NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT imported_pkey PRIMARY KEY (source, noun, source_id)
);
COMMENT ON TABLE imported IS 'Which rows of the replaced system are here already, so that a second import takes only what is missing. Of readings their identity says it.';
COMMENT ON COLUMN imported.source IS 'The replaced system''s database, by name.';
COMMENT ON COLUMN imported.id IS 'The row''s number here: the same, unless it was taken.';

-- An imported alert is history: over, acknowledged, and by whom is not known. Its kind is the replaced system's.
ALTER TABLE alerts
    ADD COLUMN imported_at timestamptz,
    DROP CONSTRAINT alerts_origin_known,
    DROP CONSTRAINT alerts_acknowledged_by_somebody,
    ADD CONSTRAINT alerts_origin_known CHECK (
        CASE WHEN raised_by IS NULL THEN num_nonnulls(vital, device_id, ward_id, score_minimum, imported_at) > 0 OR kind IN ('absence', 'brassard')
                OR kind LIKE 'ancien:%'
            ELSE num_nonnulls(vital, device_id, ward_id, score_minimum, imported_at) = 0 END),
    ADD CONSTRAINT alerts_acknowledged_by_somebody CHECK (
        CASE WHEN imported_at IS NULL THEN (acknowledged_at IS NULL) = (acknowledged_by IS NULL)
            ELSE acknowledged_at IS NOT NULL AND ended_at IS NOT NULL END);
COMMENT ON COLUMN alerts.imported_at IS 'When it was brought over from the replaced system; NULL: it is of this one.';

-- Each login asks for the most iterations of all passwords that are still the replaced system's.
CREATE INDEX users_imported_password_idx ON users ((split_part(password_hash, '$', 2)::integer)) WHERE starts_with(password_hash, 'pbkdf2_sha256$');
