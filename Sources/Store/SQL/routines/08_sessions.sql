-- Sessions, and the login's throttle. A bucket fills by one with each attempt and empties by one in so many seconds; a full one lets nobody by.

-- Puts an attempt into all of these buckets, or into none where one of them is full. One statement, so that of guesses made at once no
-- more get by than of guesses made in turn.
--
-- Returns the seconds until all of them have room; 0: the attempt was counted.
CREATE OR REPLACE FUNCTION take_login_attempt(keys bytea[], capacities double precision[], refill_seconds double precision[])
RETURNS double precision
LANGUAGE plpgsql AS $$
DECLARE
    asked record;
    filled double precision;
    wait double precision := 0;
BEGIN
    -- In the order of the key, so that two who share two buckets never wait for each other crosswise.
    FOR asked IN SELECT * FROM unnest(keys, capacities, refill_seconds) AS a (key, capacity, seconds) ORDER BY a.key LOOP
        INSERT INTO login_buckets AS b (key, spent, at) VALUES (asked.key, 0, clock_timestamp())
        ON CONFLICT (key) DO UPDATE SET at = clock_timestamp(),
            spent = greatest(0, b.spent - greatest(0, extract(epoch FROM clock_timestamp() - b.at)) / asked.seconds)
        RETURNING spent INTO filled;
        wait := greatest(wait, (filled + 1 - asked.capacity) * asked.seconds);
    END LOOP;
    IF wait <= 0 THEN
        UPDATE login_buckets SET spent = spent + 1 WHERE key = ANY (keys);
    END IF;
    RETURN wait;
END $$;

-- Forgets sessions that have been over for a day: ended, expired, or without a token that could renew them. An account's newest stays, as its
-- last login. With the owner's rights, because the application may delete no other session.
CREATE OR REPLACE FUNCTION forget_sessions() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.sessions s
    WHERE (s.ended_at < now() - interval '1 day' OR s.expires_at < now() - interval '1 day'
            OR (s.last_used_at < now() - interval '1 day'
                AND NOT EXISTS (SELECT FROM public.refresh_tokens t WHERE t.session_id = s.id AND t.expires_at > now())))
        AND EXISTS (SELECT FROM public.sessions newer WHERE newer.user_id = s.user_id AND newer.created_at > s.created_at)
$$;
REVOKE ALL ON FUNCTION forget_sessions() FROM PUBLIC;
