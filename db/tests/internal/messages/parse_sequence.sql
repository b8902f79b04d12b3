-- internal.parse_sequence(): whole numbers of 64 bits, as numbers or as digits in a string.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(17);

SELECT is(internal.parse_sequence(content), sequence, content::text)
FROM (VALUES
    ('{}'::jsonb, NULL),
    ('{"sequence": null}', NULL),
    ('{"sequence": 17}', 17::bigint),
    ('{"sequence": "17"}', 17),
    ('{"sequence": -1}', -1),
    ('{"sequence": 2.0}', 2),
    ('{"sequence": 1e3}', 1000),
    ('{"sequence": 9223372036854775807}', 9223372036854775807),
    ('{"sequence": "-9223372036854775808"}', '-9223372036854775808'),
    ('{"sequence": 9223372036854775808}', NULL),
    ('{"sequence": -9223372036854775809}', NULL),
    ('{"sequence": "9223372036854775808"}', NULL),
    ('{"sequence": "-9223372036854775809"}', NULL),
    ('{"sequence": 1.5}', NULL),
    ('{"sequence": " 1"}', NULL),
    ('{"sequence": [1]}', NULL),
    ('{"sequence": true}', NULL)
) AS field (content, sequence);

SELECT * FROM finish();
ROLLBACK;
