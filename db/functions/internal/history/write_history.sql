-- Reads raw.user_events and crm.users_dim; writes tables of the schema internal that are named as the partitions of crm.users_dim.
-- Called by etl.begin_history only.
CREATE OR REPLACE FUNCTION internal.write_history(p_from timestamptz, p_days date[])
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $write_history$
DECLARE
    c_new       CONSTANT text := 'users_dim_new';
    c_others    CONSTANT text := 'users_dim_others';
    v_partition record;
    v_number    integer := 0;
    v_versions  bigint;
BEGIN
    EXECUTE format('CREATE TABLE internal.%I (LIKE crm.users_dim) PARTITION BY RANGE (coalesce(valid_to, ''infinity''))', c_new);
    PERFORM internal.make_twin(partition) FROM internal.users_dim_partitions;
    EXECUTE format('CREATE TABLE internal.%I PARTITION OF internal.%I DEFAULT', c_others, c_new);
    EXECUTE format(
        'INSERT INTO internal.%I (
            user_id, valid_from, valid_to, is_valid, is_deleted,
            username, user_email, user_type, organization_name, plan_name, event_sk, attributes
        )
        SELECT *
        FROM internal.make_history($1, $2)', c_new
    )
    USING p_from, p_days;

    GET DIAGNOSTICS v_versions = ROW_COUNT;
    RAISE NOTICE 'history: % versions are written beside the old ones', v_versions;

    -- Versions that ended in months without a partition, as the first event of one has only just arrived.
    EXECUTE format('ALTER TABLE internal.%I DETACH PARTITION internal.%I', c_new, c_others);
    EXECUTE format(
        'SELECT internal.add_users_dim_period(month::date)
        FROM (SELECT DISTINCT date_trunc(''month'', valid_to) FROM internal.%I) AS period (month)', c_others
    );
    PERFORM internal.make_twin(partition) FROM internal.users_dim_partitions WHERE twin IS NULL;
    EXECUTE format('INSERT INTO internal.%I SELECT * FROM internal.%I', c_new, c_others);
    EXECUTE format('DROP TABLE internal.%I', c_others);

    -- One index made of all rows takes a fraction of the time of as many insertions.
    FOR v_partition IN
        SELECT *, count(*) OVER () AS total FROM internal.users_dim_partitions WHERE twin IS NOT NULL ORDER BY name
    LOOP
        EXECUTE format('ALTER TABLE internal.%I DETACH PARTITION internal.%I', c_new, v_partition.name);
        PERFORM internal.index_twin(v_partition.partition);
        v_number := v_number + 1;
        RAISE NOTICE 'history: partition % of % has its indexes', v_number, v_partition.total;
    END LOOP;
    EXECUTE format('DROP TABLE internal.%I', c_new);
END;
$write_history$;

COMMENT ON FUNCTION internal.write_history(timestamptz, date[]) IS
    'Writes all versions, as internal.make_history makes them, into new partitions in the schema internal.';
