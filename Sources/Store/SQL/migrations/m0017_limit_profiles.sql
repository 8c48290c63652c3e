-- Whose limits hold: an adult's, those of an age band of children, or those of chronic hypercapnia (LimitProfile in Sources/Clinical).

ALTER TABLE patients
    ADD COLUMN profile text,
    ADD COLUMN profile_proposed text,
    ADD COLUMN profile_confirmed_by integer CONSTRAINT patients_profile_confirmed_by_fkey REFERENCES users,
    ADD COLUMN profile_confirmed_at timestamptz,
    ADD CONSTRAINT patients_profile_known CHECK (profile IN (
        'adulte', 'nourrisson_0_2', 'nourrisson_3_11', 'enfant_1_4', 'enfant_5_12', 'adolescent', 'hypercapnie')),
    ADD CONSTRAINT patients_profile_whole CHECK ((profile IS NULL) = (profile_confirmed_at IS NULL));
COMMENT ON COLUMN patients.profile IS 'That a person confirmed; NULL: nobody has, and the ward''s default holds.';
COMMENT ON COLUMN patients.profile_proposed IS 'What the birth date proposed then; another proposal is asked again.';
COMMENT ON COLUMN patients.profile_confirmed_by IS 'NULL: no account did it.';

ALTER TABLE wards ADD COLUMN default_profile text CONSTRAINT wards_default_profile_known CHECK (default_profile IN (
    'nourrisson_0_2', 'nourrisson_3_11', 'enfant_1_4', 'enfant_5_12', 'adolescent', 'hypercapnie'));
COMMENT ON COLUMN wards.default_profile IS 'For patients for whom nobody has confirmed one; NULL: an adult''s.';

-- What hospitals and wards have set so far was set for adults.
ALTER TABLE alarm_rules
    ADD COLUMN profile text CONSTRAINT alarm_rules_profile_known CHECK (profile IN (
        'nourrisson_0_2', 'nourrisson_3_11', 'enfant_1_4', 'enfant_5_12', 'adolescent', 'hypercapnie')),
    DROP CONSTRAINT alarm_rules_key,
    ADD CONSTRAINT alarm_rules_key UNIQUE NULLS NOT DISTINCT (patient_id, ward_id, profile, vital, side, severity),
    ADD CONSTRAINT alarm_rules_own_without_profile CHECK (profile IS NULL OR patient_id IS NULL);
COMMENT ON COLUMN alarm_rules.profile IS 'Whose, of the hospital''s and a ward''s: NULL: an adult''s. A patient''s own hold with any profile.';

ALTER TABLE alerts ADD COLUMN profile text;
COMMENT ON COLUMN alerts.profile IS 'Of an alarm rule''s alert: the profile that held when it was raised; NULL: from before there were any.';
