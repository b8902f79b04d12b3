-- Reads raw.user_events and etl.arrivals, writes crm.users_dim and etl.load_runs.
-- Rerun: the same date and the same raw rows write nothing to the dimension.
-- A day that was loaded before, and to which events have come since, costs what these events' users have on it. Any other day is
-- compared as a whole, which also mends what was changed by hand and takes away what is gone from raw. Readers and ingest do not wait
-- when a partition for the next month is added (ATTACH, without a default partition), nor when the stage is emptied; but see
-- internal.require_users_dim_period.
CREATE OR REPLACE FUNCTION crm.load_users_dim(import_date date)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
    -- The plans of one day are not those of the next; a day of a million events is sorted and hashed in memory;
    -- the estimates for a stage without statistics make the compiler start for nothing.
    SET plan_cache_mode = 'force_custom_plan'
    SET work_mem = '64MB'
    SET jit = off
AS $load_users_dim$
DECLARE
    v_started_at CONSTANT timestamptz := clock_timestamp();
    v_from       CONSTANT timestamptz := import_date::timestamptz;
    v_to         CONSTANT timestamptz := (import_date + 1)::timestamptz;
    v_newest     timestamptz;
    v_snapshot   pg_snapshot;
    v_known      bigint;
    v_arrived    record;
    v_mode       text;
    v_staged     record;
    v_versions   bigint;
    v_in_order   bigint := 0::bigint;
    v_late       bigint := 0::bigint;
BEGIN
    v_newest := internal.begin_load('users_dim', import_date);
    v_snapshot := internal.load_snapshot();
    v_known := (internal.last_load('users_dim', import_date)).rows_read;
    v_arrived := internal.arrived_events('users_dim', import_date, v_snapshot);
    v_mode := CASE
        WHEN v_arrived.event_sks IS NOT NULL THEN 'arrived' -- it was loaded, and only these events are new
        WHEN v_known IS NULL THEN 'new' -- it was never loaded
        ELSE 'whole' -- it is compared with what is there
    END;

    IF v_mode = 'arrived' THEN -- for speed: without a multirange it finds nothing
        PERFORM internal.find_arrived_instants(v_from, v_to, v_arrived.event_sks);
    END IF;
    v_staged := internal.stage_versions(v_from, v_to, v_mode);

    IF v_staged.n_out_of_order < v_staged.n_versions THEN
        v_in_order := internal.load_users_in_order(import_date, v_staged.n_reopened);
    END IF;
    -- for speed: without users out of order, and where no version can be gone, it would find nobody
    IF v_staged.n_out_of_order > 0 OR v_mode = 'whole' THEN
        v_late := internal.load_users_out_of_order(v_from, v_to, v_mode, v_known, v_staged.n_out_of_order);
    END IF;
    IF v_in_order + v_late > 0 -- otherwise no day changed
        AND EXISTS (SELECT FROM etl.loads WHERE 'crm.users_dim' = ANY (depends_on)) -- for speed: nobody is to be told
    THEN
        PERFORM internal.note_changed_days('users_dim', internal.find_changed_days(import_date, v_in_order));
    END IF;

    v_versions := CASE v_mode
        WHEN 'arrived' THEN v_known - (SELECT coalesce(sum(n_begun), 0)::bigint FROM internal.users_dim_neighbors) + (
            SELECT count(*)
            FROM internal.users_dim_stage AS stage
            WHERE NOT stage.is_late
               OR EXISTS (SELECT 1 FROM internal.users_dim_neighbors AS neighbor WHERE neighbor.user_id = stage.user_id)
        )
        ELSE v_staged.n_versions
    END;
    PERFORM internal.empty_users_dim_stage();

    -- The month after will be needed soon.
    PERFORM internal.prepare_users_dim_period((import_date + interval '1 month')::date);
    PERFORM internal.end_load(
        'users_dim', import_date, v_started_at, v_snapshot, v_versions, v_in_order + v_late, v_arrived.n_total, v_newest
    );
    RETURN v_in_order + v_late;
END;
$load_users_dim$;

COMMENT ON FUNCTION crm.load_users_dim(date) IS
    'Loads one UTC day of the dimension: brings the versions that begin on it, and those beside them in time, to the state of the raw events of that day. Returns the number of rows written. Days in any order, any number of times. Loads of this table wait for one another; readers and ingest never wait.';
