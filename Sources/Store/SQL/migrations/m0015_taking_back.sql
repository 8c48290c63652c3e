-- What taking something back needs to know of what was done, and limits that say why they are there and until when.

ALTER TABLE alarm_rules
    ADD COLUMN reason text CONSTRAINT alarm_rules_reason_length CHECK (char_length(reason) BETWEEN 1 AND 200),
    ADD COLUMN expires_at timestamptz,
    ADD CONSTRAINT alarm_rules_only_patients_expire CHECK (expires_at IS NULL OR patient_id IS NOT NULL);
COMMENT ON COLUMN alarm_rules.reason IS 'Why it was changed last; a looser one has a reason.';
COMMENT ON COLUMN alarm_rules.expires_at IS 'From then on it does not hold any more, and the farther level''s does; NULL: until somebody changes it.';
CREATE INDEX alarm_rules_expiry_idx ON alarm_rules (expires_at) WHERE expires_at IS NOT NULL;

ALTER TABLE alerts ADD COLUMN hand_condition text;
COMMENT ON COLUMN alerts.hand_condition IS
    'The priority that readings by hand had raised, whose condition the acknowledgement ended: taken back, it is there again.';

-- The last discharge of each patient, as far as it can be taken back.
CREATE TABLE discharges (
    patient_id integer CONSTRAINT discharges_pkey PRIMARY KEY CONSTRAINT discharges_patient_fkey REFERENCES patients,
    discharged_at timestamptz NOT NULL,
    discharged_by integer CONSTRAINT discharges_discharged_by_fkey REFERENCES users,
    bed text NOT NULL,
    assignment_ids integer[] NOT NULL,
    assignment_ends timestamptz[] NOT NULL,
    rules jsonb NOT NULL,
    CONSTRAINT discharges_assignments_whole CHECK (cardinality(assignment_ids) = cardinality(assignment_ends))
);
COMMENT ON COLUMN discharges.discharged_by IS 'NULL: no account did it.';
COMMENT ON COLUMN discharges.assignment_ids IS 'Of the devices that the patient wore; assignment_ends: until when they were planned, NULL: until somebody ends them.';
COMMENT ON COLUMN discharges.rules IS 'The patient''s own alarm rules, as rows of alarm_rules.';
