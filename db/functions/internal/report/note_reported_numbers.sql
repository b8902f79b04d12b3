-- Writes reports.user_events_history.
-- Called by the trigger below only, whoever changes the report.
CREATE OR REPLACE FUNCTION internal.note_reported_numbers()
    RETURNS trigger
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $note_reported_numbers$
DECLARE
    -- Not the time at which the transaction began: it may have waited for a load that ended on the next day.
    v_today CONSTANT date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
    v_last  reports.user_events_history;
BEGIN
    DELETE FROM reports.user_events_history
    WHERE event_date = NEW.event_date
      AND reported_on = v_today;

    SELECT *
    INTO v_last
    FROM reports.user_events_history
    WHERE event_date = NEW.event_date
    ORDER BY reported_on DESC
    LIMIT 1;

    -- Numbers that changed and changed back on one day did not change.
    IF (v_last.n_created, v_last.n_updated, v_last.n_deleted, v_last.n_unique, v_last.n_total)
        IS DISTINCT FROM (NEW.n_created, NEW.n_updated, NEW.n_deleted, NEW.n_unique, NEW.n_total)
    THEN
        INSERT INTO reports.user_events_history (event_date, reported_on, n_created, n_updated, n_deleted, n_unique, n_total)
        VALUES (NEW.event_date, v_today, NEW.n_created, NEW.n_updated, NEW.n_deleted, NEW.n_unique, NEW.n_total);
    END IF;
    RETURN NULL;
END;
$note_reported_numbers$;

COMMENT ON FUNCTION internal.note_reported_numbers() IS
    'Keeps what the report says of a day at the end of the present UTC day, if it is not what it said before.';

CREATE OR REPLACE TRIGGER user_events_daily_history
    AFTER INSERT OR UPDATE ON reports.user_events_daily
    FOR EACH ROW EXECUTE FUNCTION internal.note_reported_numbers();
