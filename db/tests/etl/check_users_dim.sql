-- etl.check_users_dim(): finds each way in which the dimension can be wrong, and none where it is right.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(2);

SELECT internal.add_users_dim_period('2020-12-01') \g /dev/null
SELECT internal.add_users_dim_period('2021-01-01') \g /dev/null
INSERT INTO crm.users_dim (user_id, valid_from, valid_to, is_valid, is_deleted, event_sk) VALUES
    ('good', '2020-12-05 00:00Z', '2020-12-06 00:00Z', false, false, 1),
    ('good', '2020-12-06 00:00Z', '2021-01-06 00:00Z', false, true, 2),
    ('good', '2021-01-06 00:00Z', NULL, true,  false, 3),
    ('one version', '2021-01-06 00:00Z', NULL, true,  false, 4);
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'versions that follow one another are well');

INSERT INTO crm.users_dim (user_id, valid_from, valid_to, is_valid, is_deleted, event_sk) VALUES
    ('gap', '2020-12-05 00:00Z', '2020-12-06 00:00Z', false, false, 1),
    ('gap', '2020-12-06 00:00:00.000001Z', NULL, true,  false, 2),
    ('overlap', '2020-12-05 00:00Z', '2020-12-06 00:00:00.000001Z', false, false, 1),
    ('overlap', '2020-12-06 00:00Z', NULL, true,  false, 2),
    ('never open', '2020-12-05 00:00Z', '2020-12-06 00:00Z', false, false, 1),
    ('open too early', '2020-12-05 00:00Z', NULL, true,  false, 1),
    ('open too early', '2020-12-06 00:00Z', '2020-12-07 00:00Z', false, false, 2),
    ('twice', '2020-12-05 00:00Z', '2020-12-06 00:00Z', false, false, 1),
    ('twice', '2020-12-05 00:00Z', '2021-01-06 00:00Z', false, false, 2),
    ('twice', '2021-01-06 00:00Z', NULL, true,  false, 3);
SELECT bag_eq(
    'SELECT user_id, valid_from, fault FROM etl.check_users_dim()',
    $$ VALUES
        ('gap', timestamptz '2020-12-05 00:00Z', 'ends before the next version begins'),
        ('overlap', '2020-12-05 00:00Z', 'overlaps the next version'),
        ('never open', '2020-12-05 00:00Z', 'is the last version and not open'),
        ('open too early', '2020-12-05 00:00Z', 'is open and not the last version'),
        ('open too early', '2020-12-06 00:00Z', 'is the last version and not open'),
        ('twice', '2020-12-05 00:00Z', 'overlaps the next version')
    $$,
    'a gap, an overlap, no open version, one that is open too early'
);

SELECT * FROM finish();
ROLLBACK;
