-- Takes away the readings of whole days that lie more than `days` back, 31 days' partitions at most, and what the default partition holds of
-- that time; answers the days. Called until there are none. The audit tells of each. What the roll-ups do not hold yet stays until they do.
-- Works with the owner's rights, so never less than 31 days are kept, whoever calls it. It waits for its locks as shortly as make_partitions.
CREATE OR REPLACE FUNCTION forget_readings(days integer) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '3s' AS $$
DECLARE
    u public.rolled_up;
    kept_from timestamptz;
    first timestamptz;
    partition text;
    forgotten text[];
BEGIN
    IF days < 31 THEN
        RAISE 'readings are kept for 31 days at least' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('fajma partitions'));
    SELECT * INTO u FROM public.rolled_up FOR UPDATE;
    kept_from := least(date_trunc('day', now(), 'UTC') - days * interval '24 hours', date_trunc('day', u.built_until, 'UTC'));
    -- So many days as there are partitions have really passed: a clock that runs ahead by years takes none of them away.
    SELECT least(kept_from, min(to_timestamp(substr(relname, 10) || ' 0', 'YYYYMMDD TZH'))) INTO kept_from FROM (
        SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.readings'::regclass AND c.relname ~ '^readings_\d{8}$'
            AND c.relname < 'readings_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')
        ORDER BY 1 DESC LIMIT days
    ) AS passed HAVING count(*) = days;
    IF kept_from IS NULL THEN
        RETURN;
    END IF;
    SELECT array_agg(relname ORDER BY relname) INTO forgotten FROM (
        SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.readings'::regclass AND c.relname ~ '^readings_\d{8}$'
            AND c.relname < 'readings_' || to_char(kept_from AT TIME ZONE 'UTC', 'YYYYMMDD')
        ORDER BY 1 LIMIT 31
    ) AS oldest;
    -- One that the next call takes away must not lie below what is said to be kept.
    IF cardinality(forgotten) = 31 THEN
        kept_from := to_timestamp(substr(forgotten[31], 10) || ' 0', 'YYYYMMDD TZH') + interval '24 hours';
    END IF;
    IF forgotten IS NULL AND NOT EXISTS (SELECT FROM public.readings_default WHERE measured_at < kept_from) THEN
        RETURN;
    END IF;
    -- Nobody stores anything between the look at what is stale and the end: what comes later finds the new horizon.
    LOCK TABLE ONLY public.readings IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM public.stale_hours WHERE hour >= u.readings_from AND hour < kept_from) THEN
        RETURN;
    END IF;
    FOREACH partition IN ARRAY coalesce(forgotten, '{}') LOOP
        first := to_timestamp(substr(partition, 10) || ' 0', 'YYYYMMDD TZH');
        EXECUTE format('DROP TABLE public.%I', partition);
        PERFORM public.audit_record('reading.expired', NULL, 'readings ' || to_char(first AT TIME ZONE 'UTC', 'YYYY-MM-DD'), NULL, NULL);
        RETURN NEXT to_char(first AT TIME ZONE 'UTC', 'YYYY-MM-DD');
    END LOOP;
    DELETE FROM public.readings_default WHERE measured_at < kept_from;
    IF FOUND THEN
        PERFORM public.audit_record(
            'reading.expired', NULL, 'readings before ' || to_char(kept_from AT TIME ZONE 'UTC', 'YYYY-MM-DD'), NULL, NULL);
        RETURN NEXT 'before ' || to_char(kept_from AT TIME ZONE 'UTC', 'YYYY-MM-DD');
    END IF;
    UPDATE public.rolled_up SET readings_from = greatest(readings_from, kept_from);
END $$;
REVOKE EXECUTE ON FUNCTION forget_readings(integer) FROM PUBLIC;
