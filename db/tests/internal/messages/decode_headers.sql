-- internal.decode_headers(), internal.decode_float(): a field table of AMQP 0-9-1 as JSON, whatever the bytes.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(66);

CREATE FUNCTION pg_temp.sized(p_bytes bytea) RETURNS bytea LANGUAGE sql
    RETURN int4send(octet_length(p_bytes)) || p_bytes;
-- A field of the name k.
CREATE FUNCTION pg_temp.field(p_type text, p_bytes bytea) RETURNS bytea LANGUAGE sql
    RETURN '\x016b'::bytea || convert_to(p_type, 'UTF8') || p_bytes;

SELECT is(
    internal.decode_headers(pg_temp.field(type, bytes)), format('{"k": %s}', value)::jsonb, format('%s %s is %s', type, bytes, value)
)
FROM (VALUES
    ('t', '\x00'::bytea,         'false'),
    ('t', '\x01',                'true'),
    ('t', '\xff',                'true'),
    ('b', '\x7f',                '127'),
    ('b', '\x80',                '-128'),
    ('b', '\xff',                '-1'),
    ('B', '\xff',                '255'),
    ('s', '\x7fff',              '32767'),
    ('s', '\x8000',              '-32768'),
    ('u', '\xffff',              '65535'),
    ('I', '\x7fffffff',          '2147483647'),
    ('I', '\x80000000',          '-2147483648'),
    ('i', '\xffffffff',          '4294967295'),
    ('l', '\x7fffffffffffffff',  '9223372036854775807'),
    ('l', '\x8000000000000000',  '-9223372036854775808'),
    ('L', '\x0000000000000007',  '7'),
    ('T', '\x000000005fcfda34',  '1607457332'),
    ('T', '\xffffffffffffffff',  '-1'),
    ('D', '\x02ffffff85',        '-1.23'),
    ('D', '\x0000000007',        '7'),
    ('D', '\xff00000001',        '1e-255'),
    ('f', float4send(1.5),       '1.5'),
    ('f', float4send(-0.1),      '-0.1'),
    ('f', float4send('1.4e-45'), '1e-45'),
    ('f', float4send('3.4028235e38'), '3.4028235e38'),
    ('f', float4send(0),         '0'),
    ('f', float4send('NaN'),     'null'),
    ('f', float4send('-Infinity'), 'null'),
    ('d', float8send(0.1),       '0.1'),
    ('d', float8send(-1e300),    '-1e300'),
    ('d', float8send('1.7976931348623157e308'), '1.7976931348623157e308'),
    ('d', float8send('2.2250738585072014e-308'), '2.2250738585072014e-308'),
    ('d', float8send('5e-324'),  '5e-324'),
    ('d', float8send(0),         '0'),
    ('d', float8send('NaN'),     'null'),
    ('d', float8send('Infinity'), 'null'),
    ('V', '',                    'null'),
    ('S', pg_temp.sized(''),     '""'),
    ('S', pg_temp.sized(convert_to('é "x" \u0000', 'UTF8')), '"é \"x\" \\u0000"'),
    ('S', pg_temp.sized('\xff'), 'null'),
    ('S', pg_temp.sized('\x00'), 'null'),
    ('x', pg_temp.sized('\x00ff'), '"00ff"'),
    ('A', pg_temp.sized(''),     '[]'),
    ('A', pg_temp.sized('\x5642077401'), '[null, 7, true]'),
    ('F', pg_temp.sized(''),     '{}'),
    ('F', pg_temp.sized(pg_temp.field('B', '\x01')), '{"k": 1}'),
    ('A', pg_temp.sized('\x41' || pg_temp.sized('\x46' || pg_temp.sized(pg_temp.field('V', ''))) || '\x4201'), '[[{"k": null}], 1]')
) AS example (type, bytes, value);

SELECT is(internal.decode_headers(''), '{}', 'an empty table');
SELECT is(internal.decode_headers(NULL), NULL, 'none');
SELECT is(
    internal.decode_headers(pg_temp.field('B', '\x01') || pg_temp.field('B', '\x02') || '\x0041' || pg_temp.sized('') || '\x0161740174'),
    '{"k": 2, "": [], "a": true}', 'of a name that comes twice the last counts, a name may be empty, and what is cut off is left out'
);
SELECT is(
    internal.decode_headers(pg_temp.field('V', '') || bytes), '{"k": null}', format('nothing comes after what cannot be read: %s', bytes)
)
FROM unnest(ARRAY[
    '\x02', '\x0161', '\x01615a', '\x0161ff', '\x016100', '\x01ff56', '\x01615300000001', '\x016153ffffffff', '\x01616c00'
]::bytea[]) AS bytes;
SELECT is(
    internal.decode_headers(pg_temp.field('A', pg_temp.sized('\x53000000ff') || '\xff')), '{"k": []}',
    'a value that is longer than the array it is in'
);
SELECT is(
    internal.decode_headers(pg_temp.field('F', pg_temp.sized(pg_temp.field('A', pg_temp.sized('\x5a'))))), '{"k": {"k": []}}',
    'what is open is closed'
);

CREATE FUNCTION pg_temp.nested(p_depth integer) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    v_bytes bytea := '';
BEGIN
    FOR v_depth IN 1 .. p_depth LOOP
        v_bytes := '\x46'::bytea || pg_temp.sized('\x0161'::bytea || v_bytes);
        v_bytes := CASE WHEN v_depth = 1 THEN '\x4600000000' ELSE v_bytes END;
    END LOOP;
    RETURN '\x0161'::bytea || v_bytes || '\x01625602';
END;
$$;
SELECT is(
    internal.decode_headers(pg_temp.nested(31)) #> array_fill('a'::text, ARRAY[31]), '{}', 'nested 32 levels deep, itself included'
);
SELECT is(
    internal.decode_headers(pg_temp.nested(32)) #> array_fill('a'::text, ARRAY[32]), 'null', 'and deeper, which is left out'
);
SELECT is(internal.decode_headers(pg_temp.nested(2000)) -> 'b', 'null', 'what comes after it is read');

-- 128 KiB, as much as RabbitMQ lets through.
SELECT is((SELECT count(*) FROM jsonb_object_keys(internal.decode_headers(decode(repeat('0056', 65000), 'hex')))), 1::bigint, 'many');

SET LOCAL extra_float_digits = 0;
SELECT is(internal.decode_headers(pg_temp.field('d', float8send(0.1::float8 + 0.2::float8))), '{"k": 0.30000000000000004}', 'no digit is lost');

SELECT * FROM finish();
ROLLBACK;
