-- internal.bounds_fault(), internal.exceeds_bounds(): within the bounds every reader of a value takes one pass.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(32);

CREATE FUNCTION pg_temp.fault(p_value text) RETURNS text LANGUAGE sql AS $$
    SELECT internal.bounds_fault(format('{"a": "1e131071", "b": %s, "c": null}', p_value)::jsonb)
$$;
CREATE FUNCTION pg_temp.nested(p_depth int, p_value text) RETURNS text LANGUAGE sql AS $$
    SELECT repeat('[', p_depth) || p_value || repeat(']', p_depth)
$$;

SELECT is(pg_temp.fault(value), NULL, format('within the bounds: %s', left(value, 40)))
FROM unnest(ARRAY[
    'null', '"1e131071"', 'true', '0', '-1.5', '1.7976931348623157e308', '4.9406564584124654e-324', '-1e399', '1e-400', '0e-400',
    repeat('9', 400), '0.' || repeat('9', 400), repeat('9', 400) || '.' || repeat('9', 400), '[]', '{"a": [1, {"b": 2}]}',
    pg_temp.nested(63, '1')
]) AS value;
SELECT is(
    pg_temp.fault(value), 'b: a number of more than 400 digits before or after the point',
    format('too long: %s', left(value, 40))
)
FROM unnest(ARRAY[
    '1e400', '-1e400', '1e131071', '1e-401', '0e-401', '0e-16383', '1' || repeat('0', 400), '[1, {"b": [1e131071]}]'
]) AS value;
SELECT is(
    pg_temp.fault(pg_temp.nested(64, '"x"')), 'b: nested deeper than 64 levels', 'too deep'
);
SELECT is(
    internal.bounds_fault(jsonb_build_object(repeat('x', 1000), 1e400)),
    repeat('x', 100) || ': a number of more than 400 digits before or after the point',
    'a field is named by the beginning of its name'
);
SELECT matches(internal.bounds_fault('{"b": 1e400, "a": 1e400}'), '^[ab]: a number', 'of several faults one is named');
SELECT is(internal.bounds_fault('{}'), NULL, 'nothing is within the bounds');
SELECT is(internal.bounds_fault('[1]'), NULL, 'an array may be');
SELECT is(
    internal.bounds_fault('[1e400]'), 'body: a number of more than 400 digits before or after the point', 'or beyond'
);
SELECT is(internal.bounds_fault(pg_temp.nested(64, '1')::jsonb), NULL, 'and nested 64 levels deep');
SELECT is(internal.bounds_fault(pg_temp.nested(65, '1')::jsonb), 'body: nested deeper than 64 levels', 'and no deeper');

SELECT * FROM finish();
ROLLBACK;
