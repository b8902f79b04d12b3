-- internal.mentions_user(): is a rejected body about a user?
BEGIN;
SELECT plan(22);

CREATE FUNCTION pg_temp.mentions(p_body text) RETURNS boolean LANGUAGE sql AS $$
    SELECT internal.mentions_user(
        convert_to(p_body, 'UTF8'), '42', ARRAY['her@slough.example', '@'], ARRAY['Herschel', 'Ça "va"'])
$$;

SELECT is(pg_temp.mentions(body), mentions, format('%s: %s', CASE WHEN mentions THEN 'yes' ELSE 'no' END, body))
FROM (VALUES
    ('{"id": "42"}', true),
    ('{"id": 42}', true),
    ('{"id": "42", ', true),
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
    internal.mentions_user('"\\u00c7a"', '42', '{}', ARRAY['Ça']), 'yes: a body that is the name alone, however it spells it'
);
SELECT is(
    internal.mentions_user(convert_to(rpad('{"username": "\u0041nn"}', length), 'UTF8'), '42', '{}', ARRAY['Ann']), mentions,
    format('%s: a name in escapes in %s bytes', CASE WHEN mentions THEN 'yes' ELSE 'no' END, length)
)
FROM (VALUES (262144, true), (262145, false)) AS example (length, mentions);
SELECT ok(
    NOT internal.mentions_user('{"note": "x"}', '42', ARRAY[NULL], ARRAY[NULL]), 'no: a user without name and e-mail'
);

SELECT * FROM finish();
ROLLBACK;
