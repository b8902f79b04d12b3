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
    'Notes that a scheduled etl.catch_up() begins, and its interval, so that etl.problems can report a late one. The scheduler calls it before each etl.catch_up().';
