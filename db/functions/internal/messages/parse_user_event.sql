CREATE OR REPLACE FUNCTION internal.parse_user_event(
    p_body    bytea,
    p_headers bytea,
    OUT original jsonb,
    OUT content  jsonb,
    OUT fault    text
)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $parse_user_event$
BEGIN
    SELECT parsed.content, parsed.fault
    INTO original, fault
    FROM internal.parse_json(p_body) AS parsed;
    IF fault IS NOT NULL THEN
        RETURN;
    END IF;

    BEGIN
        content := raw.adapt_user_event(original, internal.decode_headers(p_headers));
    EXCEPTION
        WHEN assert_failure OR OTHERS THEN
            fault := format('raw.adapt_user_event fails on it: %s', SQLERRM);
            RETURN;
    END;

    IF content = original THEN
        original := NULL;
    END IF;
    fault := CASE
        WHEN original IS NULL
            THEN internal.object_fault(content)
        WHEN jsonb_typeof(content) = 'object'
            THEN internal.bounds_fault(content)
        ELSE format('raw.adapt_user_event must return a JSON object, returns %s', coalesce(jsonb_typeof(content), 'nothing'))
    END;
    IF fault IS NOT NULL THEN
        content := NULL;
    END IF;
END;
$parse_user_event$;

COMMENT ON FUNCTION internal.parse_user_event(bytea, bytea) IS
    'Reads a message body by internal.parse_json and lets raw.adapt_user_event turn it, with the headers, into an event. Returns the event, and the original content if that differs; or the fault and no event.';
