-- internal.clean_reason(): a reason can be shown on any terminal.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(6);

SELECT is(internal.clean_reason('event_type: unknown: "Ça 😀"'), 'event_type: unknown: "Ça 😀"', 'a reason stays as it is');
SELECT is(
    internal.clean_reason(E'a\u0001\t\n\r\u001B[31m\u007F\u0080\u009B\u009Fb'),
    E'a\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD[31m\uFFFD\uFFFD\uFFFD\uFFFDb',
    'no control character is left'
);
SELECT is(
    internal.clean_reason(E'a\u200B\u200F\u202A\u202B\u202C\u202D\u202E\u2060\u2066\u2067\u2068\u2069\uFEFFb'),
    'a' || repeat(E'\uFFFD', 13) || 'b',
    'nor one that is invisible or turns the direction of the text'
);
SELECT is(internal.clean_reason(repeat('é', 501)), repeat('é', 500), 'a long one is cut');
SELECT is(internal.clean_reason(NULL), NULL, 'none is none');

SELECT raw.ingest_user_events(ARRAY[
    convert_to(E'{"id": "a", "event_type": "\u009B31m", "received_at": "2020-12-08 10:00"}', 'UTF8'),
    convert_to(E'\u009B31m', 'UTF8')
], NULL) \g /dev/null
INSERT INTO raw.organizations_inbox (body) VALUES (convert_to(E'{"organization_key": "a", "created_at": "\u202E"}', 'UTF8'));
SELECT raw.ingest_organizations() \g /dev/null
INSERT INTO raw.rejected_user_events (event_sk, reject_key, body, reason) VALUES
    (0, gen_random_uuid(), convert_to(E'{"id": "a", "event_type": "\u202E"}', 'UTF8'), 'as it was');
SELECT raw.replay_rejected_user_events() \g /dev/null
SELECT is(
    array_agg(reason ~ E'[\u009B\u202E]' ORDER BY reason), ARRAY[false, false, false, false],
    'all reasons are cleaned: of an ingest, of organizations, of a replay'
)
FROM (SELECT reason FROM raw.rejected_user_events UNION ALL SELECT reason FROM raw.rejected_organizations) AS stored;

SELECT * FROM finish();
ROLLBACK;
