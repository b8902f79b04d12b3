-- requires: etl.consumer_states etl.current_notes etl.load_outcomes etl.quarantine etl.stale_dates
CREATE OR REPLACE VIEW etl.problems AS
SELECT
    format('%s %s rejected, last: %s', count(*), CASE WHEN count(*) = 1 THEN kind ELSE kind || 's' END,
        (array_agg(reason ORDER BY rejected_at DESC))[1]) AS problem,
    CASE kind
        WHEN 'user event' THEN 'correct the producer; SELECT * FROM raw.replay_rejected_user_events() judges them again, DELETE FROM raw.rejected_user_events discards them'
        ELSE 'correct the file and import it again; DELETE FROM raw.rejected_organizations discards them'
    END AS remedy
FROM etl.quarantine
GROUP BY kind
UNION ALL
SELECT
    concat(
        format('%s: %s to load, the first %s', stale.load_name,
            count(*) || CASE WHEN count(*) = 1 THEN ' day' ELSE ' days' END, min(stale.import_date)),
        CASE
            WHEN schedule.every IS NOT NULL THEN format(', since %s, though catch-up is to run every %s s',
                to_char(min(stale.since) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'),
                extract(epoch FROM schedule.every)::double precision)
        END
    ),
    CASE WHEN schedule.every IS NULL THEN 'make catch_up' ELSE 'make logs tells whether loads fail or take too long' END
FROM etl.stale_dates AS stale
LEFT JOIN etl.catch_up_schedule AS schedule ON true
WHERE CASE
    -- Today is loaded when it is over.
    WHEN schedule.every IS NULL THEN stale.import_date < (now() AT TIME ZONE 'UTC')::date
    ELSE stale.since < now() - 3 * schedule.every - interval '1 minute'
END
GROUP BY stale.load_name, schedule.every
UNION ALL
SELECT
    format('the quarantine takes %s of disk', pg_size_pretty(size)),
    'SELECT raw.drop_rejects_before(current_date - 30) discards what is older than 30 days, VACUUM FULL raw.rejected_user_events returns the space; UPDATE etl.settings SET quarantine_limit = … allows more'
FROM (
    SELECT pg_total_relation_size('raw.rejected_user_events') + pg_total_relation_size('raw.rejected_organizations')
) AS quarantine (size)
CROSS JOIN etl.settings
WHERE size > quarantine_limit
UNION ALL
SELECT
    format('catch-up is to run every %s s, and has not begun since %s', extract(epoch FROM schedule.every)::double precision,
        to_char(schedule.last_begun_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'))
        || coalesce('; it is at ' || running.step, ''),
    CASE
        WHEN running.pid IS NULL THEN 'make setup starts it again; DELETE FROM etl.catch_up_schedule if nothing is to run it'
        ELSE format('it continues by itself; SELECT pg_cancel_backend(%s) cancels this step for now', running.pid)
    END
FROM etl.catch_up_schedule AS schedule
LEFT JOIN LATERAL (
    SELECT activity.pid, substring(activity.application_name FROM 'warehouse (?:catch-up: |(?=history: ))(.*)') AS step
    FROM pg_stat_activity AS activity
    WHERE activity.datname = current_database()
      AND activity.application_name ~ '^warehouse (catch-up|history): '
    LIMIT 1
) AS running ON true
WHERE schedule.last_begun_at < now() - 3 * schedule.every - interval '1 minute'
UNION ALL
SELECT
    format('the history that was begun to be built at %s was not put in the place of the old one',
        to_char(began_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')),
    'CALL etl.build_history() builds it anew; CALL etl.catch_up() loads day by day, and drops what was left'
FROM internal.history
WHERE NOT EXISTS (SELECT FROM internal.history_sessions)
UNION ALL -- for speed: no problem comes twice
SELECT
    format('%s: %s of %s loads failed in the last 24 hours, and still to load is %s', load_name,
        failed, succeeded + failed, unresolved),
    'SELECT * FROM etl.load_failures shows all; correct the cause, make catch_up tries again'
FROM etl.load_outcomes
WHERE unresolved IS NOT NULL
UNION ALL
SELECT
    format('expected: %s; %s', expectation_name, finding),
    coalesce(remedy, 'SELECT query FROM etl.expectations has the query of all findings; a correction is noticed at the next check')
FROM etl.expectations
WHERE finding IS NOT NULL
UNION ALL
SELECT
    format('%s is off: a crash of the server may lose or corrupt committed data', name),
    format('ALTER SYSTEM SET %1$s = on; SELECT pg_reload_conf(); if it is right on this platform: SELECT etl.accept_setting(%1$L, ''off'', ''why'')', name)
FROM (VALUES ('fsync'), ('full_page_writes')) AS setting (name)
WHERE current_setting(name) = 'off'
  AND NOT EXISTS (SELECT FROM etl.accepted_settings WHERE setting = name AND value = current_setting(name))
UNION ALL
SELECT
    format('no consumer of queue %s has reached the database since %s', queue,
        to_char(max(heard_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')),
    'make logs shows why, for example a server that is read-only or waits for its standby; consumers try again by themselves, make setup restarts killed ones, DELETE FROM etl.consumers forgets a queue that is no longer used'
FROM etl.consumer_states
GROUP BY queue
HAVING NOT bool_or(is_heard)
UNION ALL
SELECT
    format('%s has committed none of %s messages of queue %s since %s', consumer, unacknowledged, queue,
        to_char(held_since AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')),
    'SELECT * FROM pg_stat_activity WHERE application_name = ''warehouse consumer'' shows what it waits for; it continues by itself'
FROM etl.consumer_states
WHERE is_heard AND held_since < now() - interval '30 seconds'
UNION ALL
SELECT format('%s, since %s', note, to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')), remedy
FROM etl.current_notes
WHERE is_problem;

COMMENT ON VIEW etl.problems IS 'The problems in the database that need a person, each with a remedy; no row if there are none.';
COMMENT ON COLUMN etl.problems.problem IS 'The problem, in a sentence.';
COMMENT ON COLUMN etl.problems.remedy IS 'The remedy.';
