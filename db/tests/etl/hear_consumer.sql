-- etl.hear_consumer(), etl.consumer_states: a line that stands is a problem, whoever stops it.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(9);

CREATE FUNCTION pg_temp.utc(p_instant timestamptz) RETURNS text LANGUAGE sql
    RETURN to_char(p_instant AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"');

SELECT etl.hear_consumer('consumer a 1', 'q', 0, NULL) \g /dev/null
SELECT etl.hear_consumer('consumer a 2', 'q', 7, interval '30 seconds') \g /dev/null
SELECT results_eq(
    'SELECT consumer, queue, heard_at, is_heard, unacknowledged, held_since FROM etl.consumer_states ORDER BY consumer',
    $$ VALUES
        ('consumer a 1', 'q', now(), true, 0::bigint, NULL::timestamptz),
        ('consumer a 2', 'q', now(), true, 7, now() - interval '30 seconds')
    $$,
    'what each says is kept'
);
SELECT is_empty('TABLE etl.problems', 'a batch has half a minute');

SELECT etl.hear_consumer('consumer a 2', 'q', 7, interval '31 seconds') \g /dev/null
SELECT results_eq(
    'SELECT problem FROM etl.problems',
    format(
        $$ VALUES ('consumer a 2 has committed none of 7 messages of queue q since %s') $$,
        pg_temp.utc(now() - interval '31 seconds')
    ),
    'one that commits nothing for longer is a problem'
);

UPDATE etl.consumers SET heard_at = now() - interval '31 seconds' WHERE consumer = 'consumer a 2';
SELECT is_empty('TABLE etl.problems', 'of one that is not heard of, among others, the database does not know whether it is there');
UPDATE etl.consumers SET heard_at = now() - interval '1 minute' WHERE consumer = 'consumer a 1';
SELECT results_eq(
    'SELECT problem FROM etl.problems',
    format(
        $$ VALUES ('no consumer of queue q has reached the database since %s') $$,
        pg_temp.utc(now() - interval '31 seconds')
    ),
    'when none is heard of, that is a problem, since the last was'
);

SELECT etl.hear_consumer('consumer a 1', 'r', 1, interval '0') \g /dev/null
SELECT results_eq(
    $$ SELECT queue, heard_at, unacknowledged, held_since FROM etl.consumer_states WHERE consumer = 'consumer a 1' $$,
    $$ VALUES ('r', now(), 1::bigint, now()) $$,
    'one that is heard of again says all anew'
);
SELECT etl.note_of_consumer('consumer a 1', 'it waits'), etl.note_of_consumer('consumer a 2', 'it waits') \g /dev/null
SELECT etl.hear_consumer('consumer a 1', NULL, NULL, NULL) \g /dev/null
SELECT results_eq('SELECT consumer FROM etl.consumers', $$ VALUES ('consumer a 2') $$, 'one that ends takes its row away');
SELECT results_eq('SELECT subject FROM etl.consumer_notes', $$ VALUES ('consumer a 2') $$, 'and what it noted of itself');
UPDATE etl.consumers SET heard_at = now() - interval '24 hours 1 second';
SELECT etl.hear_consumer('consumer a 3', 'q', 0, NULL) \g /dev/null
SELECT results_eq('SELECT consumer FROM etl.consumers', $$ VALUES ('consumer a 3') $$, 'what was not heard of for a day is forgotten');

SELECT * FROM finish();
ROLLBACK;
