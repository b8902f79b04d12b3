-- internal.mentions_user(): is a rejected body about a user?
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(32);

CREATE FUNCTION pg_temp.mentions(p_body text) RETURNS boolean LANGUAGE sql AS $$
    SELECT internal.mentions_user(
        convert_to(p_body, 'UTF8'), NULL, '42', ARRAY['her@slough.example', '@'], ARRAY['Herschel', 'Ça "va"'])
$$;

SELECT is(pg_temp.mentions(body), mentions, format('%s: %s', CASE WHEN mentions THEN 'yes' ELSE 'no' END, body))
FROM (VALUES
    ('{"id": "42"}', true),
    ('{"id": 42}', true),
    ('{"id": "42", ', true),
    ('{"id": "42", "x": 1e400}', true),
    ('{"id": "4242"}', false),
    ('{"id": "43", "username": "Herschel", "user_email": "her@slough.example"}', false),
    ('{"username": "Herschel"}', true),
    ('{"id": " ", "username": "Herschel"}', true),
    ('{"username": "Herschel the Great"}', false),
    ('{"note": "ask her@slough.example"}', true),
    ('{"note": "her\u0040slough.example, for one"}', true),
    ('{"user_email": "her@slough.example', true),
    ('{"user_email": "he@slough.example"}', false),
    ('{"username": "\u00c7a \"va\""}', true),
    ('{"username": "Ça \"va\"", ', true),
    ('her@slough.example wrote', true),
    ('"Herschel', false),
    ('null', false),
    ('', false)
) AS example (body, mentions);
SELECT ok(
    internal.mentions_user('"\\u00c7a"', NULL, '42', '{}', ARRAY['Ça']), 'yes: a body that is the name alone, however it spells it'
);
SELECT is(
    internal.mentions_user(convert_to(rpad('{"username": "\u0041nn"}', length), 'UTF8'), NULL, '42', '{}', ARRAY['Ann']), mentions,
    format('%s: a name in escapes in %s bytes', CASE WHEN mentions THEN 'yes' ELSE 'no' END, length)
)
FROM (VALUES (262144, true), (262145, false)) AS example (length, mentions);
SELECT ok(
    NOT internal.mentions_user('{"note": "x"}', NULL, '42', ARRAY[NULL], ARRAY[NULL]), 'no: a user without name and e-mail'
);

-- Its headers, in which h is a text.
CREATE FUNCTION pg_temp.mentions(p_body text, p_header text) RETURNS boolean LANGUAGE sql AS $$
    SELECT internal.mentions_user(
        convert_to(p_body, 'UTF8'), '\x016853'::bytea || int4send(octet_length(p_header)) || convert_to(p_header, 'UTF8'),
        '42', ARRAY['her@slough.example', '@'], ARRAY['Herschel']
    )
$$;
SELECT is(
    pg_temp.mentions(body, header), mentions,
    format('%s: %s with the header %s', CASE WHEN mentions THEN 'yes' ELSE 'no' END, body, header)
)
FROM (VALUES
    ('{}', '42', true),
    ('broken', '42', true),
    ('{"note": "x"}', 'Herschel', true),
    ('', 'from her@slough.example', true),
    ('{}', '43', false),
    ('{"id": "43"}', 'Herschel', false)
) AS example (body, header, mentions);

CREATE OR REPLACE FUNCTION raw.adapt_user_event(p_content jsonb, p_headers jsonb) RETURNS jsonb LANGUAGE sql
    RETURN jsonb_build_object('id', coalesce(p_headers ->> 'h', p_content ->> 'ID'));
SELECT ok(pg_temp.mentions('{"ID": 42}'), 'yes: by the id that raw.adapt_user_event makes');
SELECT ok(pg_temp.mentions('{"id": 43}', '42'), 'yes: also of the headers');
SELECT ok(NOT pg_temp.mentions('{"ID": 43, "username": "Herschel"}'), 'no: by that it is somebody else''s');

SELECT * FROM finish();
ROLLBACK;
