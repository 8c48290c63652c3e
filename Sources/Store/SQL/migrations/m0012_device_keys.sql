-- A device's key can be replaced while the former one still works, until the device has the new one.
ALTER TABLE devices
    ADD COLUMN former_key_hash bytea CONSTRAINT devices_former_key_hash_sha256 CHECK (octet_length(former_key_hash) = 32),
    ADD COLUMN former_key_until timestamptz,
    ADD CONSTRAINT devices_former_key_whole CHECK ((former_key_hash IS NULL) = (former_key_until IS NULL));
COMMENT ON COLUMN devices.former_key_hash IS 'SHA-256 of the secret of the key before; NULL: it stopped working when it was replaced.';
COMMENT ON COLUMN devices.former_key_until IS 'From then on the key before works no more.';
