-- What people raise, where tokens end, and who changed what without saying so.

-- Alerts by people have their author, and no kind of the system's.
ALTER TABLE alerts ADD COLUMN raised_by integer CONSTRAINT alerts_raised_by_fkey REFERENCES users;
COMMENT ON COLUMN alerts.raised_by IS 'Who raised it by hand; NULL: the system.';
-- No screen needs to be told, and no audit row says that the migration did this.
ALTER TABLE alerts DISABLE TRIGGER USER;
UPDATE alerts a SET raised_by = u.user_id
FROM audit u
WHERE u.patient_id = a.patient_id AND u.action = 'alert.created' AND u.subject = 'alert ' || a.id AND u.user_id IN (SELECT id FROM users)
    AND num_nonnulls(a.vital, a.device_id, a.ward_id) = 0 AND a.kind NOT IN ('absence', 'brassard');
UPDATE alerts SET kind = left('ancien:' || kind, 64)
WHERE num_nonnulls(vital, device_id, ward_id) = 0 AND kind NOT IN ('absence', 'brassard')
    AND (raised_by IS NULL OR kind ~ '_(bas|haut)$' OR kind IN (
        'signal_perdu', 'capteur_detache', 'pouls_introuvable', 'mesure_absente', 'capteurs_discordants', 'batterie_faible', 'horloge',
        'service_non_surveille', 'surveillance_interrompue', 'alertes_trop_nombreuses'));
-- They end with their acknowledgement now; those before never did.
UPDATE alerts SET ended_at = greatest(acknowledged_at, raised_at), version = version + 1
WHERE ended_at IS NULL AND acknowledged_at IS NOT NULL AND num_nonnulls(vital, device_id, ward_id) = 0 AND kind NOT IN ('absence', 'brassard');
ALTER TABLE alerts ENABLE TRIGGER USER;
ALTER TABLE alerts
    ADD CONSTRAINT alerts_origin_known CHECK (
        CASE WHEN raised_by IS NULL THEN num_nonnulls(vital, device_id, ward_id) > 0 OR kind IN ('absence', 'brassard') OR kind LIKE 'ancien:%'
            ELSE num_nonnulls(vital, device_id, ward_id) = 0 END),
    ADD CONSTRAINT alerts_system_kind CHECK (
        raised_by IS NULL OR kind LIKE 'ancien:%' OR kind !~ '_(bas|haut)$' AND kind NOT IN (
            'signal_perdu', 'capteur_detache', 'pouls_introuvable', 'mesure_absente', 'capteurs_discordants', 'batterie_faible', 'horloge',
            'service_non_surveille', 'surveillance_interrompue', 'alertes_trop_nombreuses', 'absence', 'brassard'));
COMMENT ON CONSTRAINT alerts_system_kind ON alerts IS 'The same list as SystemAlertKind in Sources/Clinical.';

-- A program's session ends a day after its login, and a wall display's when it was not used for 30 days.
UPDATE sessions s SET expires_at = now() + interval '24 hours' WHERE s.kind = 'program' AND s.expires_at IS NULL AND s.ended_at IS NULL;
UPDATE refresh_tokens SET expires_at = now() + interval '30 days' WHERE expires_at > now() + interval '30 days';
COMMENT ON COLUMN sessions.expires_at IS 'NULL: a wall display''s lasts until somebody ends it, or until it was not used for 30 days.';
