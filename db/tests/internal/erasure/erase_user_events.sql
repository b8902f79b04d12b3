-- internal.erase_user_events(): a token takes the place of the user in raw, where the dimension or etl.arrivals says.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(8);

CREATE FUNCTION pg_temp.put(p_id text, p_at timestamptz, p_name text, p_email text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO raw.user_events (event_key, user_id, event_type, username, user_email, user_type, received_at, sequence, extra)
    VALUES (gen_random_uuid(), p_id, 'User Updated', p_name, p_email, 'Admin', p_at, 7, '{"phone": 1}')
$$;
-- At an instant of a version, just beside it, on both ends of a day that is to be loaded, and beside that day.
CREATE TEMP TABLE key_before (event_key uuid);
SELECT
    pg_temp.put('caroline', '2020-12-05 10:00Z', 'lina', ' '),
    pg_temp.put('caroline', '2020-12-05 10:00:00.000001Z', 'lost', 'lost@slough.example'),
    pg_temp.put('caroline', '2020-12-06 00:00Z', 'lost', 'lost@slough.example'),
    pg_temp.put('caroline', '2020-12-07 23:59:59.999999Z', 'lost', 'lost@slough.example'),
    pg_temp.put('caroline', '2020-12-08 00:00Z', 'lina', 'lina@slough.example'),
    pg_temp.put('caroline', '2020-12-08 23:59:59.999999Z', '', NULL),
    pg_temp.put('caroline', '2020-12-09 00:00Z', 'lost', 'lost@slough.example'),
    pg_temp.put('william', '2020-12-08 10:00Z', 'William', 'william@slough.example') \g /dev/null
INSERT INTO crm.users_dim (user_id, valid_from, is_deleted, event_sk) VALUES ('caroline', '2020-12-05 10:00Z', false, 1);
INSERT INTO etl.arrivals (event_date, xid) VALUES ('2020-12-08', '3');
CREATE TEMP VIEW trace AS
SELECT user_id COLLATE "default" AS user_id, received_at, username, user_email, user_type, sequence, extra::text FROM raw.user_events;
INSERT INTO key_before SELECT event_key FROM raw.user_events WHERE received_at = '2020-12-08 00:00Z';
CREATE TEMP TABLE others AS SELECT * FROM trace WHERE user_id = 'william' OR username = 'lost';

SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT results_eq(
    $$ SELECT * FROM internal.erase_user_events('caroline', 'token', false) $$,
    $$ VALUES (3::bigint, ARRAY['lina'], ARRAY['lina@slough.example']) $$,
    'returns the number of events, and what names and e-mails they had, blank ones left out'
);
SELECT bag_eq(
    $$ SELECT * FROM trace WHERE user_id = 'token' $$,
    $$ VALUES
        ('token', timestamptz '2020-12-05 10:00Z', NULL::text, NULL::text, 'Admin', 7::bigint, NULL::text),
        ('token', '2020-12-08 00:00Z', NULL, NULL, 'Admin', 7, NULL),
        ('token', '2020-12-08 23:59:59.999999Z', NULL, NULL, 'Admin', 7, NULL)
    $$,
    'the events keep what is not personal'
);
SELECT bag_eq($$ SELECT * FROM trace WHERE user_id <> 'token' $$, 'TABLE others', 'nothing else is searched, and nobody else erased');
SELECT is(count(*), 1::bigint, 'no day is to be loaded again') FROM etl.arrivals;
SELECT is_empty(
    'SELECT FROM raw.user_events JOIN key_before USING (event_key)', 'the key is another one, which no old file tells'
);

-- Again, after a backup was put back: it may have come anywhere, an event that is there already included.
INSERT INTO raw.user_events (event_key, user_id, event_type, received_at)
SELECT event_key, 'caroline', 'User Updated', '2020-12-08 00:00Z' FROM key_before;
INSERT INTO etl.arrivals (event_date, xid) VALUES ('2020-12-09', pg_current_xact_id());
INSERT INTO etl.purges (purged_before, events) VALUES ('2020-12-06', 0);
SELECT results_eq(
    $$ SELECT * FROM internal.erase_user_events('caroline', 'token', true) $$,
    $$ VALUES (5::bigint, ARRAY['lost'], ARRAY['lost@slough.example']) $$,
    'what was put back is found wherever it is'
);
SELECT bag_eq(
    'SELECT user_id, count(*) FROM trace GROUP BY user_id', $$ VALUES ('token', 7::bigint), ('william', 1) $$,
    'and is there once'
);
SELECT bag_eq(
    'SELECT DISTINCT event_date FROM etl.arrivals', $$ VALUES (date '2020-12-06'), ('2020-12-07'), ('2020-12-08'), ('2020-12-09') $$,
    'its days are to be loaded again, if they still can be'
);

SELECT * FROM finish();
ROLLBACK;
