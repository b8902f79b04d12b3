-- internal.event_key(): what makes two messages the same event.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(6);

\set original '''{"a": 1, "event_type": "x"}''::jsonb'

SELECT is(
    internal.event_key('m', NULL, :original), internal.content_key('m', convert_to(:original::text, 'UTF8')),
    'the message id and the content'
);
SELECT is(
    internal.event_key('m', :original, '{"id": "b", "event_type": "x"}'), internal.event_key('m', NULL, :original),
    'as it came, whatever is made of it'
);
SELECT isnt(internal.event_key('n', :original, :original), internal.event_key('m', NULL, :original), 'another message id');
SELECT isnt(
    internal.event_key('m', :original, '{"event_type": "y"}'), internal.event_key('m', :original, '{"event_type": "z"}'),
    'another event_type, which may come from the headers'
);
SELECT is(
    internal.event_key(NULL, '{}', '{"event_type": "y"}'), internal.content_key(NULL, '{}y'), 'also where there was none'
);
SELECT is(internal.event_key(NULL, '[1]', '{}'), internal.content_key(NULL, '[1]'), 'or none at all');

SELECT * FROM finish();
ROLLBACK;
