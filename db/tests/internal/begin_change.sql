-- internal.begin_change(): a commit that somebody is told of is durable.
BEGIN;
SELECT plan(3);

SET LOCAL synchronous_commit = local;
SELECT internal.begin_change('a test') \g /dev/null
SELECT is(current_setting('synchronous_commit'), 'local', 'a commit that waits for our own disk is left as it is');
SET LOCAL synchronous_commit = off;
SELECT internal.begin_change('a test') \g /dev/null
SELECT is(current_setting('synchronous_commit'), 'on', 'one that waits for nothing will wait');
SELECT lives_ok($$ SELECT internal.begin_change('a test') $$, 'read committed is what it wants');

SELECT * FROM finish();
ROLLBACK;
