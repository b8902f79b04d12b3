CREATE OR REPLACE FUNCTION internal.parse_json(p_body bytea, OUT content jsonb, OUT fault text)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $parse_json$
DECLARE
    v_detail text;
BEGIN
    IF p_body IS NULL OR octet_length(p_body) = 0 THEN
        fault := 'body: empty';
        RETURN;
    END IF;

    IF octet_length(p_body) > internal.largest_body() THEN
        fault := 'body: larger than 256 KiB';
        RETURN;
    END IF;

    content := convert_from(
        CASE
            WHEN substr(p_body, 1, 3) = convert_to(E'\uFEFF', 'UTF8') -- a byte order mark
                THEN substr(p_body, 4)
            ELSE p_body
        END,
        'UTF8'
    )::jsonb;
    fault := internal.bounds_fault(content);
    IF fault IS NOT NULL THEN
        content := NULL;
    END IF;
EXCEPTION
    -- Bytes can fail the parser in many ways (22021, 22P02, 22P05, 22003, 54001, ...); none may stop a batch.
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
        fault := coalesce(
            'body: not JSON, but ' || internal.body_hint(p_body),
            left(concat_ws(': ',
                CASE
                    WHEN SQLSTATE = '22021'
                        THEN 'body: not UTF-8'
                    WHEN v_detail LIKE 'Expected end of input, but found %'
                        THEN 'body: not one JSON value: send each in a message of its own'
                    ELSE 'body: not JSON'
                END,
                SQLERRM, nullif(v_detail, '')), 500)
        );
END;
$parse_json$;

COMMENT ON FUNCTION internal.parse_json(bytea) IS
    'Reads one JSON value from UTF-8 bytes, also after a byte order mark; returns its content, or null and the fault. Bodies have at most 256 KiB and are within the bounds of internal.exceeds_bounds. Of a repeated key the last one counts.';
