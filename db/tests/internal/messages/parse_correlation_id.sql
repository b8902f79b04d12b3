-- internal.parse_correlation_id(): import/<id>/<position>, or nothing; never an error.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(17);

SELECT row_eq(
    format($$ SELECT * FROM internal.parse_correlation_id(%L) $$, input),
    row(import_id, message_position),
    format('%s is a position of an import', input)
)
FROM (VALUES
    ('import/0a1b2c3d-0000-4000-8000-00000000000f/1', '0a1b2c3d-0000-4000-8000-00000000000f', 1::bigint),
    ('import/a/100000', 'a', 100000),
    ('import/' || repeat('a', 246) || '/1', repeat('a', 246), 1),
    ('import/a/999999999999999999', 'a', 999999999999999999)
) AS correlation (input, import_id, message_position);

SELECT row_eq(
    format($$ SELECT * FROM internal.parse_correlation_id(%L) $$, input),
    row(NULL::text, NULL::bigint),
    format('%s is none', left(quote_nullable(input), 50))
)
FROM (VALUES
    (NULL), (''), ('42'), ('import'), ('import//'),
    ('import/a'),
    ('import/a/'),
    ('import/a/-1'),
    ('import/a/1.5'),
    ('import/a/b/1'),
    ('import/a/1000000000000000000'),
    ('ximport/a/1'),
    ('import/' || repeat('a', 247) || '/1')
) AS correlation (input);

SELECT * FROM finish();
ROLLBACK;
