-- crm.organization_names: names are not unique, but each means one organization.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(2);

SELECT is_empty('TABLE crm.organization_names', 'no organizations, no names');

INSERT INTO raw.organizations (organization_key, organization_name, created_at) VALUES
    ('z', 'older',   '2020-12-01 10:00Z'),
    ('a', 'older',   '2020-12-02 10:00Z'),
    ('a3', 'elder',  '2020-12-02 10:00Z'),
    ('z3', 'elder',  '2020-12-01 10:00Z'),
    ('a2', 'dated',  NULL),
    ('z2', 'dated',  '2020-12-02 10:00Z'),
    ('b', 'tie',     '2020-12-01 10:00Z'),
    ('B', 'tie',     '2020-12-01 10:00Z'),
    ('c', 'tie',     '2020-12-01 10:00Z'),
    ('n', NULL,      '2020-12-01 10:00Z'),
    ('q', 'again',   '2020-12-01 10:00Z'),
    ('p', 'again',   '2020-12-01 10:00Z'),
    ('r', 'again',   '2020-12-01 10:00Z'),
    ('o', 'only',    NULL),
    ('O', 'Only',    NULL);
SELECT crm.load_organizations_dim() \g /dev/null
SELECT bag_eq(
    $$ SELECT organization_name, organization_key COLLATE "default" FROM crm.organization_names $$,
    $$ VALUES ('older', 'z'), ('elder', 'z3'), ('dated', 'z2'), ('tie', 'B'), ('again', 'p'), ('only', 'o'), ('Only', 'O') $$,
    'the oldest organization stands for its name, then the first key; no name means none'
);

SELECT * FROM finish();
ROLLBACK;
