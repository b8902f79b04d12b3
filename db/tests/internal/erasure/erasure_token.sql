-- internal.erasure_token(): tokens are in the tables for good, so they must be the same in every version of this function.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(2);

SELECT is(
    internal.erasure_token('\x00ff', 'Ça'),
    'erased-' || left(encode(sha256('\x00ffc38761'), 'hex'), 32),
    'the first half of a hash of the secret and the user_id in UTF-8'
);
SELECT is(internal.erasure_token('\x00ff', NULL), NULL, 'nobody has no token');

SELECT * FROM finish();
ROLLBACK;
