-- Prints docs/tables.md: the tables and views of the database with their keys, and what flows from one to another.
-- usage: psql --no-psqlrc --quiet --no-align --tuples-only --file=db/diagram.sql
\set ON_ERROR_STOP on
SET search_path = pg_catalog;

CREATE TEMP VIEW relation AS
SELECT class.oid, nspname AS schema, relname AS name, relkind
FROM pg_class AS class
JOIN pg_namespace AS namespace ON namespace.oid = relnamespace
WHERE nspname IN ('raw', 'crm', 'reports', 'etl')
  AND relkind IN ('r', 'p', 'v')
  AND NOT relispartition;

-- A load writes the table of its name. A view is made of what it reads, also by way of views that are for our own use; a partition
-- is a part of its table.
CREATE TEMP VIEW flow AS
WITH RECURSIVE reads (target, oid) AS (
    SELECT oid, oid
    FROM relation
    WHERE relkind = 'v'
    UNION
    SELECT reads.target, coalesce(inhparent, depend.refobjid)
    FROM reads
    LEFT JOIN relation AS visible ON visible.oid = reads.oid
    JOIN pg_rewrite AS rule ON rule.ev_class = reads.oid
    JOIN pg_depend AS depend ON depend.classid = 'pg_rewrite'::regclass AND depend.objid = rule.oid
    LEFT JOIN pg_inherits ON inhrelid = depend.refobjid
    WHERE depend.refclassid = 'pg_class'::regclass
      AND (visible.oid IS NULL OR reads.oid = reads.target)
)
SELECT source.oid AS source, target.oid AS target, load.load_function AS by
FROM etl.loads AS load
CROSS JOIN unnest(load.depends_on) AS source_name
JOIN relation AS source ON source.oid = to_regclass(source_name)
JOIN relation AS target ON target.name = load.load_name
UNION
SELECT relation.oid, reads.target, NULL
FROM reads
JOIN relation ON relation.oid = reads.oid
WHERE reads.oid <> reads.target;

\qecho '<!-- Written by make reference, from the database. -->'
\qecho '# The tables, and what flows where'
\qecho
\qecho 'Boxes are tables, with the key of each; rounded ones are views. An arrow goes from what is read to what is made of it. All of them are'
\qecho 'described in the [reference](reference.md).'
\qecho
\qecho '```mermaid'
\qecho 'flowchart LR'
SELECT format(E'    subgraph %s\n%s\n    end', schema, string_agg(node, E'\n' ORDER BY name))
FROM (
    SELECT
        relation.schema,
        relation.name,
        format(
            CASE relation.relkind WHEN 'v' THEN '        %s("%s")' ELSE '        %s["%s"]' END,
            relation.schema || '_' || relation.name,
            relation.name || coalesce('<br>' || (
                SELECT string_agg(attname, ', ' ORDER BY place)
                FROM pg_constraint
                CROSS JOIN unnest(conkey) WITH ORDINALITY AS key (number, place)
                JOIN pg_attribute ON attrelid = conrelid AND attnum = key.number
                WHERE conrelid = relation.oid
                  AND contype = 'p'
            ), '')
        ) AS node
    FROM relation
) AS node
GROUP BY schema
ORDER BY array_position(ARRAY['raw', 'crm', 'reports', 'etl'], schema::text);
SELECT format(
    CASE WHEN flow.by IS NULL THEN '    %s --> %s' ELSE '    %s -- %s --> %s' END,
    VARIADIC array_remove(ARRAY[source.schema || '_' || source.name, flow.by, target.schema || '_' || target.name], NULL)
)
FROM flow
JOIN relation AS source ON source.oid = flow.source
JOIN relation AS target ON target.oid = flow.target
ORDER BY 1;
\qecho '```'
