-- crm.users_dim in publications: whatever writes to it may, and each statement leaves a copy with the documented key well.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SET LOCAL client_min_messages = error; -- it warns where wal_level is not logical, and checks all the same
SELECT plan(12);
\ir ../fixtures/history.sql
\ir ../fixtures/arrive.sql

SELECT is_empty(
    $$
        SELECT pg_class.oid::regclass
        FROM pg_class
        WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('raw', 'crm', 'reports', 'etl', 'internal'))
          AND relkind = 'r'
          AND relpersistence = 'p'
          AND relreplident <> 'f'
          AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = pg_class.oid AND indisprimary)
    $$,
    'each table that can be published has a replica identity'
);
SELECT is_empty(
    $$
        SELECT format('%s.%s', attrelid::regclass, attname)
        FROM pg_attribute
        JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('raw', 'crm', 'reports', 'etl', 'internal'))
          AND relreplident = 'f'
          AND attgenerated <> ''
    $$,
    'none has a generated column in it, which PostgreSQL 18 refuses'
);

-- A copy as a subscriber has it, written row by row in the same order.
CREATE TABLE public.copy (LIKE crm.users_dim, PRIMARY KEY (user_id, valid_from));
CREATE FUNCTION pg_temp.copy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM public.copy WHERE user_id = OLD.user_id AND valid_from = OLD.valid_from;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO public.copy (user_id, valid_from, valid_to, is_valid, is_deleted, username, event_sk)
        VALUES (NEW.user_id, NEW.valid_from, NEW.valid_to, NEW.is_valid, NEW.is_deleted, NEW.username, NEW.event_sk);
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER copy AFTER INSERT OR UPDATE OR DELETE ON crm.users_dim FOR EACH ROW EXECUTE FUNCTION pg_temp.copy();
CREATE FUNCTION pg_temp.is_same(p_description text) RETURNS text LANGUAGE sql AS $$
    SELECT results_eq(
        'SELECT user_id, valid_from, valid_to, is_valid, is_deleted, username, event_sk FROM crm.users_dim ORDER BY 1, 2',
        'SELECT user_id, valid_from, valid_to, is_valid, is_deleted, username, event_sk FROM public.copy ORDER BY 1, 2',
        p_description
    )
$$;

CREATE PUBLICATION scratch_all FOR ALL TABLES;
CREATE PUBLICATION scratch_root FOR TABLE crm.users_dim WITH (publish_via_partition_root);

SELECT pg_temp.arrive('anna Created 2020-12-07 10:00 a', 'bert Created 2020-12-07 11:00 a') \g /dev/null
SELECT crm.load_users_dim('2020-12-07') \g /dev/null
SELECT pg_temp.arrive('anna Updated 2020-12-09 10:00 b', 'anna Updated 2020-12-09 11:00 c') \g /dev/null
SELECT lives_ok($$ SELECT crm.load_users_dim('2020-12-09'), reports.load_user_events_daily('2020-12-09') $$, 'a day in order');
SELECT pg_temp.is_same('and the copy is the same');

SELECT pg_temp.arrive('anna Updated 2020-12-08 10:00 d', 'bert Deleted 2020-12-06 10:00 e') \g /dev/null
SELECT lives_ok(
    $$ SELECT crm.load_users_dim('2020-12-08'), crm.load_users_dim('2020-12-06'), reports.load_user_events_daily('2020-12-08') $$,
    'late days'
);
SELECT pg_temp.is_same('and the copy is the same');

SELECT lives_ok($$ SELECT * FROM etl.preview_loads(ARRAY['users_dim'], ARRAY[date '2020-12-09']) $$, 'a preview');
UPDATE crm.users_dim SET username = 'z' WHERE user_id = 'anna';
DELETE FROM crm.users_dim WHERE user_id = 'bert';
SELECT lives_ok('SELECT * FROM etl.rebuild_users_dim()', 'a rebuild');
SELECT lives_ok($$ SELECT crm.erase_user('anna') $$, 'an erasure');
SELECT pg_temp.is_same('and the copy is the same');

SELECT reports.load_user_events_daily(day), crm.load_users_dim(day)
FROM unnest(ARRAY['2020-12-06', '2020-12-07', '2020-12-08', '2020-12-09']::date[]) AS day \g /dev/null
SELECT is(raw.drop_before('2020-12-09'), 4::bigint, 'old days are removed');
SELECT pg_temp.is_same('and the copy is the same');

SELECT * FROM finish();
ROLLBACK;
