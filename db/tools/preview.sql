-- Shows what loads would change, and changes nothing: those of one day, or of all stale days, or of those in a range.
-- usage: psql --no-psqlrc --quiet --file=db/tools/preview.sql --set=day=2020-12-08 --set=first= --set=last=
\set ON_ERROR_STOP on
\encoding UTF8
\pset footer off
\pset null ·
SET client_min_messages = warning;

SELECT
    coalesce(array_agg(load_name ORDER BY import_date, position), '{}') AS load_names,
    coalesce(array_agg(import_date ORDER BY import_date, position), '{}') AS dates,
    format('%s of %s', count(*) || CASE count(*) WHEN 1 THEN ' load' ELSE ' loads' END,
        count(DISTINCT import_date) || CASE count(DISTINCT import_date) WHEN 1 THEN ' day' ELSE ' days' END) AS what
FROM (
    SELECT load_name, position, nullif(:'day', '')::date AS import_date
    FROM etl.loads
    WHERE takes_day
      AND :'day' <> ''
    UNION ALL
    SELECT load_name, position, import_date
    FROM etl.stale_dates
    JOIN etl.loads USING (load_name)
    WHERE :'day' = ''
      AND import_date BETWEEN coalesce(nullif(:'first', ''), '-infinity')::date AND coalesce(nullif(:'last', ''), 'infinity')::date
) AS load \gset

CREATE TEMP TABLE preview AS
SELECT row_number() OVER () AS row, *
FROM etl.preview_loads(:'load_names', :'dates', 5);

SELECT EXISTS (SELECT FROM preview) AS changes \gset
\if :changes
\else
    \echo :what: nothing would change
    \quit
\endif

\set what :what ' would change'
\pset title :what
SELECT load_name, change, max(total) AS rows
FROM preview
GROUP BY load_name, change
ORDER BY min(row);

\pset title 'the first five of each'
SELECT row, load_name, change, field, preview.old_row ->> field AS is, preview.new_row ->> field AS would_be
FROM preview
CROSS JOIN jsonb_object_keys(coalesce(old_row, new_row)) WITH ORDINALITY AS fields (field, number)
JOIN etl.loads USING (load_name)
WHERE field = ANY (table_key)
   OR old_row ->> field IS DISTINCT FROM new_row ->> field
ORDER BY row, number;
