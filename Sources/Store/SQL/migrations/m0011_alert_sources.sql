-- Which sources raised an alert of a rule.
ALTER TABLE alerts ADD COLUMN sources integer[];
COMMENT ON COLUMN alerts.sources IS 'Of an alert of a rule: the devices that found it, in the order in which they did; 0: a person. Null: not of a rule, or older than this column.';
-- Its successor has another argument: the device.
DROP FUNCTION IF EXISTS reading_entry(smallint, double precision, timestamptz, boolean);
