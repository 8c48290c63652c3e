-- As long as the replaced system took them.
ALTER TABLE alerts DROP CONSTRAINT alerts_message_length, ADD CONSTRAINT alerts_message_length CHECK (char_length(message) BETWEEN 1 AND 5000);
ALTER TABLE devices
    DROP CONSTRAINT devices_name_length, ADD CONSTRAINT devices_name_length CHECK (char_length(name) BETWEEN 1 AND 100),
    DROP CONSTRAINT devices_kind_length, ADD CONSTRAINT devices_kind_length CHECK (char_length(kind) BETWEEN 1 AND 50);

-- A device is in use until somebody says otherwise, as in the replaced system.
ALTER TABLE device_state ALTER COLUMN status SET DEFAULT 'actif';
UPDATE device_state SET status = 'actif' WHERE status = 'inconnu';
