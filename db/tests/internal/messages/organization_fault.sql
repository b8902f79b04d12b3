-- internal.organization_fault(): what of an object is wrong first, of key, name and time.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(13);

SELECT is(
    internal.organization_fault(
        content, internal.parse_instant(content ->> 'created_at'), internal.parse_instant(content ->> 'updated_at'), '2020-12-31 10:00Z'
    ), fault,
    format('%s: %s', coalesce(fault, 'good'), content)
)
FROM (VALUES
    ('{"organization_key": "a"}'::jsonb, NULL),
    ('{"organization_key": "a", "organization_name": null, "created_at": null}', NULL),
    ('{"organization_key": "a", "organization_name": " ", "created_at": "2020-12-08 10:00"}', NULL),
    ('{"organization_name": 1, "created_at": "now"}', 'organization_key: missing'),
    ('{"organization_key": " "}', 'organization_key: blank'),
    ('{"organization_key": "a", "organization_name": 1, "created_at": "now"}',
        'organization_name: must be a string or null, is of type number'),
    ('{"organization_key": "a", "created_at": "now"}', 'created_at: no ISO 8601 date and time: "now"'),
    ('{"organization_key": "a", "created_at": 1607457600}', 'created_at: no ISO 8601 date and time: 1607457600, epoch seconds: send ISO 8601, here "2020-12-08T20:00:00.000Z"'),
    ('{"organization_key": "a", "created_at": "1969-12-31 23:59"}', 'created_at: not in the years 1970 to 2199: "1969-12-31 23:59"'),
    ('{"organization_key": "a", "updated_at": null}', NULL),
    ('{"organization_key": "a", "created_at": "2021-01-01 00:00", "updated_at": "now"}',
        'created_at: too far in the future: "2021-01-01 00:00" (a wrong clock or unit, or local time sent as UTC?)'),
    ('{"organization_key": "a", "updated_at": "now"}', 'updated_at: no ISO 8601 date and time: "now"'),
    ('{"organization_key": "a", "updated_at": "2021-01-01 00:00"}',
        'updated_at: too far in the future: "2021-01-01 00:00" (a wrong clock or unit, or local time sent as UTC?)')
) AS object_case (content, fault);

SELECT * FROM finish();
ROLLBACK;
