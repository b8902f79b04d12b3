-- The contract: what users, DBAs and the driver find in four schemas, what these share in a fifth, and nothing else.
\set ON_ERROR_STOP on
\ir fixtures/scratch.sql
BEGIN;
SELECT plan(84);
\ir fixtures/contract.sql

CREATE TEMP VIEW relation AS
SELECT pg_class.oid::regclass AS relation, pg_class.*
FROM pg_class
WHERE relnamespace::regnamespace::text IN ('raw', 'crm', 'reports', 'etl', 'internal')
  AND relkind IN ('r', 'p', 'v', 'm', 'f');

CREATE TEMP VIEW routine AS
SELECT pg_proc.oid::regprocedure AS routine, pg_language.lanname, pg_proc.*
FROM pg_proc
JOIN pg_language ON pg_language.oid = pg_proc.prolang
WHERE pronamespace::regnamespace::text IN ('raw', 'crm', 'reports', 'etl', 'internal');

-- Each column in the words of its definition.
CREATE FUNCTION pg_temp.columns_of(p_table regclass) RETURNS SETOF text LANGUAGE sql AS $$
SELECT concat_ws(' ',
    attname,
    format_type(atttypid, atttypmod),
    CASE WHEN attcollation = '"C"'::regcollation THEN 'COLLATE "C"' END,
    CASE WHEN attnotnull THEN 'NOT NULL' END,
    CASE attidentity WHEN 'a' THEN 'IDENTITY ALWAYS' WHEN 'd' THEN 'IDENTITY BY DEFAULT' END,
    CASE attgenerated WHEN 's' THEN 'GENERATED ' ELSE 'DEFAULT ' END || pg_get_expr(adbin, adrelid)
) COLLATE "default"
FROM pg_attribute
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = p_table
  AND attnum > 0
  AND NOT attisdropped
ORDER BY attnum
$$;

SELECT has_schema('raw');
SELECT has_schema('crm');
SELECT has_schema('reports');
SELECT has_schema('etl');
SELECT has_schema('internal');

SELECT tables_are('raw', ARRAY[
    'user_events', 'rejected_user_events', 'organizations_inbox', 'organizations', 'rejected_organizations'
]);
SELECT has_table('crm', name) FROM unnest(ARRAY['users_dim', 'users_dim_open', 'organizations_dim', 'organization_name_history']::name[]) AS name;
SELECT has_table('reports', name) FROM unnest(ARRAY['user_events_daily', 'user_events_history']::name[]) AS name;
SELECT tables_are('etl', ARRAY[
    'ingests', 'arrivals', 'catch_up_schedule', 'loads', 'load_runs', 'load_failures', 'expectations', 'erasure_secret',
    'erasures', 'purges', 'rules', 'consumer_notes', 'consumers', 'settings', 'cluster', 'accepted_settings'
]);
SELECT tables_are('internal', ARRAY[
    'users_dim_changes', 'outdated_days', 'history', 'history_days', 'preview_rows', 'users_dim_arrived', 'users_dim_stage', 'users_dim_changed', 'users_dim_neighbors', 'users_dim_differences'
]);

SELECT views_are('raw', '{}'::name[]);
SELECT has_view(schema, name)
FROM (VALUES
    ('crm'::name, 'users_current'::name), ('crm', 'user_versions'), ('crm', 'organization_names'), ('reports', 'users_daily'),
    ('reports', 'users_by_organization'), ('reports', 'restatements')
) AS view (schema, name);
SELECT views_are('etl', ARRAY[
    'event_types', 'last_loads', 'load_outcomes', 'stale_dates', 'freshness', 'ingest_totals', 'quarantine', 'problems', 'metrics', 'rules_of_days',
    'current_notes', 'consumer_states'
]);
SELECT views_are('internal', ARRAY['waiting_days', 'user_states', 'counted_events', 'organization_holders', 'users_dim_partitions', 'history_sessions']);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('crm.organization_names') $$,
    ARRAY[
        'organization_name text',
        'organization_key text COLLATE "C"'
    ],
    'crm.organization_names: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('crm.organization_name_history') $$,
    ARRAY[
        'organization_name text NOT NULL',
        'named_from timestamp with time zone NOT NULL',
        'named_until timestamp with time zone NOT NULL',
        'organization_key text COLLATE "C" NOT NULL'
    ],
    'crm.organization_name_history: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('crm.organizations_dim') $$,
    ARRAY[
        'organization_key text COLLATE "C" NOT NULL',
        'organization_name text',
        'created_at timestamp with time zone'
    ],
    'crm.organizations_dim: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('crm.users_current') $$,
    ARRAY[
        'user_id text COLLATE "C"',
        'username text',
        'user_email text',
        'user_type text',
        'organization_name text',
        'organization_key text COLLATE "C"',
        'plan_name text',
        'valid_from timestamp with time zone',
        'attributes jsonb'
    ],
    'crm.users_current: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('crm.users_dim') $$,
    ARRAY[
        'user_id text COLLATE "C" NOT NULL',
        'valid_from timestamp with time zone NOT NULL',
        'valid_to timestamp with time zone',
        'is_valid boolean NOT NULL DEFAULT true',
        'is_deleted boolean NOT NULL',
        'username text',
        'user_email text',
        'user_type text',
        'organization_name text',
        'plan_name text',
        'event_sk bigint NOT NULL',
        'attributes jsonb'
    ],
    'crm.users_dim: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('crm.users_dim_open') $$,
    ARRAY[
        'user_id text COLLATE "C" NOT NULL',
        'valid_from timestamp with time zone NOT NULL',
        'valid_to timestamp with time zone',
        'is_valid boolean NOT NULL DEFAULT true',
        'is_deleted boolean NOT NULL',
        'username text',
        'user_email text',
        'user_type text',
        'organization_name text',
        'plan_name text',
        'event_sk bigint NOT NULL',
        'attributes jsonb'
    ],
    'crm.users_dim_open: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.arrivals') $$,
    ARRAY[
        'event_date date NOT NULL',
        'xid xid8 NOT NULL',
        'event_sks int8multirange',
        'n_created bigint',
        'n_updated bigint',
        'n_deleted bigint',
        'arrived_at timestamp with time zone NOT NULL DEFAULT now()',
        'n_events bigint'
    ],
    'etl.arrivals: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.catch_up_schedule') $$,
    ARRAY['every interval NOT NULL', 'last_begun_at timestamp with time zone NOT NULL'],
    'etl.catch_up_schedule: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.cluster') $$,
    ARRAY['system_identifier bigint NOT NULL', 'database_oid oid NOT NULL', 'since timestamp with time zone NOT NULL DEFAULT now()'],
    'etl.cluster: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.consumer_notes') $$,
    ARRAY[
        'subject text NOT NULL',
        'note text NOT NULL',
        'remedy text NOT NULL',
        'is_problem boolean NOT NULL',
        'since timestamp with time zone NOT NULL DEFAULT now()',
        'noted_at timestamp with time zone NOT NULL DEFAULT now()'
    ],
    'etl.consumer_notes: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.consumers') $$,
    ARRAY[
        'consumer text NOT NULL',
        'queue text NOT NULL',
        'heard_at timestamp with time zone NOT NULL DEFAULT now()',
        'unacknowledged bigint NOT NULL',
        'held_since timestamp with time zone'
    ],
    'etl.consumers: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.consumer_states') $$,
    ARRAY[
        'consumer text',
        'queue text',
        'heard_at timestamp with time zone',
        'is_heard boolean',
        'unacknowledged bigint',
        'held_since timestamp with time zone'
    ],
    'etl.consumer_states: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.current_notes') $$,
    ARRAY[
        'subject text',
        'note text',
        'remedy text',
        'is_problem boolean',
        'since timestamp with time zone'
    ],
    'etl.current_notes: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.erasure_secret') $$,
    ARRAY['secret bytea NOT NULL'],
    'etl.erasure_secret: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.erasures') $$,
    ARRAY[
        'token text COLLATE "C" NOT NULL',
        'erased_at timestamp with time zone NOT NULL DEFAULT now()',
        'events bigint NOT NULL',
        'rejects bigint NOT NULL',
        'versions bigint NOT NULL',
        'readmitted_at timestamp with time zone'
    ],
    'etl.erasures: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.expectations') $$,
    ARRAY[
        'expectation_name text NOT NULL',
        'query text NOT NULL',
        'every interval NOT NULL DEFAULT ''00:01:00''::interval',
        'checked_at timestamp with time zone',
        'duration interval',
        'finding text',
        'remedy text'
    ],
    'etl.expectations: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.freshness') $$,
    ARRAY[
        'load_name text',
        'last_day date',
        'newest_event timestamp with time zone',
        'waiting_since timestamp with time zone',
        'missing_days datemultirange',
        'stale_days datemultirange',
        'stale_reasons text',
        'rejected_in_24_hours bigint'
    ],
    'etl.freshness: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.load_failures') $$,
    ARRAY[
        'load_failure_sk bigint NOT NULL IDENTITY ALWAYS',
        'load_name text NOT NULL',
        'import_date date NOT NULL',
        'started_at timestamp with time zone NOT NULL',
        'failed_at timestamp with time zone NOT NULL',
        'sqlstate text NOT NULL',
        'message text NOT NULL'
    ],
    'etl.load_failures: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.ingests') $$,
    ARRAY[
        'ingest_sk bigint NOT NULL IDENTITY ALWAYS',
        'ingested_at timestamp with time zone NOT NULL DEFAULT now()',
        'import_id text',
        'positions int8multirange',
        'received bigint NOT NULL',
        'inserted bigint NOT NULL',
        'duplicates bigint NOT NULL',
        'rejected bigint NOT NULL',
        'event_sks int8multirange',
        'redelivered bigint NOT NULL DEFAULT 0'
    ],
    'etl.ingests: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.load_runs') $$,
    ARRAY[
        'load_run_sk bigint NOT NULL IDENTITY ALWAYS',
        'load_name text NOT NULL',
        'import_date date NOT NULL',
        'started_at timestamp with time zone NOT NULL',
        'duration interval NOT NULL',
        'rows_read bigint NOT NULL',
        'rows_written bigint NOT NULL',
        'snapshot pg_snapshot NOT NULL',
        'events_arrived bigint',
        'newest_event timestamp with time zone',
        'rules text'
    ],
    'etl.load_runs: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.loads') $$,
    ARRAY[
        'load_name text NOT NULL',
        'position integer NOT NULL IDENTITY BY DEFAULT',
        'load_function text NOT NULL',
        'takes_day boolean NOT NULL DEFAULT true',
        'depends_on text[] NOT NULL',
        'rules text',
        'decided_by text',
        'table_name text NOT NULL',
        'table_key text[] NOT NULL'
    ],
    'etl.loads: columns'
);
SELECT is_empty(
    $$
        SELECT load_name
        FROM etl.loads
        WHERE to_regprocedure(load_function || CASE WHEN takes_day THEN '(date)' ELSE '()' END) IS NULL
           OR split_part(load_function, '.load_', 2) <> load_name
    $$,
    'etl.loads: every load is a function named after its table'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.accepted_settings') $$,
    ARRAY[
        'setting text NOT NULL',
        'value text NOT NULL',
        'reason text NOT NULL',
        'accepted_at timestamp with time zone NOT NULL DEFAULT now()',
        'accepted_by text NOT NULL DEFAULT SESSION_USER'
    ],
    'etl.accepted_settings: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.purges') $$,
    ARRAY[
        'purged_before date NOT NULL',
        'purged_at timestamp with time zone NOT NULL DEFAULT now()',
        'events bigint NOT NULL'
    ],
    'etl.purges: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.rules') $$,
    ARRAY[
        'load_name text NOT NULL',
        'fingerprint text NOT NULL',
        'noted_at timestamp with time zone NOT NULL DEFAULT now()',
        'functions jsonb NOT NULL',
        'same_as text NOT NULL',
        'accepted_at timestamp with time zone',
        'accepted_by text',
        'accepted_reason text'
    ],
    'etl.rules: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.settings') $$, ARRAY[
        'future_tolerance interval NOT NULL DEFAULT ''1 day''::interval', 'quarantine_limit bigint NOT NULL DEFAULT 1073741824',
        'changes_kept interval',
        'changes_since timestamp with time zone'
    ],
    'etl.settings: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.rules_of_days') $$,
    ARRAY[
        'load_name text',
        'import_date date',
        'rules text',
        'noted_at timestamp with time zone',
        'state text',
        'is_in_raw boolean'
    ],
    'etl.rules_of_days: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('internal.outdated_days') $$,
    ARRAY['load_name text NOT NULL', 'import_date date NOT NULL', 'since timestamp with time zone NOT NULL DEFAULT now()', 'reason text NOT NULL DEFAULT ''the rules changed''::text'],
    'internal.outdated_days: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('etl.stale_dates') $$,
    ARRAY[
        'load_name text',
        'import_date date',
        'reason text',
        'since timestamp with time zone'
    ],
    'etl.stale_dates: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('internal.preview_rows') $$,
    ARRAY['load_name text NOT NULL', 'is_new boolean NOT NULL', 'row_key text COLLATE "C" NOT NULL', 'contents jsonb NOT NULL'],
    'internal.preview_rows: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('internal.users_dim_arrived') $$,
    ARRAY['user_id text COLLATE "C" NOT NULL', 'received_at timestamp with time zone NOT NULL'],
    'internal.users_dim_arrived: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('internal.users_dim_changed') $$,
    ARRAY[
        'user_id text COLLATE "C" NOT NULL',
        'first_from timestamp with time zone',
        'changes_from timestamp with time zone NOT NULL'
    ],
    'internal.users_dim_changed: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('internal.users_dim_differences') $$,
    ARRAY[
        'user_id text COLLATE "C" NOT NULL',
        'valid_from timestamp with time zone NOT NULL',
        'change text NOT NULL',
        'valid_to timestamp with time zone',
        'is_deleted boolean',
        'username text',
        'user_email text',
        'user_type text',
        'organization_name text',
        'plan_name text',
        'event_sk bigint',
        'attributes jsonb'
    ],
    'internal.users_dim_differences: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('internal.users_dim_neighbors') $$,
    ARRAY[
        'user_id text COLLATE "C" NOT NULL',
        'first_from timestamp with time zone',
        'before_from timestamp with time zone',
        'before_to timestamp with time zone',
        'next_from timestamp with time zone NOT NULL',
        'n_begun bigint NOT NULL',
        'changes_from timestamp with time zone NOT NULL',
        'before_place tid'
    ],
    'internal.users_dim_neighbors: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('internal.users_dim_stage') $$,
    ARRAY[
        'user_id text COLLATE "C" NOT NULL',
        'valid_from timestamp with time zone NOT NULL',
        'valid_to timestamp with time zone',
        'is_first boolean NOT NULL',
        'is_last boolean NOT NULL',
        'is_late boolean NOT NULL',
        'is_deleted boolean NOT NULL',
        'username text',
        'user_email text',
        'user_type text',
        'organization_name text',
        'plan_name text',
        'event_sk bigint NOT NULL',
        'open_from timestamp with time zone',
        'open_is_deleted boolean',
        'open_username text',
        'open_user_email text',
        'open_user_type text',
        'open_organization_name text',
        'open_plan_name text',
        'open_event_sk bigint',
        'first_from timestamp with time zone NOT NULL',
        'attributes jsonb',
        'open_attributes jsonb',
        'open_place tid',
        'is_present boolean NOT NULL'
    ],
    'internal.users_dim_stage: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('raw.organizations') $$,
    ARRAY[
        'organization_key text COLLATE "C" NOT NULL',
        'organization_name text',
        'created_at timestamp with time zone',
        'ingested_at timestamp with time zone NOT NULL DEFAULT now()',
        'organization_sk bigint NOT NULL IDENTITY ALWAYS',
        'updated_at timestamp with time zone',
        'version_at timestamp with time zone GENERATED COALESCE(updated_at, created_at)'
    ],
    'raw.organizations: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('raw.organizations_inbox') $$,
    ARRAY[
        'body_sk bigint NOT NULL IDENTITY ALWAYS',
        'body bytea NOT NULL'
    ],
    'raw.organizations_inbox: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('raw.rejected_organizations') $$,
    ARRAY[
        'reject_key uuid NOT NULL',
        'body bytea NOT NULL',
        'reason text NOT NULL',
        'rejected_at timestamp with time zone NOT NULL DEFAULT now()'
    ],
    'raw.rejected_organizations: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('raw.rejected_user_events') $$,
    ARRAY[
        'event_sk bigint NOT NULL',
        'reject_key uuid NOT NULL',
        'message_id text',
        'body bytea NOT NULL',
        'reason text NOT NULL',
        'rejected_at timestamp with time zone NOT NULL DEFAULT now()',
        'headers bytea'
    ],
    'raw.rejected_user_events: columns'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('raw.user_events') $$,
    ARRAY[
        'event_sk bigint NOT NULL IDENTITY BY DEFAULT',
        'event_key uuid NOT NULL',
        'user_id text COLLATE "C" NOT NULL',
        'event_type text NOT NULL',
        'username text',
        'user_email text',
        'user_type text',
        'organization_name text',
        'plan_name text',
        'received_at timestamp with time zone NOT NULL',
        'event_date date NOT NULL GENERATED ((received_at AT TIME ZONE ''UTC''::text))::date',
        'extra jsonb',
        'ingested_at timestamp with time zone NOT NULL DEFAULT now()',
        'sequence bigint'
    ],
    'raw.user_events: columns, event_date is the UTC day of received_at'
);

SELECT is_empty(
    $$
        SELECT * FROM unnest(ARRAY[
            'event_date date NOT NULL',
            'n_created bigint NOT NULL',
            'n_updated bigint NOT NULL',
            'n_deleted bigint NOT NULL',
            'n_unique bigint NOT NULL',
            'n_total bigint NOT NULL'
        ])
        EXCEPT
        SELECT pg_temp.columns_of('reports.user_events_daily')
    $$,
    'reports.user_events_daily: columns, besides those of added types'
);

SELECT results_eq(
    $$ SELECT pg_temp.columns_of('reports.user_events_history') $$,
    ARRAY[
        'event_date date NOT NULL',
        'reported_on date NOT NULL',
        'n_created bigint NOT NULL',
        'n_updated bigint NOT NULL',
        'n_deleted bigint NOT NULL',
        'n_unique bigint NOT NULL',
        'n_total bigint NOT NULL'
    ],
    'reports.user_events_history: columns'
);

SELECT pg_temp.lists(
    $$ SELECT relation::text FROM relation WHERE relpersistence = 'u' $$,
    ARRAY[
        'internal.preview_rows', 'internal.users_dim_differences',
        'internal.users_dim_arrived', 'internal.users_dim_changed', 'internal.users_dim_neighbors', 'internal.users_dim_stage'
    ],
    'only what nobody needs after a load or a preview is unlogged'
);
SELECT is_partitioned('crm', 'users_dim', 'the dimension is partitioned');
SELECT is_partition_of('crm', 'users_dim_open', 'crm', 'users_dim', 'the open version of each user is a partition');
SELECT is(
    (
        SELECT concat_ws(', ', pg_get_partkeydef('crm.users_dim'::regclass), pg_get_expr(relpartbound, oid))
        FROM relation
        WHERE relation = 'crm.users_dim_open'::regclass
    ),
    'RANGE (COALESCE(valid_to, ''infinity''::timestamp with time zone)), FOR VALUES FROM (''infinity'') TO (MAXVALUE)',
    'open versions have no valid_to'
);
SELECT pg_temp.lists(
    $$ SELECT relation || ' ' || reloptions::text FROM relation WHERE relpersistence = 'p' AND reloptions IS NOT NULL AND relkind = 'r' $$,
    ARRAY[
        'crm.users_dim_open {fillfactor=60,autovacuum_vacuum_scale_factor=0.1}',
        'raw.user_events {autovacuum_vacuum_insert_scale_factor=0.02,autovacuum_analyze_scale_factor=0.02}'
    ],
    'open versions have room for their updates, and large tables are vacuumed before a fifth of them is new'
);

SELECT pg_temp.lists(
    $$
        SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(pg_constraint.oid))
        FROM pg_constraint
        JOIN relation ON relation.oid = conrelid
        WHERE contype <> 'n'
    $$,
    ARRAY[
        'crm.organization_name_history organization_name_history_ck CHECK ((named_from < named_until))',
        'crm.organization_name_history organization_name_history_pk PRIMARY KEY (organization_name, named_from)',
        'crm.organizations_dim organizations_dim_pk PRIMARY KEY (organization_key)',
        'crm.users_dim users_dim_is_valid_ck CHECK ((is_valid = (valid_to IS NULL)))',
        'crm.users_dim_open users_dim_is_valid_ck CHECK ((is_valid = (valid_to IS NULL)))',
        'crm.users_dim users_dim_validity_ck CHECK ((valid_to > valid_from))',
        'crm.users_dim_open users_dim_open_ck CHECK ((valid_to IS NULL))',
        'crm.users_dim_open users_dim_open_pk PRIMARY KEY (user_id)',
        'crm.users_dim_open users_dim_validity_ck CHECK ((valid_to > valid_from))',
        'etl.accepted_settings accepted_settings_pk PRIMARY KEY (setting)',
        'etl.arrivals arrivals_pk PRIMARY KEY (event_date, xid)',
        'etl.cluster cluster_pk PRIMARY KEY (system_identifier, database_oid)',
        'etl.consumer_notes consumer_notes_pk PRIMARY KEY (subject)',
        'etl.consumers consumers_pk PRIMARY KEY (consumer)',
        'etl.catch_up_schedule catch_up_schedule_every_ck CHECK ((every > ''00:00:00''::interval))',
        'etl.erasure_secret erasure_secret_length_ck CHECK ((octet_length(secret) >= 32))',
        'etl.erasures erasures_pk PRIMARY KEY (token)',
        'etl.expectations expectations_every_ck CHECK ((every >= ''00:00:00''::interval))',
        'etl.expectations expectations_pk PRIMARY KEY (expectation_name)',
        'etl.ingests ingests_counts_ck CHECK ((received = ((inserted + duplicates) + rejected)))',
        'etl.ingests ingests_pk PRIMARY KEY (ingest_sk)',
        'etl.load_failures load_failures_pk PRIMARY KEY (load_failure_sk)',
        'etl.load_runs load_runs_pk PRIMARY KEY (load_run_sk)',
        'etl.loads loads_pk PRIMARY KEY (load_name)',
        'etl.loads loads_position_uq UNIQUE ("position")',
        'etl.loads loads_table_name_uq UNIQUE (table_name)',
        'etl.load_runs load_runs_load_fk FOREIGN KEY (load_name) REFERENCES etl.loads(load_name) ON DELETE CASCADE',
        'etl.load_failures load_failures_load_fk FOREIGN KEY (load_name) REFERENCES etl.loads(load_name) ON DELETE CASCADE',
        'etl.rules rules_load_fk FOREIGN KEY (load_name) REFERENCES etl.loads(load_name) ON DELETE CASCADE',
        'internal.outdated_days outdated_days_load_fk FOREIGN KEY (load_name) REFERENCES etl.loads(load_name) ON DELETE CASCADE',
        'etl.rules rules_pk PRIMARY KEY (load_name, fingerprint)',
        'etl.settings settings_quarantine_limit_ck CHECK ((quarantine_limit > 0))',
        'etl.settings settings_changes_kept_ck CHECK (((changes_kept > ''00:00:00''::interval) AND ((changes_kept IS NULL) = (changes_since IS NULL))))',
        'etl.settings settings_future_tolerance_ck CHECK ((future_tolerance >= ''00:00:00''::interval))',
        'etl.rules rules_same_as_fk FOREIGN KEY (load_name, same_as) REFERENCES etl.rules(load_name, fingerprint)',
        'internal.outdated_days outdated_days_pk PRIMARY KEY (load_name, import_date)',
        'internal.history_days history_days_pk PRIMARY KEY (import_date)',
        'etl.purges purges_pk PRIMARY KEY (purged_before)',
        'raw.organizations organizations_pk PRIMARY KEY (organization_key, organization_sk)',
        'raw.organizations_inbox organizations_inbox_pk PRIMARY KEY (body_sk)',
        'raw.rejected_organizations rejected_organizations_pk PRIMARY KEY (reject_key)',
        'raw.rejected_user_events rejected_user_events_pk PRIMARY KEY (event_sk)',
        'raw.rejected_user_events rejected_user_events_uq UNIQUE (reject_key)',
        'raw.user_events user_events_pk PRIMARY KEY (received_at, user_id, event_key)',
        'reports.user_events_daily user_events_daily_pk PRIMARY KEY (event_date)',
        'reports.user_events_history user_events_history_pk PRIMARY KEY (event_date, reported_on)'
    ],
    'constraints: keys, one open row a user, no version of no length'
);
SELECT pg_temp.lists(
    $$
        SELECT indexrelid::regclass::text
        FROM pg_index
        JOIN relation ON relation.oid = indrelid
        WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    $$,
    ARRAY[
        'etl.catch_up_schedule_one_ix', 'etl.cluster_one_ix', 'etl.erasure_secret_one_ix', 'etl.ingests_import_id_ix', 'etl.ingests_ingested_at_ix',
        'etl.load_runs_arrived_ix', 'etl.load_runs_last_ix', 'etl.settings_one_ix', 'internal.history_one_ix', 'internal.users_dim_changes_xid_ix', 'raw.user_events_event_sk_ix'
    ],
    'indexes beside those of the constraints'
);

SELECT pg_temp.lists(
    $$ SELECT format('%s -> %s', routine, pg_get_function_result(oid)) FROM routine $$,
    ARRAY[
        'crm.erase_user(text) -> record',
        'crm.readmit_user(text,timestamp with time zone) -> void',
        'internal.count_mentions(text) -> bigint',
        'internal.erased_key(bytea,uuid) -> uuid',
        'internal.find_erased_id(bytea) -> text',
        'crm.load_organizations_dim() -> bigint',
        'crm.load_users_dim(date) -> bigint',
        'crm.user_at(text,timestamp with time zone) -> TABLE(user_id text, username text, user_email text, '
            || 'user_type text, organization_name text, plan_name text, valid_from timestamp with time zone, attributes jsonb)',
        'crm.users_history(text[]) -> TABLE(user_id text, valid_from timestamp with time zone, valid_to timestamp with time zone, '
            || 'username text, user_email text, user_type text, organization_name text, plan_name text, attributes jsonb)',
        'crm.users_at(timestamp with time zone) -> TABLE(user_id text, username text, user_email text, '
            || 'user_type text, organization_name text, organization_key text, plan_name text, valid_from timestamp with time zone, attributes jsonb)',
        'crm.users_at(timestamp with time zone,timestamp with time zone) -> TABLE(user_id text, username text, user_email text, '
            || 'user_type text, organization_name text, organization_key text, plan_name text, valid_from timestamp with time zone, attributes jsonb)',
        'internal.note_reported_numbers() -> trigger',
        'reports.user_events_between(date,date,text) -> TABLE(local_date date, n_created bigint, n_updated bigint, '
            || 'n_deleted bigint, n_unique bigint, n_total bigint)',
        'reports.user_events_reported_on(date) -> TABLE(event_date date, n_created bigint, n_updated bigint, '
            || 'n_deleted bigint, n_unique bigint, n_total bigint)',
        'reports.users_by_organization_between(date,date) -> TABLE(event_date date, organization_name text, plan_name text, n_users bigint)',
        'etl.accept_rules(text,text,text) -> bigint',
        'etl.accept_setting(text,text,text) -> void',
        'etl.after_restore() -> bigint',
        'etl.begin_scheduled_catch_up(interval) -> void',
        'etl.abandon_history(boolean) -> void',
        'etl.begin_history(date[]) -> void',
        'etl.begin_step(text) -> text',
        'etl.build_history(date[],interval) -> ',
        'etl.exchange_history() -> text',
        'etl.is_due_in_one_pass(text[],date[]) -> boolean',
        'etl.open_transactions() -> text[]',
        'etl.prepare_history() -> text',
        'etl.preview_history(integer) -> TABLE(change text, total bigint, old_row jsonb, new_row jsonb)',
        'internal.count_days(date[]) -> SETOF reports.user_events_daily',
        'internal.count_history_days(timestamp with time zone) -> SETOF internal.history_days',
        'internal.drop_history() -> void',
        'internal.exchange_obstacle() -> text',
        'internal.ground_of_history() -> text',
        'internal.index_twin(regclass) -> void',
        'internal.make_twin(regclass) -> void',
        'internal.write_history(timestamp with time zone,date[]) -> void',
        'reports.load_user_events_of_days(date[]) -> bigint',
        'internal.make_history(timestamp with time zone,date[]) -> TABLE(user_id text, valid_from timestamp with time zone, '
            || 'valid_to timestamp with time zone, is_valid boolean, is_deleted boolean, username text, user_email text, user_type text, '
            || 'organization_name text, plan_name text, event_sk bigint, attributes jsonb)',
        'etl.catch_up() -> ',
        'etl.check_expectations() -> bigint',
        'etl.check_users_dim() -> TABLE(user_id text, valid_from timestamp with time zone, '
            || 'valid_to timestamp with time zone, fault text)',
        'etl.import_progress(text) -> record',
        'etl.load_days(date,date) -> ',
        'etl.note_of_consumer(text,text,text,boolean) -> void',
        'etl.hear_consumer(text,text,bigint,interval) -> void',
        'etl.partial_updates() -> record',
        'etl.preview_load(text,date,integer) -> TABLE(change text, total bigint, old_row jsonb, new_row jsonb)',
        'etl.preview_loads(text[],date[],integer) -> TABLE(load_name text, change text, total bigint, old_row jsonb, new_row jsonb)',
        'etl.rebuild_users_dim(integer) -> TABLE(change text, total bigint, old_row jsonb, new_row jsonb)',
        'etl.record_load_failure(text,date,timestamp with time zone,text,text) -> void',
        'etl.run_load(text,date) -> bigint',
        'etl.run_due_load(text,date) -> bigint',
        'etl.run_loads(text[],date[]) -> ',
        'etl.thin_ingests() -> bigint',
        'etl.thin_load_runs() -> bigint',
        'internal.add_users_dim_period(date) -> void',
        'internal.arrived_events(text,date,pg_snapshot) -> record',
        'internal.begin_change(text) -> void',
        'internal.begin_load(text,date) -> timestamp with time zone',
        'internal.blank_to_null(text) -> text',
        'internal.bounds_fault(jsonb) -> text',
        'internal.clean_reason(text) -> text',
        'internal.content_key(text,bytea) -> uuid',
        'internal.count_new_users(date,int8multirange) -> bigint',
        'internal.add_arrived_events(date,int8multirange) -> reports.user_events_daily',
        'internal.counting_columns() -> text[]',
        'internal.event_type_fault(jsonb) -> text',
        'internal.final_types() -> text[]',
        'internal.types_by_rank() -> text[]',
        'internal.decode_float(bit,integer) -> double precision',
        'internal.decode_headers(bytea) -> jsonb',
        'internal.end_load(text,date,timestamp with time zone,pg_snapshot,bigint,bigint,bigint,timestamp with time zone) -> void',
        'internal.erasure_token(bytea,text) -> text',
        'internal.event_key(text,jsonb,jsonb) -> uuid',
        'internal.erase_user_events(text,text,boolean) -> record',
        'internal.erase_user_versions(text,text) -> record',
        'internal.exceeds_bounds(jsonb[]) -> boolean',
        'internal.find_arrived_instants(timestamp with time zone,timestamp with time zone,int8multirange) -> void',
        'internal.find_outdated_days(text) -> void',
        'internal.can_load(etl.loads,date) -> boolean',
        'internal.keeps_changes() -> boolean',
        'internal.note_neighbors(timestamp with time zone,timestamp with time zone) -> void',
        'etl.keep_changes(interval) -> void',
        'etl.thin_changes() -> bigint',
        'crm.users_mark() -> text',
        'crm.users_changed(text,text) -> TABLE(user_id text, valid_from timestamp with time zone, is_gone boolean, valid_to timestamp with time zone, '
            || 'is_deleted boolean, username text, user_email text, user_type text, organization_name text, plan_name text, attributes jsonb)',
        'internal.load_rows(text,date) -> bigint',
        'internal.note_changed_days(text,datemultirange) -> void',
        'internal.find_changed_days(date,bigint) -> datemultirange',
        'internal.upsert_statement(text,text[],text) -> text',
        'internal.find_gone_versions(timestamp with time zone,timestamp with time zone) -> bigint',
        'internal.find_users_dim_differences(timestamp with time zone) -> void',
        'internal.find_neighbors(timestamp with time zone,timestamp with time zone,text) -> void',
        'internal.has_only_strings(jsonb) -> boolean',
        'internal.instant_fault(jsonb,text,timestamp with time zone,timestamp with time zone) -> text',
        'internal.retention_start() -> timestamp with time zone',
        'internal.judge_user_events(bytea[],text[],text[],text,bytea[],boolean[]) -> TABLE(event_sk bigint, body bytea, message_id text, '
            || 'correlation_id text, headers bytea, is_redelivered boolean, original jsonb, content jsonb, received_at timestamp with time zone, token text, reason text)',
        'internal.key_fault(jsonb,text) -> text',
        'internal.largest_body() -> integer',
        'internal.string_field(jsonb,text) -> text',
        'internal.users_dim_period(date) -> text',
        'internal.is_moved() -> boolean',
        'internal.rules_of(text) -> jsonb',
        'internal.load_snapshot() -> pg_snapshot',
        'internal.settle_in() -> void',
        'internal.note_rules() -> void',
        'internal.load_users_in_order(date,bigint) -> bigint',
        'internal.show_users_dim_differences(integer) -> TABLE(change text, total bigint, old_row jsonb, new_row jsonb)',
        'internal.stage_versions(timestamp with time zone,timestamp with time zone,text) -> record',
        'internal.empty_users_dim_stage() -> void',
        'internal.keep_preview_rows(text,date,date,text[],boolean) -> void',
        'internal.last_load(text,date) -> etl.load_runs',
        'internal.lock_load(text) -> void',
        'internal.mentions_user(bytea,bytea,text,text[],text[]) -> boolean',
        'internal.parse_correlation_id(text) -> TABLE(import_id text, "position" bigint)',
        'internal.parse_instant(text) -> timestamp with time zone',
        'internal.parse_json(bytea) -> record',
        'internal.parse_sequence(jsonb) -> bigint',
        'internal.object_fault(jsonb) -> text',
        'internal.parse_user_event(bytea,bytea) -> record',
        'internal.parse_user_events(bytea[],bytea[]) -> record',
        'internal.reject_key(text,bytea,bytea) -> uuid',
        'internal.prepare_users_dim_period(date) -> void',
        'internal.require_users_dim_period(date) -> void',
        'internal.load_users_out_of_order(timestamp with time zone,timestamp with time zone,text,bigint,bigint) -> bigint',
        'internal.organization_fault(jsonb,timestamp with time zone,timestamp with time zone,timestamp with time zone) -> text',
        'internal.retry_user_events(bigint[],bytea[],text[],bytea[]) -> record',
        'internal.text_fault(jsonb,text) -> text',
        'internal.plain_name(text) -> text',
        'internal.missing_fault(jsonb,text) -> text',
        'internal.instant_hint(jsonb) -> text',
        'internal.body_hint(bytea) -> text',
        'internal.clear_users_dim_day(timestamp with time zone,timestamp with time zone) -> bigint',
        'internal.user_attributes(jsonb) -> jsonb',
        'internal.user_event_fault(jsonb,timestamp with time zone,timestamp with time zone,boolean,timestamp with time zone) -> text',
        'raw.drop_before(date) -> bigint',
        'raw.drop_rejects_before(date) -> bigint',
        'raw.ingest_organizations() -> record',
        'raw.adapt_user_event(jsonb,jsonb) -> jsonb',
        'raw.ingest_user_events(bytea[],text[],text[],text,bytea[],boolean[]) -> record',
        'raw.replay_rejected_user_events() -> record',
        'reports.load_user_events_daily(date) -> bigint',
        'reports.user_changes_between(date,date) -> TABLE(event_date date, n_new bigint, n_gone bigint)',
        'reports.users_between(date,date) -> TABLE(event_date date, n_users bigint)'
    ],
    'functions, what they take and return'
);
SELECT pg_temp.lists(
    $$
        SELECT format('%s(%s)', oid::regproc, pg_get_function_arguments(oid))
        FROM routine
        WHERE routine IN (
            'crm.load_users_dim(date)'::regprocedure, 'reports.load_user_events_daily(date)'::regprocedure,
            'raw.ingest_user_events(bytea[], text[], text[], text, bytea[], boolean[])'::regprocedure,
            'raw.adapt_user_event(jsonb, jsonb)'::regprocedure, 'raw.ingest_organizations()'::regprocedure, 'crm.users_at(timestamptz)'::regprocedure
        )
    $$,
    ARRAY[
        'crm.load_users_dim(import_date date)',
        'crm.users_at(p_at timestamp with time zone)',
        'raw.ingest_organizations(OUT received bigint, OUT inserted bigint, OUT duplicates bigint, OUT rejected bigint, OUT changed bigint)',
        'raw.adapt_user_event(p_content jsonb, p_headers jsonb)',
        'raw.ingest_user_events(p_bodies bytea[], p_message_ids text[], p_correlation_ids text[] DEFAULT NULL::text[], '
            || 'p_reason text DEFAULT NULL::text, p_headers bytea[] DEFAULT NULL::bytea[], p_redelivered boolean[] DEFAULT NULL::boolean[], OUT received bigint, OUT inserted bigint, OUT duplicates bigint, OUT rejected bigint)',
        'reports.load_user_events_daily(import_date date)'
    ],
    'functions that are called by name: their parameters'
);

SELECT is_empty(
    $$ SELECT relation FROM relation WHERE obj_description(oid, 'pg_class') IS NULL $$,
    'every table and view has a comment'
);
SELECT is_empty(
    $$
        SELECT counted_as FROM etl.event_types
        EXCEPT
        SELECT attname FROM pg_attribute WHERE attrelid = 'reports.user_events_daily'::regclass
    $$,
    'each type of events is counted in a column of the report'
);
SELECT matches(pg_get_constraintdef(oid), 'n_total = [(]*n_created [+] n_updated[)]? [+] n_deleted', 'which make up the total')
FROM pg_constraint
WHERE conname = 'user_events_daily_total_ck';
SELECT is_empty(
    $$ SELECT routine FROM routine WHERE obj_description(oid, 'pg_proc') IS NULL $$,
    'every function has a comment'
);
SELECT is_empty(
    $$
        SELECT objoid::regclass::text, length(description)
        FROM pg_description
        JOIN relation ON relation.oid = objoid
        WHERE classoid = 'pg_class'::regclass
          AND length(description) > 300
        UNION ALL
        SELECT objoid::regproc::text, length(description)
        FROM pg_description
        JOIN routine ON routine.oid = objoid
        WHERE classoid = 'pg_proc'::regclass
          AND length(description) > 300
    $$,
    'no comment has more than 300 characters: details stand above the function'
);
SELECT pg_temp.lists(
    $$ SELECT oid::regproc::text FROM routine WHERE prosecdef $$,
    ARRAY[
        'crm.load_organizations_dim', 'crm.load_users_dim', 'crm.users_changed', 'crm.users_mark', 'etl.thin_changes', 'etl.begin_scheduled_catch_up', 'etl.check_expectations',
        'etl.hear_consumer', 'etl.import_progress', 'etl.note_of_consumer', 'etl.record_load_failure', 'etl.run_due_load', 'etl.run_load', 'etl.thin_ingests', 'etl.thin_load_runs',
        'raw.ingest_organizations', 'raw.ingest_user_events', 'reports.load_user_events_daily', 'reports.load_user_events_of_days',
        'crm.users_at', 'reports.user_events_between',
        'etl.abandon_history', 'etl.begin_history', 'etl.exchange_history', 'etl.is_due_in_one_pass', 'etl.prepare_history'
    ],
    'functions that a role may call run with the owner''s rights, all others with the caller''s'
);
SELECT is_empty(
    $$
        SELECT routine
        FROM routine
        WHERE NOT (
            '{"search_path=pg_catalog, pg_temp"}' <@ coalesce(proconfig, '{}')
            OR (lanname = 'sql' AND prosqlbody IS NOT NULL)
            -- A procedure that commits can have no settings of its own.
            OR (prokind = 'p' AND prosrc LIKE '%set_config(''search_path'', ''pg_catalog, pg_temp'', true)%')
        )
    $$,
    'every function pins its search_path or is bound to its names'
);
SELECT pg_temp.lists(
    $$ SELECT oid::regproc::text FROM routine WHERE 'TimeZone=UTC' = ANY (proconfig) $$,
    ARRAY[
        'crm.load_users_dim', 'crm.users_mark', 'etl.check_expectations', 'etl.thin_ingests', 'etl.thin_load_runs',
        'internal.add_users_dim_period', 'internal.count_new_users', 'internal.erase_user_events', 'internal.erase_user_versions',
        'internal.add_arrived_events', 'internal.find_changed_days', 'internal.load_rows',
        'internal.keep_preview_rows', 'etl.preview_loads', 'etl.rebuild_users_dim',
        'internal.find_neighbors', 'internal.instant_hint', 'internal.parse_instant', 'internal.parse_user_events', 'internal.load_users_out_of_order',
        'raw.drop_before', 'raw.drop_rejects_before', 'reports.load_user_events_daily', 'reports.user_changes_between', 'reports.users_between', 'reports.user_events_between', 'reports.users_by_organization_between',
        'etl.begin_history', 'etl.exchange_history', 'etl.preview_history', 'internal.count_days', 'internal.make_history', 'internal.write_history', 'reports.load_user_events_of_days'
    ],
    'functions in which days meet instants pin the zone'
);
SELECT is_empty(
    $$ SELECT routine FROM routine WHERE lanname NOT IN ('sql', 'plpgsql') $$,
    'no function needs a language that PostgreSQL does not bring along'
);

SELECT is_empty(
    $$
        SELECT attrelid::regclass, attname
        FROM pg_attribute
        JOIN pg_class AS class ON class.oid = attrelid
        WHERE relkind IN ('r', 'p', 'v')
          AND NOT relispartition
          AND relnamespace = ANY (ARRAY['crm', 'reports', 'raw', 'etl']::regnamespace[])
          AND attnum > 0
          AND NOT attisdropped
          AND col_description(attrelid, attnum) IS NULL
    $$,
    'each column of a table or view says what it is'
);

SELECT * FROM finish();
ROLLBACK;
