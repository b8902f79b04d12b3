-- crm.load_organizations_dim(): the dimension follows raw; what has not changed is not written.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(14);

SELECT is(crm.load_organizations_dim(), 0::bigint, 'without organizations nothing is written');

INSERT INTO raw.organizations (organization_key, organization_name, created_at) VALUES
    ('a', ' Acme ', '2020-12-01 10:00Z'),
    ('b', 'Blue',   '2020-12-02 10:00Z'),
    ('c', 'Blue',   NULL),
    ('d', E' \t',   '2020-12-02 10:00Z'),
    ('e', NULL,     NULL);
SELECT is(crm.load_organizations_dim(), 5::bigint, 'new organizations are written');
SELECT results_eq(
    $$
        SELECT organization_key COLLATE "default", organization_name, created_at
        FROM crm.organizations_dim
        ORDER BY organization_key
    $$,
    $$
        VALUES
            ('a', ' Acme ', timestamptz '2020-12-01 10:00Z'),
            ('b', 'Blue',   '2020-12-02 10:00Z'),
            ('c', 'Blue',   NULL),
            ('d', NULL,     '2020-12-02 10:00Z'),
            ('e', NULL,     NULL)
    $$,
    'values stay as they came, but a blank name becomes null'
);

CREATE TEMP TABLE before AS SELECT ctid AS place, * FROM crm.organizations_dim;
SELECT is(crm.load_organizations_dim(), 0::bigint, 'again writes nothing');
UPDATE raw.organizations SET organization_name = '' WHERE organization_key = 'd';
SELECT is(crm.load_organizations_dim(), 0::bigint, 'one blank is as good as another');
SELECT bag_eq(
    'SELECT ctid AS place, * FROM crm.organizations_dim', 'TABLE before',
    'no row has moved'
);

UPDATE raw.organizations SET organization_name = 'Acme' WHERE organization_key = 'a';
UPDATE raw.organizations SET created_at = NULL WHERE organization_key = 'b';
UPDATE raw.organizations SET created_at = '2020-12-03 10:00Z' WHERE organization_key = 'e';
SELECT is(crm.load_organizations_dim(), 3::bigint, 'changed organizations are written');
SELECT results_eq(
    $$
        SELECT organization_key COLLATE "default", organization_name, created_at
        FROM crm.organizations_dim
        ORDER BY organization_key
    $$,
    $$
        VALUES
            ('a', 'Acme', timestamptz '2020-12-01 10:00Z'),
            ('b', 'Blue', NULL),
            ('c', 'Blue', NULL),
            ('d', NULL,   '2020-12-02 10:00Z'),
            ('e', NULL,   '2020-12-03 10:00Z')
    $$,
    'with all that has changed'
);
SELECT bag_eq(
    $$ SELECT ctid AS place, * FROM crm.organizations_dim WHERE organization_key IN ('c', 'd') $$,
    $$ SELECT * FROM before WHERE organization_key IN ('c', 'd') $$,
    'the others have not moved'
);

-- The names that they had.
CREATE TEMP TABLE names AS SELECT ctid AS place, * FROM crm.organization_name_history;
INSERT INTO raw.organizations (organization_key, organization_name, created_at, updated_at) VALUES
    ('a', 'Axle', '2020-12-01 10:00Z', '2020-12-05 10:00Z'), ('a', 'Axis', '2020-12-01 10:00Z', '2020-12-04 10:00Z');
SELECT is(crm.load_organizations_dim(), 1::bigint, 'of several versions the newest is written');
SELECT bag_eq(
    'SELECT organization_name, named_from, named_until, organization_key COLLATE "default" FROM crm.organization_name_history',
    $$
        VALUES
            ('Acme', timestamptz '-infinity', timestamptz 'infinity', 'a'), ('Axis', '-infinity', 'infinity', 'a'),
            ('Axle', '-infinity', 'infinity', 'a'), (' Acme ', '-infinity', 'infinity', 'a'), ('Blue', '-infinity', 'infinity', 'b')
    $$,
    'each name that it had means it; one that was overwritten in raw stays'
);
SELECT bag_eq(
    $$ SELECT ctid AS place, * FROM crm.organization_name_history WHERE organization_name NOT IN ('Axis', 'Axle') $$, 'TABLE names',
    'what is as it was has not moved'
);

DELETE FROM raw.organizations;
SELECT is(crm.load_organizations_dim(), 0::bigint, 'organizations that are gone from raw stay');

INSERT INTO raw.organizations (organization_key, organization_name) VALUES ('f', 'Fox');
\ir ../fixtures/hostile_session.sql
SELECT crm.load_organizations_dim() AS written \gset
RESET search_path;
SELECT is(:written, 1, 'a hostile session writes the same');

SELECT * FROM finish();
ROLLBACK;
