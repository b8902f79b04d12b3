-- Reads raw.user_events and crm.users_dim; writes tables of the schema internal that are named as the partitions of crm.users_dim.
-- Called by etl.begin_history only.
CREATE OR REPLACE FUNCTION internal.write_history(p_from timestamptz, p_days date[])
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $write_history$
DECLARE
    v_partition record;
    v_number    integer := 0;
    v_versions  bigint;
BEGIN
    CREATE TABLE internal.users_dim_new (LIKE crm.users_dim) PARTITION BY RANGE (coalesce(valid_to, 'infinity'));
    PERFORM internal.make_twin(partition) FROM internal.users_dim_partitions;
    CREATE TABLE internal.users_dim_others PARTITION OF internal.users_dim_new DEFAULT;

    EXECUTE
        'INSERT INTO internal.users_dim_new (
            user_id, valid_from, valid_to, is_valid, is_deleted,
            username, user_email, user_type, organization_name, plan_name, event_sk, attributes
        )
        SELECT *
        FROM internal.make_history($1, $2)'
    USING p_from, p_days;

    GET DIAGNOSTICS v_versions = ROW_COUNT;
    RAISE INFO 'history: % versions are written beside the old ones', v_versions;

    -- Versions that ended in months without a partition, as the first event of one has only just arrived.
    ALTER TABLE internal.users_dim_new DETACH PARTITION internal.users_dim_others;
    EXECUTE
        'SELECT internal.add_users_dim_period(month::date)
        FROM (SELECT DISTINCT date_trunc(''month'', valid_to) FROM internal.users_dim_others) AS period (month)';
    PERFORM internal.make_twin(partition) FROM internal.users_dim_partitions WHERE twin IS NULL;
    EXECUTE 'INSERT INTO internal.users_dim_new SELECT * FROM internal.users_dim_others';
    DROP TABLE internal.users_dim_others;

    -- One index made of all rows takes a fraction of the time of as many insertions.
    FOR v_partition IN SELECT *, count(*) OVER () AS total FROM internal.users_dim_partitions ORDER BY from_end LOOP
        EXECUTE format('ALTER TABLE internal.users_dim_new DETACH PARTITION internal.%I', v_partition.name);
        PERFORM internal.index_twin(v_partition.partition);
        v_number := v_number + 1;
        RAISE INFO 'history: partition % of % has its indexes', v_number, v_partition.total;
    END LOOP;
    DROP TABLE internal.users_dim_new;
END;
$write_history$;

COMMENT ON FUNCTION internal.write_history(timestamptz, date[]) IS
    'Writes all versions, as internal.make_history makes them, into new partitions in the schema internal.';
