-- internal.begin_change(): a commit that somebody is told of is durable.
BEGIN;
SELECT plan(6);

SET LOCAL synchronous_commit = remote_apply;
SELECT internal.begin_change('a test') \g /dev/null
SELECT is(current_setting('synchronous_commit'), 'remote_apply', 'a commit that waits for more than the disks is left as it is');
SET LOCAL synchronous_commit = off;
SELECT internal.begin_change('a test') \g /dev/null
SELECT is(current_setting('synchronous_commit'), 'on', 'one that waits for nothing will wait');
SET LOCAL synchronous_commit = local;
SELECT internal.begin_change('a test') \g /dev/null
SELECT is(current_setting('synchronous_commit'), 'on', 'and one that does not wait for the standby');
SET LOCAL synchronous_commit = remote_write;
SELECT internal.begin_change('a test') \g /dev/null
SELECT is(current_setting('synchronous_commit'), 'on', 'or not for its disk');
SELECT lives_ok($$ SELECT internal.begin_change('a test') $$, 'read committed is what it wants');
-- In a session of its own, a transaction each.
\set after `psql --no-psqlrc --quiet --no-align --tuples-only --command='SET synchronous_commit = off' --command="SELECT FROM internal.begin_change('a test')" --command='SHOW synchronous_commit'`
SELECT is(:'after'::text, 'off', 'the next transaction is as the session wants it');

SELECT * FROM finish();
ROLLBACK;
