-- The owner of the warehouse and its database, which the superuser makes: it may make databases and roles, and no more.
-- Data of before there was an owner that is no superuser have both, and keep them.
\set ON_ERROR_STOP 1
-- No log of the server shows the password, whatever it is set to show.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
\getenv password OWNER_PASSWORD
SELECT format('CREATE ROLE warehouse LOGIN CREATEDB CREATEROLE PASSWORD %L', :'password')
WHERE to_regrole('warehouse') IS NULL \gexec
SELECT 'CREATE DATABASE warehouse OWNER warehouse'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'warehouse') \gexec
