-- Reads raw.user_events and crm.users_dim.
-- An event is the whole state of its user. Looks up one version a user, by index.
CREATE OR REPLACE FUNCTION etl.partial_updates(OUT n_updates bigint, OUT n_partial bigint)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    -- Each version is looked up in the one period where it ended. The planner would rather read all of them.
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $partial_updates$
BEGIN
    SELECT
        count(*),
        count(*) FILTER (
            WHERE before.username IS NOT NULL AND event.username IS NULL
               OR before.user_email IS NOT NULL AND event.user_email IS NULL
               OR before.user_type IS NOT NULL AND event.user_type IS NULL
               OR before.organization_name IS NOT NULL AND event.organization_name IS NULL
               OR before.plan_name IS NOT NULL AND event.plan_name IS NULL
        )
    INTO n_updates, n_partial
    FROM (
        -- One a user: whose updates are many is one user, and is looked up once.
        SELECT DISTINCT ON (user_id) *
        FROM (
            SELECT *
            FROM raw.user_events
            ORDER BY event_sk DESC
            LIMIT 10000 -- for speed: more tell the same
        ) AS arrived
        WHERE ingested_at > now() - interval '1 day'
          AND event_type IN (SELECT type.event_type FROM etl.event_types AS type WHERE NOT type.begins_life AND NOT type.ends_life)
        ORDER BY user_id, received_at, event_sk
    ) AS event
    JOIN crm.users_dim AS before
        ON before.user_id = event.user_id
        AND coalesce(before.valid_to, 'infinity') = event.received_at
    WHERE NOT before.is_deleted
      -- A partial update leaves the fields that it has; further ones with the same field lack nothing, and would hide the first.
      AND num_nonnulls(before.username, before.user_email, before.user_type, before.organization_name, before.plan_name) >= 2;
END;
$partial_updates$;

COMMENT ON FUNCTION etl.partial_updates() IS
    'Counts users with an update among the last 10,000 events that arrived within a day, and how many of their first such updates lack a known field. Users with fewer than two known fields do not count. Many such updates mean that a producer sends changes instead of whole states.';
