-- Deploy warehouse:clean_reasons to pg
-- requires: user_events organizations
BEGIN;

-- A reason quotes what came. From now on control and format characters, which act on a terminal, are replaced at once.
UPDATE raw.rejected_user_events AS reject
SET reason = cleaned.reason
FROM (
    SELECT event_sk, left(regexp_replace(
        reason,
        E'[\u0001-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]',
        E'\uFFFD', 'g'
    ), 500) AS reason
    FROM raw.rejected_user_events
) AS cleaned
WHERE cleaned.event_sk = reject.event_sk
  AND cleaned.reason <> reject.reason;

UPDATE raw.rejected_organizations AS reject
SET reason = cleaned.reason
FROM (
    SELECT reject_key, left(regexp_replace(
        reason,
        E'[\u0001-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]',
        E'\uFFFD', 'g'
    ), 500) AS reason
    FROM raw.rejected_organizations
) AS cleaned
WHERE cleaned.reject_key = reject.reject_key
  AND cleaned.reason <> reject.reason;

COMMIT;
