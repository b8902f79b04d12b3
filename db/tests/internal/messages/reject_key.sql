-- internal.reject_key(): what makes two messages in quarantine the same.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(8);

\set count '''\\x10''::bytea || ''x-delivery-countl'''
\set acquired '''\\x10''::bytea || ''x-acquired-countL'''

SELECT is(internal.reject_key('m', '\xff', NULL), internal.content_key('m', '\xff'), 'the message id and the body');
SELECT is(internal.reject_key('m', '\xff', ''), internal.content_key('m', '\xff'), 'an empty table is none');
SELECT isnt(internal.reject_key('m', 'x', '\x016156'), internal.reject_key('m', 'x', '\x016256'), 'and the headers');
SELECT is(
    internal.reject_key('m', 'x', '\x016156'::bytea || :count || bytes || '\x016256'), internal.reject_key('m', 'x', '\x016156016256'),
    format('but not how often it was delivered: %s', bytes)
)
FROM unnest(ARRAY['\x0000000000000001', '\x00005c5cff61ff0a']::bytea[]) AS bytes;
SELECT is(
    internal.reject_key('m', 'x', :count || '\x0000000000000001' || :acquired || '\x0000000000000002'),
    internal.reject_key('m', 'x', ''), 'nor how often it was taken'
);
SELECT isnt(
    internal.reject_key('m', 'x', :count || '\x000000000000000173'), internal.reject_key('m', 'x', ''),
    'what comes behind the number counts'
);
SELECT isnt(
    internal.reject_key('m', 'x', :count || '\x00'), internal.reject_key('m', 'x', ''), 'what is cut off counts'
);

SELECT * FROM finish();
ROLLBACK;
