-- internal.blank_to_null(): what is empty or white space only says nothing.
BEGIN;
SELECT plan(8);

SELECT is(internal.blank_to_null(input), expected, description)
FROM (VALUES
    (NULL,            NULL,   'null stays null'),
    ('',              NULL,   'empty text becomes null'),
    ('  ',            NULL,   'spaces become null'),
    (E' \t\r\n\v\f ', NULL,   'any white space becomes null'),
    ('a',             'a',    'text stays'),
    (' a ',           ' a ',  'text keeps the white space around it'),
    (E'\n.',          E'\n.', 'one visible character is enough'),
    ('0',             '0',    'zero is text')
) AS text_case (input, expected, description);

SELECT * FROM finish();
ROLLBACK;
