-- etl.run_loads(), etl.load_days() and etl.catch_up() in a session whose search_path leads elsewhere.
-- They commit, so nothing is rolled back here.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
SELECT plan(8);

CREATE SCHEMA hostile;
CREATE FUNCTION hostile.never(text, text) RETURNS boolean LANGUAGE sql RETURN false;
CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.never);
CREATE FUNCTION hostile.never(bigint, integer) RETURNS boolean LANGUAGE sql RETURN false;
CREATE OPERATOR hostile.= (LEFTARG = bigint, RIGHTARG = integer, FUNCTION = hostile.never);
CREATE FUNCTION hostile.always(date, date) RETURNS boolean LANGUAGE sql RETURN true;
CREATE OPERATOR hostile.> (LEFTARG = date, RIGHTARG = date, FUNCTION = hostile.always);
\setenv PGOPTIONS `echo "$PGOPTIONS -c search_path=hostile,pg_catalog"`

\set told `psql --no-psqlrc --quiet --command="CALL etl.run_loads('{users_dim, users_dim, user_events_daily}', '{2020-12-08, 2020-12-09, 2020-12-09}')" 2>&1`
SELECT matches(:'told'::text, 'INFO: +1/3 users_dim 2020-12-08: 0 rows written', 'the first load runs');
SELECT matches(:'told'::text, 'INFO: +2/3 users_dim 2020-12-09: 0 rows written', 'so does one after a commit');
SELECT matches(:'told'::text, 'INFO: +3/3 user_events_daily 2020-12-09: 1 row written$', 'and the last, without an error');
\set told `psql --no-psqlrc --quiet --command="CALL etl.run_loads('{user_events_daily}', '{2020-12-07}')" 2>&1`
SELECT is(:'told'::text, 'INFO:  1/1 user_events_daily 2020-12-07: 1 row written', 'one row is called one from the start');

\set told `psql --no-psqlrc --quiet --command="CALL etl.load_days('2020-12-08', '2020-12-08')" 2>&1`
SELECT is(:'told'::text, 'INFO:  1/1 user_events_daily 2020-12-08: 1 row written', 'a range of days is loaded');

\set path `psql --no-psqlrc --quiet --no-align --tuples-only --command="CALL etl.run_loads('{}', '{}')" --command='SHOW search_path'`
SELECT is(:'path'::text, 'hostile,pg_catalog', 'without a load, the session has its own path again');
\set path `psql --no-psqlrc --quiet --no-align --tuples-only --command="CALL etl.run_loads('{users_dim}', '{2020-12-08}')" --command='SHOW search_path' 2>/dev/null`
SELECT is(:'path'::text, 'hostile,pg_catalog', 'and after one');
\set path `psql --no-psqlrc --quiet --no-align --tuples-only --command="CALL etl.load_days('2020-12-08', '2020-12-08')" --command='CALL etl.catch_up()' --command='SHOW search_path'`
SELECT is(:'path'::text, 'hostile,pg_catalog', 'and after a call that finds nothing to load');

SELECT * FROM finish();
\ir ../fixtures/empty.sql
DROP SCHEMA hostile CASCADE;
