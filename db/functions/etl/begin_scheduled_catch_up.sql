-- Writes etl.catch_up_schedule.
CREATE OR REPLACE FUNCTION etl.begin_scheduled_catch_up(p_every interval)
    RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $begin_scheduled_catch_up$
BEGIN
    INSERT INTO etl.catch_up_schedule (every, last_begun_at)
    VALUES (p_every, now())
    ON CONFLICT ((true)) DO UPDATE
    SET every = EXCLUDED.every,
        last_begun_at = EXCLUDED.last_begun_at;
END;
$begin_scheduled_catch_up$;

COMMENT ON FUNCTION etl.begin_scheduled_catch_up(interval) IS
    'To be called before each etl.catch_up() by what runs it on schedule: notes how often that is, so that etl.problems can say when it falls behind.';
