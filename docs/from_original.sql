-- Takes the tables of the solution that this one replaces over: writes their rows into two files that make import reads.
--
--   psql -d OLD_DATABASE -v events=user_events -v organizations=organizations -f docs/from_original.sql
--   make setup
--   make import DIRECT=1 USER_EVENTS=user_events.jsonl ORGANIZATIONS=organizations.jsonl
--   make catch_up
--
-- events has event_sk, id, event_type, username, user_email, user_type, organization_name, plan_name, received_at;
-- organizations has organization_key, organization_name, created_at. The old dimension is not needed: it is built anew,
-- from the events. Its instants have no zone and mean UTC here; in another zone, say so with -v zone=Europe/Berlin.
--
-- There, a file imported twice was there twice; so of rows that are equal in all but event_sk one is taken.
-- Importing the old files afterwards repeats nothing but the second and further ones of events that a file had more than once.
\set ON_ERROR_STOP on
\if :{?zone} \else \set zone UTC \endif
SET timezone = 'UTC';
\pset format unaligned
\pset tuples_only on

\o user_events.jsonl
SELECT jsonb_build_object(
    'id', id, 'event_type', event_type, 'username', username, 'user_email', user_email, 'user_type', user_type,
    'organization_name', organization_name, 'plan_name', plan_name,
    'received_at', to_char(received_at::timestamp AT TIME ZONE :'zone', 'YYYY-MM-DD HH24:MI:SS.US')
)
FROM :events
GROUP BY id, event_type, username, user_email, user_type, organization_name, plan_name, received_at
ORDER BY min(event_sk);

\o organizations.jsonl
SELECT jsonb_build_object(
    'organization_key', organization_key, 'organization_name', organization_name,
    'created_at', to_char(created_at::timestamp AT TIME ZONE :'zone', 'YYYY-MM-DD HH24:MI:SS.US')
)
FROM :organizations
GROUP BY organization_key, organization_name, created_at
ORDER BY created_at;
\o
