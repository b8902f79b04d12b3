CREATE OR REPLACE FUNCTION internal.code_words(p_code text)
    RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $code_words$
DECLARE
    -- A string, with or without escapes, a quoted name, a string between $tag$; a comment of either kind; a word;
    -- white space; any other character. At each place the longest one counts, so nothing is found inside another.
    c_token CONSTANT text := $re$('(?:[^']|'')*'|[eE]'(?:[^'\\]|\\.|'')*'|"[^"]*"|\$(\w*)\$[^$]*\$\2\$|--[^\n]*|/\*(?:[^*]|\*+[^*/])*\*+/|\w+|\s+|.)$re$;
BEGIN
    RETURN (
        SELECT string_agg(token[1], ' ' ORDER BY number) -- equivalent: they come in this order, which nobody promises
        FROM regexp_matches(p_code, c_token, 'g') WITH ORDINALITY AS found (token, number)
        WHERE token[1] !~ '^(--|/[*]|\s)'
    );
END;
$code_words$;

COMMENT ON FUNCTION internal.code_words(text) IS
    'SQL without comments and layout: its words, strings and other characters with one space between them. Strings stay as they are, but one in dollar quotes that holds a dollar is taken for code, and so is a comment within a comment.';
