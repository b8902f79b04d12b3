-- internal.add_users_dim_period(): one partition a month of UTC, made when it is needed.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(12);

CREATE TEMP VIEW period AS
SELECT inhrelid::regclass::text AS name, pg_get_expr(relpartbound, inhrelid) AS bounds
FROM pg_inherits
JOIN pg_class ON pg_class.oid = inhrelid
WHERE inhparent = 'crm.users_dim'::regclass
  AND inhrelid <> 'crm.users_dim_open'::regclass;

SELECT is_empty('TABLE period', 'a new dimension has no periods');

SET LOCAL timezone = 'America/New_York';
SELECT internal.add_users_dim_period('2020-12-01') \g /dev/null
SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT internal.add_users_dim_period('2020-12-31') \g /dev/null
SELECT internal.add_users_dim_period('2021-01-31') \g /dev/null
SET LOCAL timezone = 'UTC';
SELECT internal.add_users_dim_period('2021-01-01') \g /dev/null
SELECT internal.add_users_dim_period('2020-02-29') \g /dev/null
SET LOCAL datestyle = 'Postgres, DMY';
SELECT internal.add_users_dim_period('2020-03-04') \g /dev/null
SET LOCAL datestyle = 'ISO';
SELECT bag_eq(
    'TABLE period',
    $$
        VALUES
            ('crm.users_dim_2020_02', 'FOR VALUES FROM (''2020-02-01 00:00:00+00'') TO (''2020-03-01 00:00:00+00'')'),
            ('crm.users_dim_2020_03', 'FOR VALUES FROM (''2020-03-01 00:00:00+00'') TO (''2020-04-01 00:00:00+00'')'),
            ('crm.users_dim_2020_12', 'FOR VALUES FROM (''2020-12-01 00:00:00+00'') TO (''2021-01-01 00:00:00+00'')'),
            ('crm.users_dim_2021_01', 'FOR VALUES FROM (''2021-01-01 00:00:00+00'') TO (''2021-02-01 00:00:00+00'')')
    $$,
    'any day makes its month, whatever the session''s zone and date style; once'
);

SELECT is(
    obj_description('crm.users_dim_2020_12'::regclass, 'pg_class'), 'Versions of users that ended in 2020-12.',
    'a period says what it holds'
);
SELECT results_eq(
    $$
        SELECT conname::text COLLATE "default", pg_get_constraintdef(oid)
        FROM pg_constraint
        WHERE conrelid = 'crm.users_dim_2020_12'::regclass AND contype <> 'n'
        ORDER BY conname
    $$,
    $$
        VALUES
            ('users_dim_2020_12_ck', 'CHECK (((valid_to IS NOT NULL) AND (valid_to >= ''2020-12-01 00:00:00+00''::timestamp with time zone) '
                || 'AND (valid_to < ''2021-01-01 00:00:00+00''::timestamp with time zone)))'),
            ('users_dim_2020_12_uq', 'UNIQUE (user_id, valid_from)'),
            ('users_dim_is_valid_ck', 'CHECK ((is_valid = (valid_to IS NULL)))'),
        ('users_dim_validity_ck', 'CHECK ((valid_to > valid_from))')
    $$,
    'a period has one version a user and instant, and says in a check what ends in it'
);

SELECT is(
    (SELECT reloptions FROM pg_class WHERE oid = 'crm.users_dim_2020_12'::regclass),
    ARRAY['fillfactor=90', 'autovacuum_vacuum_scale_factor=0.02', 'autovacuum_vacuum_insert_scale_factor=0.02'],
    'a period has room for versions that late days shorten, and is vacuumed after each of them'
);

-- What the tables themselves refuse.
INSERT INTO crm.users_dim (user_id, valid_from, valid_to, is_valid, is_deleted, event_sk) VALUES
    ('anna', '2020-12-08 10:00Z', '2020-12-09 10:00Z', false, false, 1),
    ('anna', '2020-12-09 10:00Z', NULL,                true,  false, 2);
SELECT results_eq(
    -- The number is that of a shard.
    $$ SELECT regexp_replace(tableoid::regclass::text, '_\d{6,}$', ''), is_valid FROM crm.users_dim ORDER BY event_sk $$,
    $$ VALUES ('crm.users_dim_2020_12', false), ('crm.users_dim_open', true) $$,
    'a version is in the period in which it ended, the last one among the open'
);
SELECT throws_ok(
    format(
        'INSERT INTO crm.users_dim (user_id, valid_from, valid_to, is_valid, is_deleted, event_sk) VALUES (%L, %L, %L, %L, false, 3)',
        user_id, valid_from, valid_to, valid_to IS NULL
    ),
    sqlstate, NULL, description
)
FROM (VALUES
    ('anna', '2020-12-31 10:00Z', NULL,                '23505', 'two open versions of a user'),
    ('anna', '2020-12-08 10:00Z', '2020-12-31 10:00Z', '23505', 'two versions of a user that begin at one instant'),
    ('bert', '2020-12-08 10:00Z', '2020-12-08 10:00Z', '23514', 'a version of no length'),
    ('bert', '2020-12-08 10:00Z', '2020-12-08 09:00Z', '23514', 'a version that ends before it begins'),
    ('bert', '2020-12-08 10:00Z', '2022-01-01 00:00Z', '23514', 'a version among the open that has ended')
) AS refused (user_id, valid_from, valid_to, sqlstate, description);

SELECT is_empty($$ SELECT user_id FROM crm.users_dim WHERE user_id = 'bert' $$, 'and nothing of them is kept');

SELECT * FROM finish();
ROLLBACK;
