-- internal.blank_to_null(): what is blank says nothing.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(13);

SELECT is(internal.blank_to_null(input), expected, description)
FROM (VALUES
    (NULL,            NULL,   'null stays null'),
    ('',              NULL,   'empty text becomes null'),
    ('  ',            NULL,   'spaces become null'),
    (E' \t\r\n\f ',  NULL,   'any white space becomes null'),
    (' v',            ' v',   'a letter after white space is text'),
    ('a',             'a',    'text stays'),
    (' a ',           ' a ',  'text keeps the white space around it'),
    (E'\n.',          E'\n.', 'one visible character is enough'),
    ('0',             '0',    'zero is text'),
    ('é',             'é',    'a letter beyond ASCII is text'),
    (E'\u00A0a',      E'\u00A0a', 'text keeps Unicode white space around it')
) AS text_case (input, expected, description);

-- Every character of the basic plane.
SELECT is(
    string_agg(to_hex(code), ' ' ORDER BY code),
    '9 a b c d 20 85 a0 1680 2000 2001 2002 2003 2004 2005 2006 2007 2008 2009 200a 200b 2028 2029 202f 205f 2060 3000 feff',
    'blank are Unicode white space and three characters without a width'
)
FROM generate_series(1, 65535) AS code
WHERE code NOT BETWEEN 55296 AND 57343
  AND internal.blank_to_null(chr(code)) IS NULL;
SELECT is(internal.blank_to_null(E'\uFEFF\u3000 \u200B'), NULL, 'several of them are blank as well');

SELECT * FROM finish();
ROLLBACK;
