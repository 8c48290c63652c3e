-- Who is who: hospital numbers as hospitals have them, and beds that are told apart by what people see.

-- Digits only, slashes, hyphens and points too. An address marks such a number with n: or has it in the query.
ALTER TABLE patients
    DROP CONSTRAINT patients_hospital_number_word,
    DROP CONSTRAINT patients_hospital_number_no_id,
    ADD CONSTRAINT patients_hospital_number_known CHECK (
        hospital_number COLLATE "C" ~ '^[A-Za-z0-9_/.:-]{1,32}$' AND hospital_number NOT LIKE 'n:%' AND hospital_number !~ '(^|/)[.]{1,2}(/|$)');
COMMENT ON CONSTRAINT patients_hospital_number_known ON patients IS
    'The same rule as isHospitalNumber in Sources/Store: nothing that a path says otherwise.';

-- A bed is compared as it looks: without invisible characters, with one kind of space and hyphen, whatever the letter case.
DROP INDEX patients_bed_key;
ALTER TABLE patients DISABLE TRIGGER USER;
DO $$
DECLARE
    look text := $look$lower(btrim(regexp_replace(translate(regexp_replace(normalize(bed, NFKC),
        '[\u0001-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]', '', 'g'),
        U&'\2010\2012\2013\2014\2015\2212\2043\02D7\058A', '---------'), '\s+', ' ', 'g')) COLLATE "und-x-icu")$look$;
    other record;
    candidate text;
    number integer;
    is_free boolean;
BEGIN
    -- Of two in what looks like one bed the one who was admitted first keeps it. The other gets a bed with a number, which staff correct.
    FOR other IN EXECUTE format(
        $sql$SELECT id, ward_id, bed FROM (
            SELECT id, ward_id, bed, row_number() OVER (PARTITION BY ward_id, %1$s ORDER BY admitted_at, id) AS place
            FROM patients WHERE %1$s <> '' AND discharged_at IS NULL) AS beds
        WHERE place > 1 ORDER BY id$sql$, look)
    LOOP
        number := 1;
        LOOP
            number := number + 1;
            candidate := left(btrim(other.bed), 14) || ' (' || number || ')';
            EXECUTE format(
                $sql$SELECT NOT EXISTS (SELECT FROM patients WHERE ward_id = $1 AND discharged_at IS NULL
                    AND %1$s = (SELECT %1$s FROM (SELECT $2 AS bed) AS candidate))$sql$, look) INTO is_free USING other.ward_id, candidate;
            EXIT WHEN is_free;
        END LOOP;
        UPDATE patients SET bed = candidate WHERE id = other.id;
    END LOOP;
    EXECUTE format($sql$CREATE UNIQUE INDEX patients_bed_key ON patients (ward_id, (%1$s)) WHERE %1$s <> '' AND discharged_at IS NULL$sql$, look);
END $$;
ALTER TABLE patients ENABLE TRIGGER USER;
COMMENT ON INDEX patients_bed_key IS 'A bed holds one patient at a time; beds are compared as they look.';
