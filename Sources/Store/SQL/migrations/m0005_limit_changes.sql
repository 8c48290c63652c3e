-- A handover sheet tells which alarm limits were changed, out of an audit that is kept for ever.

CREATE INDEX audit_limits_idx ON audit (patient_id, subject, id) WHERE action LIKE 'limit.%';
COMMENT ON INDEX audit_limits_idx IS 'The changes of alarm limits: a patient''s; a ward''s and the hospital''s without a patient.';
