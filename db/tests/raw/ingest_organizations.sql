-- raw.ingest_organizations(): takes what COPY brought; the last of a key counts, bad ones are put aside.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(35);
\ir ../fixtures/locked.sql

INSERT INTO raw.organizations_inbox (body) VALUES
    ('{"organization_key": "a", "organization_name": "Acme", "created_at": "2020-12-01 10:00:00.5"}'),
    ('{"organization_key": "b", "organization_name": " Blue ", "created_at": "2020-12-01T10:00:00+02:00", "size": 7}'),
    ('{"organization_key": "c"}'),
    ('{"organization_key": "d", "organization_name": null, "created_at": null}'),
    ('{"organization_key": "e", "organization_name": "older"}'),
    ('{"organization_key": "e", "organization_name": "newer"}');
SET LOCAL timezone = 'America/New_York';
SELECT is(result::text, '(6,5,0,0,1)', 'all are taken, a key that comes twice is changed')
FROM raw.ingest_organizations() AS result;
SET LOCAL timezone = 'UTC';
SELECT is_empty('TABLE raw.organizations_inbox', 'the inbox is empty again');
SELECT results_eq('TABLE locked', ARRAY['organizations_dim'], 'another file waits, as does a load of the dimension');
SELECT results_eq(
    $$
        SELECT organization_key COLLATE "default", organization_name, created_at, ingested_at
        FROM raw.organizations
        ORDER BY organization_key, organization_sk
    $$,
    $$
        VALUES
            ('a', 'Acme',   timestamptz '2020-12-01 10:00:00.5+00', now()),
            ('b', ' Blue ', '2020-12-01 08:00:00+00',               now()),
            ('c', NULL,     NULL,                                   now()),
            ('d', NULL,     NULL,                                   now()),
            ('e', 'older',  NULL,                                   now()),
            ('e', 'newer',  NULL,                                   now())
    $$,
    'values stay as they came, no zone means UTC, each version is kept'
);
SELECT bag_eq(
    'SELECT organization_key COLLATE "default", organization_name FROM crm.organizations_dim',
    $$ VALUES ('a', 'Acme'), ('b', ' Blue '), ('c', NULL), ('d', NULL), ('e', 'newer') $$,
    'the last of a key is in the dimension'
);

SELECT is(result::text, '(0,0,0,0,0)', 'an empty inbox is no error')
FROM raw.ingest_organizations() AS result;

-- The same file again.
CREATE TEMP TABLE before AS SELECT ctid AS place, * FROM raw.organizations;
INSERT INTO raw.organizations_inbox (body) VALUES
    ('{"organization_key": "a", "organization_name": "Acme", "created_at": "2020-12-01 10:00:00.5"}'),
    ('{"organization_key": "b", "organization_name": " Blue ", "created_at": "2020-12-01T08:00:00Z"}'),
    ('{"organization_key": "c", "organization_name": null}'),
    ('{"organization_key": "e", "organization_name": "older"}'),
    ('{"organization_key": "e", "organization_name": "newer"}');
SELECT is(result::text, '(5,0,5,0,0)', 'organizations that are known as they are, are duplicates')
FROM raw.ingest_organizations() AS result;
SELECT bag_eq(
    'SELECT ctid AS place, * FROM raw.organizations', 'TABLE before',
    'and nothing was written'
);

-- Names that change and come back.
INSERT INTO raw.organizations_inbox (body) VALUES ('{"organization_key": "e", "organization_name": "newest"}');
SELECT is(result::text, '(1,0,0,0,1)', 'another name is a change')
FROM raw.ingest_organizations() AS result;
INSERT INTO raw.organizations_inbox (body) VALUES ('{"organization_key": "e", "organization_name": "newer"}');
SELECT is(result::text, '(1,0,0,0,1)', 'the former name again is a change')
FROM raw.ingest_organizations() AS result;
INSERT INTO raw.organizations_inbox (body) VALUES ('{"organization_key": "e"}');
SELECT is(result::text, '(1,0,0,0,1)', 'a name that is gone is a change')
FROM raw.ingest_organizations() AS result;
INSERT INTO raw.organizations_inbox (body) VALUES ('{"organization_key": "c", "created_at": "2020-12-02 10:00"}');
SELECT is(result::text, '(1,0,0,0,1)', 'another created_at is a change')
FROM raw.ingest_organizations() AS result;
SELECT results_eq(
    $$
        SELECT organization_key COLLATE "default", organization_name, created_at
        FROM crm.organizations_dim
        WHERE organization_key IN ('c', 'e')
        ORDER BY organization_key
    $$,
    $$ VALUES ('c', NULL, timestamptz '2020-12-02 10:00+00'), ('e', NULL, NULL) $$,
    'the last state is kept'
);
UPDATE raw.organizations SET ingested_at = '2020-12-31 10:00Z';
INSERT INTO raw.organizations_inbox (body) VALUES ('{"organization_key": "e", "organization_name": "newest"}');
SELECT raw.ingest_organizations() \g /dev/null
SELECT results_eq(
    'SELECT organization_key COLLATE "default" FROM raw.organizations WHERE ingested_at = now()', ARRAY['e'],
    'ingested_at is when the version came'
);

-- Versions that say when they began: in whatever order their files come, the result is the same.
CREATE FUNCTION pg_temp.import(VARIADIC p_versions text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO raw.organizations_inbox (body)
    SELECT convert_to(jsonb_build_object(
        'organization_key', part[1], 'organization_name', part[2], 'created_at', '2020-01-01 10:00', 'updated_at', part[3] || ' 10:00'
    )::text, 'UTF8')
    FROM unnest(p_versions) AS version
    CROSS JOIN LATERAL (SELECT regexp_split_to_array(version, ' ') AS part) AS parts;
    RETURN (SELECT result::text FROM raw.ingest_organizations() AS result);
END;
$$;
CREATE FUNCTION pg_temp.files_in_order(VARIADIC p_numbers integer[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    c_files  CONSTANT text[] := ARRAY['v Old', 'v New 2020-12-02,w New 2020-12-01', 'v Newest 2020-12-04,w Old 2020-12-03'];
    v_result text;
BEGIN
    PERFORM pg_temp.import(VARIADIC string_to_array(c_files[number], ',')) FROM unnest(p_numbers) AS number;
    v_result := (SELECT jsonb_agg(dim ORDER BY organization_key) FROM crm.organizations_dim AS dim WHERE organization_key IN ('v', 'w'))::text
        || (SELECT jsonb_agg(name ORDER BY organization_name, named_from) FROM crm.organization_name_history AS name WHERE organization_key IN ('v', 'w'));
    RAISE SQLSTATE 'WH001' USING MESSAGE = v_result;
EXCEPTION
    WHEN SQLSTATE 'WH001' THEN RETURN SQLERRM;
END;
$$;
SELECT matches(pg_temp.files_in_order(1, 2, 3), '"organization_name": "Newest".*"organization_name": "Old"', 'files in their order: the last version of each');
SELECT is(pg_temp.files_in_order(VARIADIC numbers), pg_temp.files_in_order(1, 2, 3), format('the same in the order %s', numbers))
FROM (VALUES ('{1,3,2}'::integer[]), ('{2,1,3}'), ('{2,3,1}'), ('{3,1,2}'), ('{3,2,1}'), ('{3,2,1,3,2,1}')) AS files (numbers);
SELECT is(
    pg_temp.import('u One 2020-12-02', 'u Two 2020-12-03', 'u Two 2020-12-03', 'u Three 2020-12-02', 't Other 2020-12-02'), '(5,2,1,0,2)',
    'several versions of a key are changes, the same twice is a duplicate'
);
SELECT is(
    pg_temp.import('u One 2020-12-02', 'u Two 2020-12-03', 'u Two 2020-12-03', 'u Three 2020-12-02', 't Other 2020-12-02'), '(5,0,5,0,0)',
    'the same file again has duplicates only'
);
SELECT is(pg_temp.import('u One 2020-12-02'), '(1,0,0,0,1)', 'an older state of an instant again is a change');
SELECT is(pg_temp.import('u Four 2020-12-02', 'u One 2020-12-02'), '(2,0,0,0,2)', 'so is a new state before the last one');
SELECT results_eq(
    $$ SELECT organization_name FROM raw.organizations WHERE organization_key = 'u' ORDER BY organization_sk $$,
    ARRAY['One', 'Two', 'Three', 'One', 'Four', 'One'], 'all are kept, in the order of arrival'
);
SELECT is(organization_name, 'Two', 'and the newest instant counts') FROM crm.organizations_dim WHERE organization_key = 'u';
DELETE FROM raw.organizations WHERE organization_key > 'e';

-- Bad ones, among good ones.
CREATE TEMP TABLE bad (body bytea, reason text);
INSERT INTO bad VALUES
    ('',                                                'body: empty'),
    ('\x7b22c3227d',                                    'body: not UTF-8: %'),
    ('{"organization_key": "bad"',                      'body: not JSON: %'),
    ('["bad"]',                                         'body: must be a JSON object, is of type array'),
    ('{"organization_name": "bad"}',                    'organization_key: missing'),
    ('{"organization_key": null}',                      'organization_key: must be a string, is of type null'),
    ('{"organization_key": 1.5}',                       'organization_key: must be a string or a whole number, is 1.5'),
    ('{"organization_key": " "}',                       'organization_key: blank'),
    ('{"organization_key": "bad", "organization_name": 1}',
        'organization_name: must be a string or null, is of type number'),
    ('{"organization_key": "bad", "created_at": "yesterday"}',
        'created_at: no ISO 8601 date and time: "yesterday"'),
    ('{"organization_key": "bad", "created_at": ""}',
        'created_at: no ISO 8601 date and time: ""'),
    ('{"organization_key": "bad", "created_at": 1607457600}',
        'created_at: no ISO 8601 date and time: 1607457600, epoch seconds: send ISO 8601, here "2020-12-08T20:00:00.000Z"'),
    ('{"organization_key": "bad", "updated_at": "2190-01-01 00:00"}',
        'updated_at: too far in the future: "2190-01-01 00:00"%'),
    ('{"organization_key": "bad", "created_at": "0001-01-01 00:00"}',
        'created_at: not in the years 1970 to 2199: "0001-01-01 00:00"');
INSERT INTO raw.organizations_inbox (body) VALUES ('{"organization_key": "first"}');
INSERT INTO raw.organizations_inbox (body) SELECT body FROM bad;
INSERT INTO raw.organizations_inbox (body) VALUES ('{"organization_key": "last"}');
SELECT is(result::text, '(16,2,0,14,0)', 'bad organizations do not stop the good ones')
FROM raw.ingest_organizations() AS result;
SELECT bag_eq(
    $$ SELECT organization_key FROM raw.organizations WHERE organization_key > 'e' $$,
    $$ VALUES ('first' COLLATE "C"), ('last') $$,
    'the good ones are there, none of the bad'
);
SELECT is_empty(
    $$
        SELECT bad.*, reject.*
        FROM bad
        FULL JOIN raw.rejected_organizations AS reject ON reject.body = bad.body
        WHERE NOT (
            reject.reason LIKE bad.reason
            AND reject.reject_key = internal.content_key(NULL, bad.body)
            AND reject.rejected_at = now()
        ) IS TRUE
    $$,
    'each bad one is in quarantine, as it came, with its reason'
);

INSERT INTO raw.organizations_inbox (body) SELECT body FROM bad;
INSERT INTO raw.organizations_inbox (body) VALUES ('{"organization_key": " "}'), ('new'), ('new');
SELECT is(result::text, '(17,0,16,1,0)', 'a bad one that came before is a duplicate, within a file too')
FROM raw.ingest_organizations() AS result;
SELECT is(
    (SELECT count(*) FROM raw.rejected_organizations), 15::bigint,
    'and is not stored again'
);
INSERT INTO raw.organizations_inbox (body) VALUES (convert_to(repeat(' ', 300000), 'UTF8'));
SELECT raw.ingest_organizations() \g /dev/null
SELECT is(max(octet_length(body)), 262145, 'of one that is too large the beginning is kept, which is too large as well')
FROM raw.rejected_organizations;

\ir ../fixtures/hostile_session.sql
INSERT INTO raw.organizations_inbox (body) VALUES
    ('{"organization_key": "hostile", "created_at": "2020-12-08 10:00"}'), ('{"organization_key": 1.5}');
SELECT result::text AS counts FROM raw.ingest_organizations() AS result \gset
RESET search_path;
SELECT is(:'counts'::text, '(2,1,1,0,0)', 'a hostile session gets its organizations in');
SELECT is(
    (SELECT created_at FROM raw.organizations WHERE organization_key = 'hostile'), timestamptz '2020-12-08 10:00+00',
    'and cannot change what they mean'
);

SELECT * FROM finish();
ROLLBACK;
