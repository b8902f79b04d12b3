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

-- A load writes the table of its name; a view is read from what its rule depends on.
CREATE TEMP VIEW flow AS
SELECT source.oid AS source, target.oid AS target, load.load_function AS by
FROM etl.loads AS load
CROSS JOIN unnest(load.depends_on) AS source_name
JOIN relation AS source ON source.oid = to_regclass(source_name)
JOIN relation AS target ON target.name = load.load_name
UNION
SELECT source.oid, target.oid, NULL
FROM relation AS target
JOIN pg_rewrite AS rule ON rule.ev_class = target.oid
JOIN pg_depend AS depend ON depend.classid = 'pg_rewrite'::regclass AND depend.objid = rule.oid
JOIN relation AS source ON depend.refclassid = 'pg_class'::regclass AND depend.refobjid = source.oid
WHERE target.relkind = 'v'
  AND source.oid <> target.oid;

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
