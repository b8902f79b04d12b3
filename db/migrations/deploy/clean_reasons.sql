-- Deploy warehouse:clean_reasons to pg
-- requires: user_events organizations
BEGIN;

-- A reason quotes what came. From now on control and format characters, which act on a terminal, are replaced at once.
CREATE FUNCTION pg_temp.clean(p_reason text) RETURNS text LANGUAGE sql IMMUTABLE RETURN left(regexp_replace(
    p_reason,
    E'[\u0001-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]',
    E'\uFFFD', 'g'
), 500);

UPDATE raw.rejected_user_events
SET reason = pg_temp.clean(reason)
WHERE reason <> pg_temp.clean(reason);

UPDATE raw.rejected_organizations
SET reason = pg_temp.clean(reason)
WHERE reason <> pg_temp.clean(reason);

DROP FUNCTION pg_temp.clean(text);

COMMIT;
