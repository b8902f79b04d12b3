-- internal.code_words(): comments and layout go, all else stays.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(12);

SELECT is(internal.code_words(code), words, description)
FROM (VALUES
    (E'SELECT  a,\n\tb', 'SELECT a , b', 'layout goes'),
    ('f( a )-b', 'f ( a ) - b', 'also where there is none'),
    (E'a -- it''s "b\n, c', 'a , c', 'a comment goes, whatever is in it'),
    (E'a /* it''s -- "b" * / \n **/ , c', 'a , c', 'of either kind'),
    ($$ ' -- a  /* ' $$, $$' -- a  /* '$$, 'a string stays as it is'),
    ($$ 'it''s -- a' -- b$$, $$'it''s -- a'$$, 'with a quote in it'),
    ($$ E'it\'s -- a' || e'\\' -- b$$, $$E'it\'s -- a' | | e'\\'$$, 'with an escaped quote in it'),
    ($$ date'\' -- a$$, $$date '\'$$, 'a backslash is none in other strings'),
    ($$ "a  -- b" -- c$$, '"a  -- b"', 'a quoted name'),
    ('$$ -- a $$ $b$ /* b */ $b$ -- c', '$$ -- a $$ $b$ /* b */ $b$', 'a string between dollars'),
    ('a$1 -- $$ b', 'a $ 1', 'a dollar elsewhere begins none'),
    ('', NULL, 'of nothing comes nothing')
) AS example (code, words, description);

SELECT * FROM finish();
ROLLBACK;
