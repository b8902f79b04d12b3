-- requires: etl.quarantine etl.stale_dates
CREATE OR REPLACE VIEW etl.problems AS
SELECT
    format('%s %s rejected, last: %s', count(*), CASE WHEN count(*) = 1 THEN kind ELSE kind || 's' END,
        (array_agg(reason ORDER BY rejected_at DESC))[1]) AS problem,
    CASE kind
        WHEN 'user event' THEN 'mend what sends them; SELECT * FROM raw.replay_rejected_user_events() tries them again, DELETE FROM raw.rejected_user_events gives them up'
        ELSE 'mend the file and import it again; DELETE FROM raw.rejected_organizations gives them up'
    END AS remedy
FROM etl.quarantine
GROUP BY kind
UNION ALL -- for speed: no problem comes twice
SELECT
    format('%s: %s to load, the first %s', load_name,
        count(*) || CASE WHEN count(*) = 1 THEN ' day' ELSE ' days' END, min(import_date)),
    'make catch_up'
FROM etl.stale_dates
-- Today is loaded when it is over.
WHERE import_date < (now() AT TIME ZONE 'UTC')::date
GROUP BY load_name
UNION ALL -- for speed: no problem comes twice
SELECT
    format('%s is off: a crash of the server may lose or break what is committed', name),
    format('ALTER SYSTEM SET %s = on; SELECT pg_reload_conf()', name)
FROM (VALUES ('fsync'), ('full_page_writes')) AS setting (name)
WHERE current_setting(name) = 'off';

COMMENT ON VIEW etl.problems IS 'What in the database needs a person, and what to do about it; no row when all is well.';
