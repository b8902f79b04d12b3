-- internal.begin_change(): a commit that somebody is told of is durable.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(6);

CREATE FUNCTION pg_temp.used(p_given text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('synchronous_commit', p_given, true);
    PERFORM internal.begin_change('a test');
    RETURN current_setting('synchronous_commit');
END;
$$;

SELECT is(pg_temp.used('remote_apply'), 'remote_apply', 'a commit that waits for more than the disks is left as it is');
SELECT is(pg_temp.used('off'), 'on', 'one that waits for nothing will wait');
SELECT is(pg_temp.used('local'), 'on', 'and one that does not wait for the standby');
SELECT is(pg_temp.used('remote_write'), 'on', 'or not for its disk');
SELECT lives_ok($$ SELECT internal.begin_change('a test') $$, 'read committed is what it wants');
-- In a session of its own, a transaction each.
\set after `psql --no-psqlrc --quiet --no-align --tuples-only --command='SET synchronous_commit = off' --command="SELECT FROM internal.begin_change('a test')" --command='SHOW synchronous_commit'`
SELECT is(:'after'::text, 'off', 'the next transaction is as the session wants it');

SELECT * FROM finish();
ROLLBACK;
