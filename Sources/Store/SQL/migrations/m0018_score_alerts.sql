-- The early warning score as an alarm.

-- No screen needs to be told, and no audit row says that the migration did this. What people called so is theirs.
ALTER TABLE alerts DISABLE TRIGGER USER;
UPDATE alerts SET kind = 'ancien:score_eleve', version = version + 1 WHERE kind = 'score_eleve';
ALTER TABLE alerts ENABLE TRIGGER USER;

ALTER TABLE alerts
    ADD COLUMN score_minimum smallint,
    ADD COLUMN score_maximum smallint,
    ADD COLUMN score_threes smallint[],
    ADD COLUMN linked_alert_id integer CONSTRAINT alerts_linked_alert_fkey REFERENCES alerts ON DELETE SET NULL,
    ADD COLUMN next_measurement_at timestamptz,
    ADD COLUMN doctor_called_at timestamptz,
    ADD COLUMN doctor_called_by integer CONSTRAINT alerts_doctor_called_by_fkey REFERENCES users,
    DROP CONSTRAINT alerts_origin_known,
    DROP CONSTRAINT alerts_system_kind,
    ADD CONSTRAINT alerts_origin_known CHECK (
        CASE WHEN raised_by IS NULL THEN num_nonnulls(vital, device_id, ward_id, score_minimum) > 0 OR kind IN ('absence', 'brassard') OR kind LIKE 'ancien:%'
            ELSE num_nonnulls(vital, device_id, ward_id, score_minimum) = 0 END),
    ADD CONSTRAINT alerts_system_kind CHECK (
        raised_by IS NULL OR kind LIKE 'ancien:%' OR kind !~ '_(bas|haut)$' AND kind NOT IN (
            'signal_perdu', 'capteur_detache', 'pouls_introuvable', 'mesure_absente', 'capteurs_discordants', 'batterie_faible', 'horloge',
            'service_non_surveille', 'surveillance_interrompue', 'alertes_trop_nombreuses', 'absence', 'brassard', 'score_eleve')),
    ADD CONSTRAINT alerts_total_whole CHECK (
        num_nonnulls(score_minimum, score_maximum, score_threes, next_measurement_at) IN (0, 4) AND (kind = 'score_eleve') = (score_minimum IS NOT NULL)
        AND (score_minimum IS NOT NULL OR num_nonnulls(linked_alert_id, doctor_called_at, doctor_called_by) = 0)),
    ADD CONSTRAINT alerts_doctor_called_by_somebody CHECK ((doctor_called_at IS NULL) = (doctor_called_by IS NULL));
COMMENT ON CONSTRAINT alerts_system_kind ON alerts IS 'The same list as SystemAlertKind in Sources/Clinical.';
COMMENT ON COLUMN alerts.score_minimum IS 'Of an alert about the early warning score: what the score surely was when it was raised last; score_maximum: what it could be.';
COMMENT ON COLUMN alerts.score_threes IS 'The vitals that gave 3 points.';
COMMENT ON COLUMN alerts.linked_alert_id IS 'Shows a single 3 already: this alert is seen and not heard.';
COMMENT ON COLUMN alerts.next_measurement_at IS 'Later than that, the observation is overdue.';
CREATE UNIQUE INDEX alerts_one_score_key ON alerts (patient_id) WHERE ended_at IS NULL AND score_minimum IS NOT NULL;
COMMENT ON INDEX alerts_one_score_key IS 'One open alert about the score a patient.';
CREATE INDEX alerts_linked_idx ON alerts (linked_alert_id) WHERE linked_alert_id IS NOT NULL;

-- What the leader must know of a patient's score from one minute to the next, whichever daemon leads: ScoreWatch in Sources/Clinical.
CREATE TABLE score_watches (
    patient_id integer CONSTRAINT score_watches_pkey PRIMARY KEY CONSTRAINT score_watches_patient_fkey REFERENCES patients,
    period_ends timestamptz[] NOT NULL,
    totals smallint[] NOT NULL,
    threes smallint[] NOT NULL,
    told_total smallint,
    told_threes smallint,
    told_at timestamptz,
    CONSTRAINT score_watches_periods_whole CHECK (cardinality(period_ends) = cardinality(totals) AND cardinality(totals) = cardinality(threes)),
    CONSTRAINT score_watches_told_whole CHECK (num_nonnulls(told_total, told_threes, told_at) IN (0, 3))
);
COMMENT ON TABLE score_watches IS 'Of patients whose score was above a threshold lately.';
COMMENT ON COLUMN score_watches.threes IS 'For each period a bit for each of the seven parameters, in their order, that gave 3 points.';
COMMENT ON COLUMN score_watches.told_total IS 'What staff were told of, until it is surely over, also after a person closed the alert; NULL: nothing.';
