-- crm.user_at(): the state of a user at a moment, for a table of facts.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
-- Citus cannot plan a function in SQL that reads shards: docs/scale.md.
SELECT to_regproc('citus_version') IS NOT NULL AS is_citus \gset
\if :is_citus
    SELECT plan(1);
    SELECT pass('not on Citus');
    SELECT * FROM finish();
    ROLLBACK;
    \quit
\endif
SELECT plan(20);

SELECT internal.add_users_dim_period(day) FROM unnest(ARRAY[date '2020-10-01', '2020-11-01', '2020-12-01']) AS day \g /dev/null
INSERT INTO crm.users_dim (
    user_id, valid_from, valid_to, is_valid, is_deleted, username, user_email, user_type, organization_name, plan_name, event_sk, attributes
) VALUES
    ('anna', '2020-10-08 10:00Z', '2020-10-09 10:00Z', false, false, 'a', 'e1', 't1', 'Unknown', 'p1', 1, NULL),
    ('anna', '2020-10-09 10:00Z', '2020-12-08 10:00Z', false, false, 'b', 'e2', 't2', 'Acme',    'p2', 2, '{"country": "DE"}'),
    ('anna', '2020-12-08 10:00Z', '2020-12-09 10:00Z', false, true,  'c', 'e3', 't3', 'Acme',    'p3', 3, NULL),
    ('anna', '2020-12-09 10:00Z', NULL,                true,  false, 'd', 'e4', 't4', 'Acme',    'p4', 4, NULL),
    ('bert', '2020-12-09 00:00Z', NULL,                true,  false, 'x', NULL, NULL, NULL,      NULL, 5, NULL),
    ('gone', '2020-12-09 00:00Z', NULL,                true,  true,  'y', NULL, NULL, NULL,      NULL, 6, NULL);

CREATE TEMP TABLE fact (user_id text, happened_at timestamptz, expected text, description text);
INSERT INTO fact VALUES
    ('anna', '-infinity',                   NULL, 'before all time there is nobody'),
    ('anna', '2020-10-08 09:59:59.999999Z', NULL, 'before the first version there is nobody'),
    ('anna', '2020-10-08 10:00Z',           'a',  'a version holds from its first instant'),
    ('anna', '2020-10-09 09:59:59.999999Z', 'a',  'up to its last'),
    ('anna', '2020-10-09 10:00Z',           'b',  'where the next one takes over'),
    ('anna', '2020-12-08 09:59:59.999999Z', 'b',  'across periods without a version of the user'),
    ('anna', '2020-12-08 10:00Z',           NULL, 'a deleted user does not exist'),
    ('anna', '2020-12-09 09:59:59.999999Z', NULL, 'to the last instant'),
    ('anna', '2020-12-09 10:00Z',           'd',  'a re-created user does'),
    ('anna', 'infinity',                    'd',  'the open version lasts'),
    ('gone', '2020-12-10 10:00Z',           NULL, 'the open version of a deleted user is none'),
    ('nemo', '2020-12-10 10:00Z',           NULL, 'who is unknown does not exist'),
    (NULL,   '2020-12-10 10:00Z',           NULL, 'a fact of nobody'),
    ('anna', NULL,                          NULL, 'a fact without an instant');

SELECT is(person.username, fact.expected, fact.description)
FROM fact
LEFT JOIN LATERAL crm.user_at(fact.user_id, fact.happened_at) AS person ON true;
SELECT is(
    (SELECT count(*) FROM fact LEFT JOIN LATERAL crm.user_at(fact.user_id, fact.happened_at) AS person ON true),
    (SELECT count(*) FROM fact), 'each fact comes once'
);
SELECT results_eq(
    $$
        SELECT user_id COLLATE "default", username, user_email, user_type, organization_name, plan_name, valid_from, attributes
        FROM crm.user_at('anna', '2020-11-01 00:00Z')
    $$,
    $$ VALUES ('anna', 'b', 'e2', 't2', 'Acme', 'p2', timestamptz '2020-10-09 10:00Z', jsonb '{"country": "DE"}') $$,
    'with all columns'
);
SELECT is_empty(
    $$
        SELECT moment
        FROM (SELECT DISTINCT happened_at AS moment FROM fact) AS moments
        WHERE moment IS NOT NULL
          AND ARRAY(SELECT user_at.user_id FROM unnest(ARRAY['anna', 'bert', 'gone']) AS name CROSS JOIN LATERAL crm.user_at(name, moment) ORDER BY 1)
              IS DISTINCT FROM ARRAY(SELECT users_at.user_id FROM crm.users_at(moment) ORDER BY 1)
    $$,
    'who exists is whom crm.users_at() finds'
);

-- It is a part of the query that calls it, which looks for each fact where it may be.
CREATE TEMP VIEW scan AS
SELECT indrelid::regclass::text AS relname, pg_stat_get_xact_numscans(indrelid) + pg_stat_get_xact_numscans(indexrelid) AS scans
FROM pg_index
WHERE indrelid IN ('crm.users_dim_2020_10'::regclass, 'crm.users_dim_2020_11'::regclass, 'crm.users_dim_2020_12'::regclass);
CREATE TEMP TABLE before AS TABLE scan;
SELECT count(person) FROM fact
LEFT JOIN LATERAL crm.user_at(fact.user_id, fact.happened_at) AS person ON true
WHERE happened_at BETWEEN '2020-12-08 09:00Z' AND '2020-12-09 09:59:59.999999Z' \g /dev/null
SELECT results_eq(
    'SELECT relname, scan.scans - before.scans FROM scan JOIN before USING (relname) ORDER BY relname',
    $$ VALUES ('crm.users_dim_2020_10', 0::bigint), ('crm.users_dim_2020_11', 0), ('crm.users_dim_2020_12', 3) $$,
    'periods that ended before a fact are not read'
);
-- The report tells which day was loaded last.
INSERT INTO reports.user_events_daily VALUES ('2020-12-09', 0, 0, 0, 0, 0);
TRUNCATE before;
INSERT INTO before TABLE scan;
SELECT count(person) FROM fact
LEFT JOIN LATERAL crm.user_at(fact.user_id, fact.happened_at) AS person ON true
WHERE happened_at = '2020-12-09 10:00Z' \g /dev/null
SELECT bag_eq('TABLE scan', 'TABLE before', 'and none where a fact of late is of an open version');

SELECT is_empty(
    $$
        SELECT fact.description
        FROM fact
        LEFT JOIN LATERAL crm.user_at(fact.user_id, fact.happened_at) AS person ON true
        WHERE person.username IS DISTINCT FROM fact.expected
    $$,
    'with the same result'
);

SELECT * FROM finish();
ROLLBACK;
