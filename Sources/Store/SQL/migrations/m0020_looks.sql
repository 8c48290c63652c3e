-- Beds and wards are told apart by what people see, whatever the alphabet: a Cyrillic А is an A.

-- What a text looks like: without invisible characters, with one kind of space and hyphen, whatever the letter case, and with Latin letters for
-- those of Cyrillic and Greek that look like them. www/kit/look.js has the same rule; Tests/fixtures/looks.json holds both to it.
CREATE FUNCTION look(shown text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN translate(
    lower(btrim(regexp_replace(translate(regexp_replace(normalize(shown, NFKC),
        '[\u0001-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]', '', 'g'),
        U&'\2010\2012\2013\2014\2015\2212\2043\02D7\058A', '---------'), '\s+', ' ', 'g')) COLLATE "und-x-icu"),
    'авекмнорстухіјѕԁһԛԝѵαβεζηικμνορτυχ', 'abekmhopctyxijsdhqwvabezhikmnoptyx');

-- Of two in what looks like one bed the one who was admitted first keeps it, and of two wards the older one its name. The other gets a number, which
-- staff correct.
ALTER TABLE patients DISABLE TRIGGER USER;
ALTER TABLE wards DISABLE TRIGGER USER;
DO $$
DECLARE
    other record;
    candidate text;
    number integer;
BEGIN
    FOR other IN
        SELECT id, ward_id, bed FROM (
            SELECT id, ward_id, bed, row_number() OVER (PARTITION BY ward_id, look(bed) ORDER BY admitted_at, id) AS place
            FROM patients WHERE look(bed) <> '' AND discharged_at IS NULL) AS beds
        WHERE place > 1 ORDER BY id
    LOOP
        number := 1;
        LOOP
            number := number + 1;
            candidate := left(btrim(other.bed), 14) || ' (' || number || ')';
            EXIT WHEN NOT EXISTS (SELECT FROM patients WHERE ward_id = other.ward_id AND discharged_at IS NULL AND look(bed) = look(candidate));
        END LOOP;
        UPDATE patients SET bed = candidate WHERE id = other.id;
    END LOOP;
    FOR other IN
        SELECT id, name FROM (SELECT id, name, row_number() OVER (PARTITION BY look(name) ORDER BY id) AS place FROM wards) AS names
        WHERE place > 1 ORDER BY id
    LOOP
        number := 1;
        LOOP
            number := number + 1;
            candidate := left(btrim(other.name), 70) || ' (' || number || ')';
            EXIT WHEN NOT EXISTS (SELECT FROM wards WHERE look(name) = look(candidate));
        END LOOP;
        UPDATE wards SET name = candidate WHERE id = other.id;
    END LOOP;
END $$;
ALTER TABLE patients ENABLE TRIGGER USER;
ALTER TABLE wards ENABLE TRIGGER USER;

DROP INDEX patients_bed_key;
CREATE UNIQUE INDEX patients_bed_key ON patients (ward_id, look(bed)) WHERE look(bed) <> '' AND discharged_at IS NULL;
COMMENT ON INDEX patients_bed_key IS 'A bed holds one patient at a time; beds are compared as they look.';
CREATE UNIQUE INDEX wards_look_key ON wards (look(name));
COMMENT ON INDEX wards_look_key IS 'Wards are compared as they look.';
