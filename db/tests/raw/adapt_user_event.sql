-- raw.adapt_user_event(): a function of the user's own between a message and an event.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(31);

\set event '''{"id": "anna", "event_type": "User Created", "received_at": "2020-12-08 10:00:00"}'''

CREATE FUNCTION pg_temp.ingest(VARIADIC p_bodies text[]) RETURNS text LANGUAGE sql AS $$
    SELECT raw.ingest_user_events(ARRAY(SELECT convert_to(body, 'UTF8') FROM unnest(p_bodies) AS body), NULL)::text
$$;
CREATE FUNCTION pg_temp.text_header(p_name text, p_value text) RETURNS bytea LANGUAGE sql
    RETURN decode(lpad(to_hex(length(p_name)), 2, '0'), 'hex') || convert_to(p_name || 'S', 'UTF8')
        || int4send(octet_length(p_value)) || convert_to(p_value, 'UTF8');
-- The body of the function, as somebody who replaces it would write it.
CREATE FUNCTION pg_temp.adapt(p_body text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE OR REPLACE FUNCTION raw.adapt_user_event(p_content jsonb, p_headers jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS %L',
        'BEGIN ' || p_body || ' END'
    );
END;
$$;

SELECT is(raw.adapt_user_event(content, '{"a": 1}'), content, 'as delivered it changes nothing')
FROM unnest(ARRAY['{"id": 1}', '[1]', 'null']::jsonb[]) AS content;
CREATE FUNCTION pg_temp.plan(OUT line text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    FOR line IN
        EXPLAIN (VERBOSE, COSTS OFF)
        SELECT raw.adapt_user_event(message.original, internal.decode_headers(message.headers))
        FROM unnest('{}'::jsonb[], '{}'::bytea[]) AS message (original, headers)
    LOOP
        RETURN NEXT;
    END LOOP;
END;
$$;
SELECT is_empty(
    $$ SELECT line FROM pg_temp.plan() WHERE line ~ 'adapt_user_event|decode_headers' $$,
    'and is inlined, with the headers not decoded'
);

-- What is asked of a function that was replaced.
SELECT is(pg_temp.ingest(:event), '(1,1,0,0)', 'an event comes in');
SELECT pg_temp.adapt($$
    RETURN CASE
        WHEN p_content ? 'ID' THEN jsonb_build_object(
            'id', p_content ->> 'ID', 'event_type', 'User Created', 'received_at', '2020-12-08T10:00:00Z', 'place', p_headers -> 'place'
        )
        ELSE p_content
    END;
$$) \g /dev/null
SELECT is(pg_temp.ingest(:event), '(1,0,1,0)', 'what it leaves alone is the event that it was');
SELECT is(pg_temp.ingest('{"ID": 1}', :event, '{"ID": 2}'), '(3,2,1,0)', 'what it makes is an event, from the next ingest on');
SELECT is(
    result::text, '(2,2,0,0)', 'it has the headers of each message'
)
FROM raw.ingest_user_events(
    ARRAY['{"ID": 3}', '{"ID": 4}']::bytea[], NULL, p_headers => ARRAY[pg_temp.text_header('place', 'here'), NULL]
) AS result;
SELECT results_eq(
    $$ SELECT user_id COLLATE "default", extra FROM raw.user_events WHERE user_id IN ('3', '4') ORDER BY 1 $$,
    $$ VALUES ('3', '{"place": "here"}'::jsonb), ('4', '{"place": null}') $$, 'and no other''s'
);
SELECT results_eq(
    $$ SELECT event_key FROM raw.user_events WHERE user_id = '1' $$,
    $$ SELECT internal.content_key(NULL, '{"ID": 1}User Created') $$, 'the key is that of the content as it came'
);
SELECT pg_temp.adapt($$
    RETURN jsonb_build_object(
        'id', p_content ->> 'ID', 'event_type', 'User Created', 'received_at', '2020-12-08T10:00:00Z', 'version', 2
    );
$$) \g /dev/null
SELECT is(pg_temp.ingest('{"ID": 1}'), '(1,0,1,0)', 'so a message that is delivered again is a duplicate under another function');
SELECT is(pg_temp.ingest('{"ID": 9e999}'), '(1,0,0,1)', 'what is beyond the bounds does not reach it');
SELECT is((SELECT reason FROM raw.rejected_user_events), 'ID: a number of more than 400 digits before or after the point', 'and says so');

-- A message that it cannot turn into an event is alone in quarantine.
CREATE TEMP TABLE failing AS
SELECT *
FROM (VALUES
    (1, 'RETURN 1 / 0;',                               'raw.adapt_user_event fails on it: division by zero'),
    (2, 'RAISE EXCEPTION ''no tenant'';',              'raw.adapt_user_event fails on it: no tenant'),
    (3, 'ASSERT false, ''so it is'';',                 'raw.adapt_user_event fails on it: so it is'),
    (4, 'RETURN NULL;',                                'raw.adapt_user_event must return a JSON object, returns nothing'),
    (5, 'RETURN ''[1]'';',                             'raw.adapt_user_event must return a JSON object, returns array'),
    (6, 'RETURN ''null'';',                            'raw.adapt_user_event must return a JSON object, returns null'),
    (7, 'RETURN p_content || jsonb ''{"n": 1e400}'';', 'n: a number of more than 400 digits before or after the point')
) AS example (n, action, reason);
SELECT is(
    (
        SELECT string_agg(result, ' ')
        FROM (
            SELECT pg_temp.adapt(format('IF p_content ? ''bad'' THEN %s END IF; RETURN p_content;', failing.action))::text
            UNION ALL
            SELECT pg_temp.ingest(
                format('{"id": "before", "event_type": "User Created", "received_at": "2020-12-08 10:00:%s"}', 10 + n),
                format('{"id": "bad", "bad": %s, "event_type": "User Created", "received_at": "2020-12-08 10:00:00"}', n),
                format('{"id": "after", "event_type": "User Created", "received_at": "2020-12-08 10:00:%s"}', 10 + n)
            )
        ) AS step (result)
    ),
    ' (3,2,0,1)', 'its neighbours land: ' || reason
)
FROM failing;
SELECT results_eq(
    $$ SELECT reason FROM raw.rejected_user_events WHERE convert_from(body, 'UTF8') ~ '"bad":' ORDER BY event_sk $$,
    'SELECT reason FROM failing ORDER BY n', 'each with its reason'
);
SELECT pg_temp.adapt('RETURN jsonb ''{"id": "x"}'';') \g /dev/null
SELECT is(
    pg_temp.ingest('{"id": "y", "event_type": "User Created", "received_at": "2020-12-08 10:00:00"}'), '(1,0,0,1)',
    'what it makes is judged, not what came'
);

-- Its own headers make a message another one.
DELETE FROM raw.rejected_user_events;
SELECT pg_temp.adapt('RETURN p_content;') \g /dev/null
SELECT is(result::text, '(4,0,1,3)', 'messages of the same body and id with other headers are others')
FROM raw.ingest_user_events(
    array_fill('{"ID": 5}'::bytea, ARRAY[4]), array_fill('m'::text, ARRAY[4]), p_headers => ARRAY[
        NULL, pg_temp.text_header('type', 'made'), pg_temp.text_header('type', 'gone'), pg_temp.text_header('type', 'gone')
    ]
) AS result;
SELECT results_eq(
    $$ SELECT internal.decode_headers(headers) FROM raw.rejected_user_events ORDER BY event_sk $$,
    $$ VALUES (NULL::jsonb), ('{"type": "made"}'), ('{"type": "gone"}') $$, 'which quarantine keeps'
);

-- A replay does the same.
SELECT pg_temp.adapt($$
    RETURN jsonb_build_object(
        'id', p_content ->> 'ID', 'received_at', '2020-12-08T10:00:00Z',
        'event_type', CASE p_headers ->> 'type' WHEN 'made' THEN 'User Created' WHEN 'gone' THEN 'User Deleted' END
    );
$$) \g /dev/null
SELECT is(raw.replay_rejected_user_events()::text, '(3,2,0,1)', 'a replay applies it, with the headers');
SELECT results_eq(
    $$ SELECT event_type FROM raw.user_events WHERE user_id = '5' ORDER BY event_sk $$,
    ARRAY['User Created', 'User Deleted'], 'two messages that differ in their headers are two events'
);
SELECT results_eq(
    'SELECT reason, headers FROM raw.rejected_user_events',
    $$ VALUES ('event_type: must be a string, is of type null', NULL::bytea) $$, 'the one without headers stays'
);
SELECT is(result::text, '(1,0,1,0)', 'and none of them comes again')
FROM raw.ingest_user_events(ARRAY['{"ID": 5}']::bytea[], ARRAY['m'], p_headers => ARRAY[pg_temp.text_header('type', 'gone')]) AS result;

-- The headers of an erased user go with the body, also of what comes later.
DELETE FROM raw.rejected_user_events;
SELECT raw.ingest_user_events(
    ARRAY['{}', '{}']::bytea[], NULL, p_headers => ARRAY[pg_temp.text_header('who', '5'), pg_temp.text_header('who', '6')]
) \g /dev/null
SELECT crm.erase_user('5') \g /dev/null
SELECT raw.ingest_user_events(ARRAY['{"ID": 5}']::bytea[], NULL, p_headers => ARRAY[pg_temp.text_header('who', '5')]) \g /dev/null
SELECT results_eq(
    $$
        SELECT octet_length(body), internal.decode_headers(headers), reason = 'erased'
        FROM raw.rejected_user_events
        ORDER BY event_sk
    $$,
    $$ VALUES (0, NULL::jsonb, true), (2, '{"who": "6"}', false), (0, NULL, true) $$, 'erased with the body'
);

SELECT throws_ok(
    $$ SELECT raw.ingest_user_events('{a,b}', NULL, p_headers => ARRAY[NULL]::bytea[]) $$, '22023',
    'p_bodies must not be null, and the other arrays must have its length', 'refuses too few headers'
);
SELECT is_empty(
    $$
        SELECT load_name
        FROM etl.loads
        WHERE internal.rules_of(coalesce(decided_by, load_function))::text ~ 'adapt_user_event'
    $$,
    'it is no rule of a load: a day does not become stale when it changes'
);

SELECT * FROM finish();
ROLLBACK;
