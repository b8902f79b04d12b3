-- internal.user_event_fault(): what of an object is wrong first, in the order in which it is told.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(19);

CREATE FUNCTION pg_temp.fault(p_fields jsonb, p_is_token boolean DEFAULT false) RETURNS text LANGUAGE sql AS $$
    SELECT internal.user_event_fault(content, internal.parse_instant(content ->> 'received_at'), '2020-12-08 00:00Z', p_is_token, '2020-12-09 00:00Z')
    FROM (SELECT jsonb '{"id": "a", "event_type": "User Created", "received_at": "2020-12-08 00:00"}' || p_fields) AS event (content)
$$;

SELECT is(pg_temp.fault(fields), fault, format('%s: %s', coalesce(fault, 'good'), fields))
FROM (VALUES
    ('{"plan_name": null, "size": 1}'::jsonb, NULL),
    ('{"id": " ", "event_type": "none"}', 'id: blank'),
    ('{"event_type": "none", "received_at": "now"}', 'event_type: unknown: "none", must be ' || :'types'),
    ('{"event_type": 1}', 'event_type: unknown: 1, must be ' || :'types'),
    ('{"event_type": null}', 'event_type: must be a string, is of type null'),
    ('{"event_type": "user.created"}', 'event_type: unknown: "user.created", must be User Created'),
    ('{"event_type": "UPDATE"}', 'event_type: unknown: "UPDATE", must be User Updated'),
    ('{"event_type": "USER_DELETED"}', 'event_type: unknown: "USER_DELETED", must be User Deleted'),
    ('{"received_at": "now", "username": 1}', 'received_at: no ISO 8601 date and time: "now"'),
    ('{"received_at": "2020-12-07 23:59:59.999999", "username": 1}',
        'received_at: of a day that was removed from raw: 2020-12-07 23:59:59.999999'),
    ('{"received_at": "2020-12-09 00:00"}', NULL),
    ('{"received_at": "2020-12-09 00:00:00.000001", "username": 1}',
        'received_at: too far in the future: "2020-12-09 00:00:00.000001" (a wrong clock or unit, or local time sent as UTC?)'),
    ('{"sequence": null}', NULL),
    ('{"sequence": "12"}', NULL),
    ('{"sequence": "twelve", "username": 1}', 'sequence: must be a whole number of 64 bits, is "twelve"'),
    ('{"username": 1, "plan_name": 1}', 'username: must be a string or null, is of type number')
) AS object_case (fields, fault);
SELECT is(
    pg_temp.fault(jsonb_build_object('received_at', rpad('2020-12-07 10:00:00.', 200, '0'))),
    'received_at: of a day that was removed from raw: ' || rpad('2020-12-07 10:00:00.', 100, '0'),
    'what came is told up to 100 characters'
);
SELECT is(
    pg_temp.fault(jsonb_build_object('sequence', repeat('x', 200))), 'sequence: must be a whole number of 64 bits, is "' || repeat('x', 99),
    'of a sequence as well'
);
SELECT is(pg_temp.fault('{"event_type": "none"}', true), 'id: stands for an erased user', 'a token is no id');

SELECT * FROM finish();
ROLLBACK;
