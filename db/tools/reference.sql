-- Writes docs/reference.md, from the comments of the database: what people may read and call, schema by schema.
-- usage: psql --no-psqlrc --quiet --no-align --tuples-only --file=db/tools/reference.sql
WITH relation AS (
    SELECT
        nspname,
        relname AS name,
        format(
            E'### `%I.%I`%s\n\n%s\n\n| column | type | |\n|---|---|---|\n%s',
            nspname, relname, CASE relkind WHEN 'v' THEN ' (view)' ELSE '' END,
            obj_description(class.oid, 'pg_class'),
            (
                SELECT string_agg(
                    format(
                        '| `%I` | %s%s | %s |', attname, format_type(atttypid, atttypmod),
                        CASE WHEN attnotnull THEN ', not null' END,
                        replace(col_description(attrelid, attnum), '|', '\|')
                    ),
                    E'\n' ORDER BY attnum
                )
                FROM pg_attribute
                WHERE attrelid = class.oid
                  AND attnum > 0
                  AND NOT attisdropped
            )
        ) AS entry,
        1 AS kind
    FROM pg_class AS class
    JOIN pg_namespace AS namespace ON namespace.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'v')
      AND NOT relispartition
),
routine AS (
    SELECT
        nspname,
        proname AS name,
        format(
            E'### `%s%I.%I(%s)`\n\n%s%s',
            CASE prokind WHEN 'p' THEN 'CALL ' END, nspname, proname, pg_get_function_arguments(proc.oid),
            obj_description(proc.oid, 'pg_proc'),
            E'\n\nReturns `' || pg_get_function_result(proc.oid) || '`.'
        ) AS entry,
        2 AS kind
    FROM pg_proc AS proc
    JOIN pg_namespace AS namespace ON namespace.oid = pronamespace
    WHERE prorettype <> 'trigger'::regtype
)
SELECT E'# Reference\n\nMade by `make reference` from the comments of the database; a test compares it with them.'
UNION ALL
SELECT entry
FROM (
    SELECT
        concat(
            CASE WHEN row_number() OVER (PARTITION BY nspname ORDER BY kind, name, entry) = 1
                THEN format(E'\n## Schema `%s`\n\n%s\n', nspname, obj_description(to_regnamespace(nspname), 'pg_namespace'))
            END,
            E'\n', entry
        ) AS entry
    FROM (TABLE relation UNION ALL TABLE routine) AS object
    WHERE nspname IN ('crm', 'reports', 'raw', 'etl')
    ORDER BY array_position('{crm,reports,raw,etl}', nspname), kind, name, object.entry
) AS entries;
