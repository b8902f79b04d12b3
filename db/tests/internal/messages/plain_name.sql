-- internal.plain_name(): names that are meant for the same are equal.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(2);

SELECT is(internal.plain_name(name), 'receivedat2', name)
FROM unnest('{received_at2,"@Received-At 2"}'::text[]) AS name;

SELECT * FROM finish();
ROLLBACK;
