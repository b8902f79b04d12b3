-- A mark for each run. The model users says which of them it has copied.
{{ config(materialized='incremental', incremental_strategy='append') }}

SELECT crm.users_mark() AS mark, now() AS taken_at, false AS is_copied
