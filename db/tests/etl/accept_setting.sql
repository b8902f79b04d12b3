-- etl.accept_setting(): what is right on a platform is no problem; driver/tests/test_faults.py has a server with such settings.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(6);

CREATE TEMP VIEW accepted AS
SELECT setting, value, reason, accepted_at, accepted_by = session_user AS is_by_us FROM etl.accepted_settings;
PREPARE accept (text, text, text) AS SELECT etl.accept_setting($1, $2, $3);
SELECT throws_ok($$ EXECUTE accept ('work_mem', 'off', 'why') $$, '22023', 'no setting work_mem = off is a problem', 'no other setting');
SELECT throws_ok($$ EXECUTE accept ('fsync', 'on', 'why') $$, '22023', 'no setting fsync = on is a problem', 'no value that is none');
SELECT throws_ok($$ EXECUTE accept (NULL, NULL, 'why') $$, '22023', 'no setting null = null is a problem', 'nothing');
SELECT throws_ok($$ EXECUTE accept ('fsync', 'off', ' ') $$, '22023', 'the reason must not be empty', 'not without a reason');

EXECUTE accept ('fsync', 'off', 'first');
SELECT results_eq(
    'TABLE accepted', $$ VALUES ('fsync', 'off', 'first', now(), true) $$, 'it is kept who accepted it, and why'
);
UPDATE etl.accepted_settings SET accepted_at = '2020-12-08', accepted_by = 'nobody';
EXECUTE accept ('fsync', 'off', 'second');
SELECT results_eq(
    'TABLE accepted', $$ VALUES ('fsync', 'off', 'second', now(), true) $$, 'the last reason counts'
);

SELECT * FROM finish();
ROLLBACK;
