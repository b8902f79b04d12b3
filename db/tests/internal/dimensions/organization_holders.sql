-- internal.organization_holders: which organization a name means at which time.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(18);

-- Versions as text, 'key name updated_at' or 'key name updated_at ingested_at', in days; a was created on day 0, b on day 1, n is of unknown age.
CREATE FUNCTION pg_temp.holders(VARIADIC p_versions text[]) RETURNS TABLE (holder text) LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM raw.organizations;
    INSERT INTO raw.organizations (organization_key, organization_name, created_at, updated_at, ingested_at)
    SELECT
        part[1], part[2], CASE WHEN part[1] <> 'n' THEN '2020-01-01'::date + ascii(part[1]) - ascii('a') END,
        '2020-01-01'::date + nullif(part[3], '-')::integer, '2020-01-01'::date + coalesce(part[4], '50')::integer
    FROM unnest(p_versions) AS version
    CROSS JOIN LATERAL (SELECT regexp_split_to_array(version, ' ') AS part) AS parts;
    RETURN QUERY
    SELECT concat_ws(' ', organization_name, CASE WHEN named_from > '-infinity' THEN named_from::date - date '2020-01-01' END, organization_key)
    FROM internal.organization_holders
    ORDER BY organization_name, named_from;
END;
$$;
SET LOCAL timezone = 'UTC';

SELECT results_eq(
    format('SELECT holder FROM pg_temp.holders(VARIADIC %L)', versions), holders, description
)
FROM (VALUES
    ('{a X -}'::text[], '{X a}'::text[], 'a name of one organization means it always'),
    ('{a X -,a Y 10}', '{X a,Y a}', 'so do the names that it had'),
    ('{a X -,a Y 10,b B -,b X 20}', '{B b,X a,"X 20 b",Y a}', 'a name that another one takes later means that one from then on'),
    ('{a X -,a Y 10,b X 5}', '{X a,"X 10 b",Y a}', 'of two that have it the one that has had it longer, until it gives it up'),
    ('{a X -,a Y 30,b X -,b Z 10}', '{X a,Y a,Z b}', 'whoever has it only meanwhile is no one''s'),
    ('{a X -,b Y -,a Y 10,b X 10}', '{X a,"X 10 b",Y b,"Y 10 a"}', 'a swap'),
    ('{a X -,a Y 10,a X 20}', '{X a,"X 20 a",Y a}', 'a name that comes back'),
    ('{b X -,a X -,a Y 1,a X 2}', '{X a,"X 1 b",Y a}', 'the oldest, whoever came first'),
    ('{a X -,a Y - 40,b B -,b X 20}', '{B b,X a,"X 40 b",Y a}', 'a change without a time counts from its arrival'),
    ('{a X -,a Y - 40,a Z - 41,a Q 30,b B -,b X 35}', '{B b,Q a,X a,"X 35 b",Y a,Z a}', 'or from the next one, if that came before'),
    ('{a X -,"a  10",b B -,b X 20}', '{B b,X a,"X 20 b"}', 'a blank name is none, and ends the one before'),
    ('{b Z -,b Y 5,a X -,a Z 10,a Q 10 5,c C -,c Z 10}', '{C c,Q a,X a,Y b,Z b,"Z 10 c"}', 'a name that was had for no time at all'),
    ('{a X -,a Y 10,a Z 10 5,b B -,b Y 12}', '{B b,X a,Y a,"Y 12 b",Z a}', 'a change that arrived before its time counts from that'),
    ('{n X - 30,n Y - 40,b B -,b X 35}', '{B b,X n,"X 40 b",Y n}', 'so do versions without any instant'),
    ('{b Z -,b Y 5,c Z -,c Y 40,d Z -,d D 10}', '{D d,Y b,Z b,"Z 5 c"}', 'a third one beside two that follow one another'),
    ('{b B -,b X 10,a A -,a X 10}', '{A a,B b,X a}', 'of two at once the first key'),
    ('{a X 5,b X 3}', '{X a}', 'the first version counts from the creation')
) AS organization_case (versions, holders, description);

INSERT INTO raw.organizations (organization_key, organization_name, created_at)
SELECT number::text, 'My organization', timestamptz '2020-02-01' + number * interval '1 s'
FROM generate_series(1, 20000) AS number;
INSERT INTO raw.organizations (organization_key, organization_name, created_at, updated_at)
SELECT number::text, 'Organization ' || number, timestamptz '2020-02-01' + number * interval '1 s', timestamptz '2020-03-01' + number * interval '1 s'
FROM generate_series(1, 20000) AS number;
SET LOCAL statement_timeout = '10s';
SELECT is(count(*), 40000::bigint, 'what many had at once costs no more than what one has')
FROM internal.organization_holders
WHERE organization_name LIKE '% %';

SELECT * FROM finish();
ROLLBACK;
