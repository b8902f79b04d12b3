-- etl.note_of_consumer(), etl.current_notes: what a consumer knows is a problem while it says so.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(9);

SELECT etl.note_of_consumer('consumer a 1', 'the broker fails', 'mend it') \g /dev/null
SELECT etl.note_of_consumer('queue q', 'it is not durable', 'make it so', false) \g /dev/null
SELECT results_eq(
    'SELECT subject, note, remedy, is_problem, since FROM etl.current_notes ORDER BY subject',
    $$ VALUES
        ('consumer a 1', 'the broker fails', 'mend it', true, now()),
        ('queue q', 'it is not durable', 'make it so', false, now())
    $$,
    'notes are kept'
);
SELECT results_eq(
    'TABLE etl.problems',
    format(
        $$ VALUES ('the broker fails, since %s', 'mend it') $$,
        to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')
    ),
    'one that is a problem is among the problems'
);

UPDATE etl.consumer_notes SET since = now() - interval '1 hour', noted_at = now() - interval '2 minutes';
SELECT is(count(*), 2::bigint, 'they hold for two minutes') FROM etl.current_notes;
SELECT etl.note_of_consumer('consumer a 1', E'the broker\u0007 fails again', 'wait', false) \g /dev/null
SELECT results_eq(
    $$ SELECT note, remedy, is_problem, now() - since FROM etl.current_notes WHERE subject = 'consumer a 1' $$,
    $$ VALUES (E'the broker\uFFFD fails again', 'wait', false, interval '1 hour') $$,
    'one that is renewed has a new text, which acts on no terminal, and begins when it began'
);
SELECT is(noted_at, now(), 'and holds on') FROM etl.consumer_notes WHERE subject = 'consumer a 1';

UPDATE etl.consumer_notes SET noted_at = now() - interval '2 minutes 1 second';
SELECT is_empty('TABLE etl.current_notes', 'one that is not renewed counts no more');
SELECT etl.note_of_consumer('queue q', 'it is not durable', 'make it so', false) \g /dev/null
SELECT is(since, now(), 'and begins anew if it is back') FROM etl.current_notes;

SELECT etl.note_of_consumer('queue q', NULL) \g /dev/null
SELECT is_empty('TABLE etl.current_notes', 'a null note ends it');
SELECT results_eq('SELECT subject FROM etl.consumer_notes', $$ VALUES ('consumer a 1') $$, 'and no other');

SELECT * FROM finish();
ROLLBACK;
