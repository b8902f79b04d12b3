"""The migrations: Sqitch can take each back, and its verify scripts notice what is missing."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from psycopg.errors import SerializationFailure

from driver.broker.publisher import Message, Publisher
from driver.cli import main
from driver.settings import Settings
from driver.tests.conftest import changed_rules, until

Connection = psycopg.Connection[Any]

DB: Final = Path(__file__).parents[2] / "db"
DATA: Final = DB.parent / "data"

# Everything in our schemas, in the words of its definition.
SCHEMA: Final = """
    WITH relation AS (
        SELECT pg_class.*
        FROM pg_class
        WHERE relnamespace::regnamespace::text IN ('raw', 'crm', 'reports', 'etl', 'internal')
    )
    SELECT 'schema', nspname::text, nspname::text, obj_description(oid, 'pg_namespace')
    FROM pg_namespace
    WHERE nspname NOT LIKE 'pg_%'
    UNION ALL
    SELECT 'relation', oid::regclass::text,
        concat_ws(' ', relkind, relpersistence, reloptions, pg_get_expr(relpartbound, oid),
            CASE relkind WHEN 'v' THEN pg_get_viewdef(oid) WHEN 'i' THEN pg_get_indexdef(oid) END),
        obj_description(oid, 'pg_class')
    FROM relation
    UNION ALL
    SELECT 'column', attrelid::regclass || '.' || attname,
        concat_ws(' ', attnum, format_type(atttypid, atttypmod), attcollation::regcollation,
            attnotnull, attidentity, attgenerated, pg_get_expr(adbin, adrelid)),
        col_description(attrelid, attnum)
    FROM pg_attribute
    JOIN relation ON relation.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE attnum > 0
    UNION ALL
    SELECT 'constraint', conrelid::regclass || '.' || conname,
        pg_get_constraintdef(pg_constraint.oid), NULL
    FROM pg_constraint
    JOIN relation ON relation.oid = conrelid
    UNION ALL
    SELECT 'function', oid::regprocedure::text, pg_get_functiondef(oid),
        obj_description(oid, 'pg_proc')
    FROM pg_proc
    WHERE pronamespace::regnamespace::text IN ('raw', 'crm', 'reports', 'etl', 'internal')
    ORDER BY 1, 2, 3
"""

# Without their own BEGIN and ROLLBACK: the tests run them in a transaction of theirs.
VERIFY: Final = [
    re.sub(r"^(BEGIN|ROLLBACK);$", "", path.read_text(), flags=re.MULTILINE)
    for path in sorted((DB / "migrations" / "verify").iterdir())
]


def sqitch(*arguments: str) -> None:
    """Run Sqitch on the database that PGDATABASE names."""
    subprocess.run(["sqitch", "--quiet", "--chdir", str(DB / "migrations"), *arguments], check=True)


def test_deploy_revert_deploy(fresh: Connection, migrated: str) -> None:
    """Reverting leaves nothing behind; what is deployed anew, or twice, is the same.

    Roles are shared: those of another database keep their rights.
    """
    nothing = fresh.execute(SCHEMA).fetchall()

    subprocess.run([DB / "migrate"], check=True)
    deployed = fresh.execute(SCHEMA).fetchall()
    assert len(deployed) > len(nothing) + 100
    sqitch("verify", "--target", "db:pg:")

    subprocess.run([DB / "migrate"], check=True)
    assert fresh.execute(SCHEMA).fetchall() == deployed

    fresh.execute("SELECT internal.add_users_dim_period('2020-12-08')")
    sqitch("revert", "-y", "--target", "db:pg:")
    fresh.execute("DROP SCHEMA sqitch CASCADE")
    assert fresh.execute(SCHEMA).fetchall() == nothing

    rights = "SELECT has_database_privilege('warehouse_ingest', %s, 'CONNECT')"
    assert fresh.execute(rights, (migrated,)).fetchone() == (True,)

    subprocess.run([DB / "migrate"], check=True)
    assert fresh.execute(SCHEMA).fetchall() == deployed


def is_noticed(conn: Connection, statement: str) -> bool:
    """Whether a verify script fails after the statement, which is rolled back."""
    for script in VERIFY:
        conn.execute("BEGIN")
        conn.execute(statement.encode())
        try:
            conn.execute(script.encode())
        except psycopg.Error:
            return True
        finally:
            conn.execute("ROLLBACK")
    return False


def test_verify_notices_what_is_missing(conn: Connection) -> None:
    """Any schema, table or column of a migration, and the partition of the open versions."""
    assert not is_noticed(conn, "SELECT")
    statements = [statement for (statement,) in conn.execute("""
            SELECT format('DROP SCHEMA %s CASCADE', schema)
            FROM unnest(ARRAY['raw', 'crm', 'reports', 'etl', 'internal']) AS schema
            UNION ALL
            SELECT format('DROP TABLE %s CASCADE', oid::regclass)
            FROM pg_class
            WHERE relnamespace::regnamespace::text IN ('raw', 'crm', 'reports', 'etl', 'internal')
              AND relkind IN ('r', 'p')
              AND (NOT relispartition OR relname = 'users_dim_open')
            UNION ALL
            SELECT format('ALTER TABLE %s DROP COLUMN %I CASCADE', attrelid::regclass, attname)
            FROM pg_attribute
            JOIN pg_class ON pg_class.oid = attrelid
            WHERE relnamespace::regnamespace::text IN ('raw', 'crm', 'reports', 'etl', 'internal')
              AND relkind IN ('r', 'p')
              AND attnum > 0
              AND attinhcount = 0
              -- cannot be dropped: the partitions are made by it
              AND (attrelid, attname) <> ('crm.users_dim'::regclass, 'valid_to')
            """)]
    assert len(statements) > 90
    statements.append("ALTER TABLE crm.users_dim DETACH PARTITION crm.users_dim_open")
    assert [statement for statement in statements if not is_noticed(conn, statement)] == []


# A row of each table of the first release.
RELEASED: Final = """
    INSERT INTO raw.user_events (event_key, user_id, event_type, username, received_at, extra)
    VALUES (gen_random_uuid(), 'anna', 'User Created', 'Anna', '2020-12-08 10:00Z', '{"a": 1}');
    INSERT INTO raw.rejected_user_events (event_sk, reject_key, body, reason)
    VALUES (2, gen_random_uuid(), '\\xff', 'body: not UTF-8');
    INSERT INTO raw.organizations_inbox (body) VALUES ('{}');
    INSERT INTO raw.organizations (organization_key, organization_name) VALUES ('a', 'Acme');
    INSERT INTO raw.rejected_organizations (reject_key, body, reason)
    VALUES (gen_random_uuid(), '', 'body: empty');
    INSERT INTO crm.organizations_dim (organization_key, organization_name) VALUES ('a', 'Acme');
    CREATE TABLE crm.users_dim_2020_12 PARTITION OF crm.users_dim (
        CONSTRAINT users_dim_2020_12_uq UNIQUE (user_id, valid_from)
    ) FOR VALUES FROM ('2020-12-01 00:00Z') TO ('2021-01-01 00:00Z');
    INSERT INTO crm.users_dim (user_id, valid_from, valid_to, is_deleted, username, event_sk)
    VALUES
        ('anna', '2020-12-07 10:00Z', '2020-12-08 10:00Z', false, 'Anna', 0),
        ('anna', '2020-12-08 10:00Z', NULL, false, 'Anna', 1);
    INSERT INTO reports.user_events_daily VALUES ('2020-12-08', 1, 0, 0, 1, 1);
    INSERT INTO etl.ingests (import_id, positions, received, inserted, duplicates, rejected)
    VALUES ('a', '{[1,3)}', 2, 1, 0, 1);
    INSERT INTO etl.arrivals VALUES ('2020-12-08', pg_current_xact_id());
    INSERT INTO etl.load_runs (load_name, import_date, started_at, duration, rows_read,
        rows_written, snapshot)
    VALUES ('users_dim', '2020-12-08', now(), '1 s', 1, 1, pg_current_snapshot());
    """
TABLES: Final = """
    SELECT oid::regclass::text
    FROM pg_class
    WHERE relnamespace::regnamespace::text IN ('raw', 'crm', 'reports', 'etl', 'internal')
      AND relkind IN ('r', 'p')
      AND relpersistence = 'p'
    """


def contents(conn: Connection, tables: list[str]) -> dict[str, list[Any]]:
    """Every row of the tables, whatever columns they have."""
    return {
        table: conn.execute(f"SELECT to_jsonb(t) FROM {table} AS t ORDER BY 1".encode()).fetchall()
        for table in tables
    }


def test_upgrade_keeps_every_row(fresh: Connection) -> None:
    """From the first release, with a row in each of its tables, to the present schema."""
    sqitch("deploy", "--to", "@v0.1.0", "--target", "db:pg:")
    fresh.execute(RELEASED.encode())
    tables = [table for (table,) in fresh.execute(TABLES)]
    before = contents(fresh, tables)
    assert all(before.values()), "each table has a row"

    subprocess.run([DB / "migrate"], check=True)

    after = contents(fresh, tables)
    for table, rows in before.items():
        assert len(after[table]) == len(rows)
        for (old,), (new,) in zip(rows, after[table], strict=True):
            assert new == new | old, f"{table} keeps what each column had"
    assert fresh.execute("SELECT crm.load_users_dim('2020-12-08')").fetchone() == (0,)
    names = "SELECT organization_name, organization_key FROM crm.organization_names"
    assert fresh.execute(names).fetchall() == [("Acme", "a")]
    assert fresh.execute("SELECT * FROM etl.check_users_dim()").fetchall() == []


def test_upgrade_cleans_reasons(fresh: Connection) -> None:
    """Which were stored with what acts on a terminal, or at any length."""
    sqitch("deploy", "--to", "splice_by_user", "--target", "db:pg:")
    for table, key in (("user_events", "event_sk, reject_key"), ("organizations", "reject_key")):
        number = "number, " if table == "user_events" else ""
        fresh.execute(f"""
            INSERT INTO raw.rejected_{table} ({key}, body, reason)
            SELECT {number} gen_random_uuid(), '', reason
            FROM unnest(ARRAY['good', E'\u009b31m\u202e', repeat('x', 501)])
                WITH ORDINALITY AS reject (reason, number)""".encode())
    subprocess.run([DB / "migrate"], check=True)
    for table in ("user_events", "organizations"):
        reasons = fresh.execute(f"SELECT reason FROM raw.rejected_{table} ORDER BY 1".encode())
        assert sorted(reasons.fetchall()) == [("good",), ("x" * 500,), ("\ufffd31m\ufffd",)]


# Functions of releases that had no schema for what their functions share.
OLD_FUNCTIONS: Final = (
    "raw.bounds_fault(jsonb)",
    "raw.clean_reason(text)",
    "raw.content_key(text, bytea)",
    "raw.exceeds_bounds(jsonb[])",
    "raw.instant_fault(jsonb, text, timestamptz)",
    "raw.kept_from()",
    "raw.key_fault(jsonb, text)",
    "raw.mentions_user(bytea, jsonb, text, text[], text[])",
    "raw.mentions_user(bytea, text, text[], text[])",
    "raw.parse_instant(text)",
    "raw.parse_json(bytea)",
    "raw.parse_user_events(bytea[])",
    "raw.text_fault(jsonb, text)",
    "raw.user_event_fault(jsonb, timestamptz, timestamptz)",
    "raw.user_event_fault(jsonb, timestamptz, timestamptz, boolean)",
    "crm.add_users_dim_period(date)",
    "crm.find_users_dim_splice(timestamptz, timestamptz, timestamptz)",
    "crm.require_users_dim_period(date)",
    "crm.splice_users_dim(timestamptz, timestamptz)",
    "crm.unsplice_users_dim(timestamptz, timestamptz)",
    "etl.begin_change(text)",
    "etl.begin_load(text, date)",
    "etl.blank_to_null(text)",
    "etl.end_load(text, date, timestamptz, pg_snapshot, bigint, bigint)",
    "etl.erasure_token(bytea, text)",
    "etl.lock_load(text)",
    "etl.parse_correlation_id(text)",
)
ROUTINES: Final = """
    SELECT oid::regprocedure::text
    FROM pg_proc
    WHERE pronamespace::regnamespace::text IN ('raw', 'crm', 'reports', 'etl', 'internal')
    ORDER BY 1
    """


# Functions that have other parameters or another result now.
OLD_INTERNALS: Final = (
    "internal.begin_load(text, date)",
    "internal.end_load(text, date, timestamptz, pg_snapshot, bigint, bigint)",
    "internal.load_late_users(timestamptz, timestamptz)",
    "internal.stage_users_dim_day(timestamptz, timestamptz)",
)
OLD_LOADS: Final = (
    "internal.load_late_users(timestamptz, timestamptz, bigint, boolean)",
    "internal.load_users_in_order(date)",
    "internal.stage_users_dim_day(timestamptz, timestamptz, boolean)",
)
OLD_COMPARISONS: Final = (
    "internal.find_changed_users(timestamptz, timestamptz, boolean)",
    "internal.stage_users_dim_day(timestamptz, timestamptz, boolean)",
)
OLD_FAULTS: Final = (
    "raw.ingest_organizations()",
    "internal.instant_fault(jsonb, text, timestamptz)",
    "internal.organization_fault(jsonb, timestamptz)",
    "internal.user_event_fault(jsonb, timestamptz, timestamptz, boolean)",
)
OLD_SEARCHES: Final = (
    "internal.find_users_dim_neighbors(timestamptz, timestamptz, timestamptz)",
    "internal.find_users_dim_successors(timestamptz)",
)


OLD: Final = {
    "@v0.1.0": OLD_FUNCTIONS,
    "internal^": OLD_FUNCTIONS,
    "internal": OLD_INTERNALS,
    "open_place": OLD_LOADS,
    "counted_stage": OLD_SEARCHES,
    "new_late_days": OLD_COMPARISONS,
    "present_versions": OLD_FAULTS,
}


def test_upgrade_leaves_no_old_function(fresh: Connection, migrated: str) -> None:
    """From release to release; also where one is bound to another, none is left in the end."""
    for release, functions in OLD.items():
        sqitch("deploy", "--to", release, "--target", "db:pg:")
        for function in functions:
            bound = ", raw.key_fault(NULL, NULL)" if "raw.user_event_fault" in function else ""
            fresh.execute(f"""
                CREATE OR REPLACE FUNCTION {function} RETURNS record
                LANGUAGE sql RETURN (1{bound})""".encode())

    subprocess.run([DB / "migrate"], check=True)

    with psycopg.connect(dbname=migrated) as conn:
        assert fresh.execute(ROUTINES).fetchall() == conn.execute(ROUTINES).fetchall()


def test_migrate_drops_what_no_file_defines(
    own_warehouse: Connection, capfd: pytest.CaptureFixture[str]
) -> None:
    """Functions and views, also those that use one another; what others own stays."""
    objects = own_warehouse.execute(SCHEMA).fetchall()
    own_warehouse.execute(
        "CREATE FUNCTION internal.blank_to_null(integer) RETURNS text RETURN NULL"
    )
    own_warehouse.execute("CREATE VIEW crm.old AS SELECT internal.blank_to_null(1) AS nothing")
    own_warehouse.execute("CREATE VIEW crm.older AS TABLE crm.old")
    own_warehouse.execute("CREATE PROCEDURE etl.old() LANGUAGE sql AS ''")
    own_warehouse.execute("CREATE VIEW reports.theirs AS SELECT 1 AS one")
    own_warehouse.execute("ALTER VIEW reports.theirs OWNER TO warehouse_read")
    capfd.readouterr()

    subprocess.run([DB / "migrate"], check=True)

    own_warehouse.execute("DROP VIEW reports.theirs")
    assert own_warehouse.execute(SCHEMA).fetchall() == objects
    said = capfd.readouterr().err
    assert "dropping views that no file defines: crm.old, crm.older" in said
    assert "functions that no file defines: internal.blank_to_null(integer), etl.old()" in said


def test_revert_to_no_schema_of_internals(fresh: Connection) -> None:
    """The staging tables go back to where they were, as they were."""
    sqitch("deploy", "--to", "internal^", "--target", "db:pg:")
    before = fresh.execute(SCHEMA).fetchall()
    sqitch("deploy", "--to", "internal", "--target", "db:pg:")
    assert fresh.execute(SCHEMA).fetchall() != before
    sqitch("revert", "-y", "--to", "internal^", "--target", "db:pg:")
    assert fresh.execute(SCHEMA).fetchall() == before


def test_the_original_tables_are_taken_over(
    own_warehouse: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was imported twice there is here once; the old file afterwards repeats nothing.

    Except the second of two equal events of the file, which the old tables cannot tell.
    """
    own_warehouse.execute("""
        CREATE TABLE old_events (
            event_sk serial, id text, event_type text, username text, user_email text,
            user_type text, organization_name text, plan_name text, received_at timestamp)""")
    own_warehouse.execute("CREATE TABLE old_organizations (LIKE crm.organizations_dim)")
    own_warehouse.execute("ALTER TABLE old_organizations ALTER created_at TYPE timestamp")
    for _ in range(2):
        own_warehouse.execute(
            """
            INSERT INTO old_events (id, event_type, username, user_email, user_type,
                organization_name, plan_name, received_at)
            SELECT id, event_type, username, user_email, user_type, organization_name, plan_name,
                received_at
            FROM jsonb_populate_recordset(NULL::old_events, %s)""",
            ((DATA / "user_events.json").read_text("utf-8"),),
        )
        own_warehouse.execute(
            "INSERT INTO old_organizations"
            " SELECT * FROM jsonb_populate_recordset(NULL::old_organizations, %s)",
            ((DATA / "organizations.json").read_text("utf-8"),),
        )
    subprocess.run(
        ["psql", "--no-psqlrc", "--quiet", "--set=events=old_events"]
        + ["--set=organizations=old_organizations", f"--file={DB.parent}/docs/from_original.sql"],
        cwd=tmp_path,
        check=True,
    )
    for arguments in (
        ["user-events", "--direct", f"{tmp_path}/user_events.jsonl"],
        ["organizations", f"{tmp_path}/organizations.jsonl"],
        ["user-events", "--direct", f"{DATA}/user_events.json"],
        ["organizations", f"{DATA}/organizations.json"],
    ):
        assert main(["import", *arguments]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if "new" in line] == [
        "user events: 35 new, 0 duplicate, 0 rejected",
        "organizations: 20 new, 0 duplicate, 0 rejected",
        "user events: 1 new, 35 duplicate, 0 rejected",
        "organizations: 0 new, 20 duplicate, 0 rejected",
    ]


STALE: Final = "SELECT load_name, import_date::text, reason FROM etl.stale_dates ORDER BY 1, 2"
EVENT: Final = (
    '{"id": "%s", "event_type": "User Created", "received_at": "%s 10:00", "username": "ANNA"}'
)
INGEST: Final = "SELECT raw.ingest_user_events(%s::text[]::bytea[], NULL)"


def test_upgrade_reloads_no_year(fresh: Connection) -> None:
    """Runs of a release without fingerprints count as made under the rules of the upgrade."""
    sqitch("deploy", "--to", "rules^", "--target", "db:pg:")
    fresh.execute("""
        INSERT INTO etl.load_runs (load_name, import_date, started_at, duration, rows_read,
            rows_written, snapshot)
        SELECT load_name, '2020-01-01'::date + number, now(), '1 s', 0, 0, pg_current_snapshot()
        FROM generate_series(0, 364) AS number
        CROSS JOIN etl.loads
        WHERE takes_day""")

    subprocess.run([DB / "migrate"], check=True)

    assert fresh.execute(STALE).fetchall() == []
    states = "SELECT load_name, state, count(*) FROM etl.rules_of_days GROUP BY 1, 2 ORDER BY 1"
    assert fresh.execute(states).fetchall() == [
        ("user_events_daily", "present", 365),
        ("users_dim", "present", 365),
    ]


def test_upgrade_keeps_what_was_made_by_older_rules(fresh: Connection) -> None:
    """Fingerprints were of the text of all that a load called; only what was older stays so."""
    sqitch("deploy", "--to", "rules_of_data^", "--target", "db:pg:")
    fresh.execute("""
        INSERT INTO etl.rules (load_name, fingerprint, functions, same_as)
        VALUES ('users_dim', 'older', '{}', 'older'), ('users_dim', 'last', '{}', 'last'),
            ('users_dim', 'accepted', '{}', 'last')""")
    fresh.execute("UPDATE etl.loads SET rules = 'last' WHERE load_name = 'users_dim'")
    fresh.execute("""
        INSERT INTO etl.load_runs (load_name, import_date, started_at, duration, rows_read,
            rows_written, snapshot, rules)
        SELECT 'users_dim', '2020-01-01'::date + number::integer, now(), '1 s', 0, 0,
            '1:1:', rules
        FROM unnest(ARRAY['older', 'last', 'accepted']) WITH ORDINALITY AS made (rules, number)
        """)

    subprocess.run([DB / "migrate"], check=True)

    states = "SELECT import_date::text, state FROM etl.rules_of_days ORDER BY 1"
    assert fresh.execute(states).fetchall() == [
        ("2020-01-02", "older"),
        ("2020-01-03", "present"),
        ("2020-01-04", "present"),
    ]
    assert fresh.execute(STALE).fetchall() == [("users_dim", "2020-01-02", "the rules changed")]


def test_changed_rules_reach_their_days(own_warehouse: Connection, tmp_path: Path) -> None:
    """Migrated, they make the days of their load stale; catch-up loads these, oldest first."""
    days = ["2020-12-08", "2020-12-09"]
    own_warehouse.execute(INGEST, ([EVENT % (day, day) for day in days],))
    own_warehouse.execute("CALL etl.catch_up()")
    subprocess.run([DB / "migrate"], check=True)
    assert own_warehouse.execute(STALE).fetchall() == []

    subprocess.run([changed_rules(tmp_path) / "migrate"], check=True)
    assert own_warehouse.execute(STALE).fetchall() == [
        ("users_dim", day, "the rules changed") for day in days
    ]

    told: list[str | None] = []
    own_warehouse.add_notice_handler(lambda notice: told.append(notice.message_primary))
    own_warehouse.execute("CALL etl.catch_up()")
    assert told == [f"{n}/2 users_dim {day}: 2 rows written" for n, day in enumerate(days, 1)]
    assert own_warehouse.execute(STALE).fetchall() == []
    names = own_warehouse.execute("SELECT DISTINCT username FROM crm.users_dim").fetchall()
    assert names == [("anna",)]


def test_loads_and_new_rules_wait_for_each_other(own_warehouse: Connection, tmp_path: Path) -> None:
    """A load that runs ends under the old rules. One that began before the new ones is refused."""
    own_warehouse.execute(INGEST, ([EVENT % ("a", "2020-12-08"), EVENT % ("b", "2020-12-09")],))
    waits = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"

    def waiting(count: int) -> bool:
        return own_warehouse.execute(waits, (own_warehouse.info.dbname,)).rowcount == count

    with psycopg.connect() as running, ThreadPoolExecutor() as pool:
        running.execute("SELECT crm.load_users_dim('2020-12-08')")
        migration = pool.submit(subprocess.run, [changed_rules(tmp_path) / "migrate"], check=True)
        until(lambda: waiting(1))

        def load() -> None:
            with psycopg.connect() as late:
                late.execute("SELECT crm.load_users_dim('2020-12-09')")

        loading = pool.submit(load)
        until(lambda: waiting(2))
        running.commit()
        migration.result()
        with pytest.raises(SerializationFailure, match="rules of users_dim changed"):
            loading.result()

    assert own_warehouse.execute("SELECT username FROM crm.users_dim").fetchall() == [("ANNA",)]
    assert ("users_dim", "2020-12-08", "the rules changed") in own_warehouse.execute(
        STALE
    ).fetchall()


def test_what_arrives_while_a_dump_is_restored_waits_in_the_queue(
    own_warehouse: Connection, settings: Settings, tmp_path: Path
) -> None:
    """A consumer that works takes it afterwards; a database that has data is left as it is."""
    dump = tmp_path / "warehouse.dump"
    subprocess.run(["pg_dump", "--format=custom", "--file", dump], check=True)
    own_warehouse.execute("SELECT raw.ingest_user_events(%s, NULL)", ([b"no event"],))
    refused = subprocess.run([DB / "tools" / "restore", dump], stderr=subprocess.PIPE, check=False)
    assert refused.returncode == 1 and b"has events or organizations" in refused.stderr
    own_warehouse.execute("DELETE FROM raw.rejected_user_events")
    failed = subprocess.run([DB / "tools" / "restore", tmp_path / "none"], check=False)
    assert failed.returncode == 1
    name = own_warehouse.info.dbname
    own_warehouse.close()

    # Like the filling of a large database: it goes on when it is told to.
    slow = tmp_path / "pg_restore"
    slow.write_text(
        f"touch {tmp_path}/begun; until [ -e {tmp_path}/on ]; do sleep 0.05; done\n"
        f'PATH=${{PATH#*:}} exec pg_restore "$@"\n'
    )
    slow.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event = 'relation'"

    def arrived() -> bool:
        with psycopg.connect(autocommit=True) as conn:
            count = conn.execute("SELECT count(*) FROM raw.rejected_user_events").fetchone()
        return count == (100,)

    with (
        psycopg.connect(dbname="postgres", autocommit=True) as server,
        subprocess.Popen([sys.executable, "-m", "driver", "consume"]) as consumer,
        subprocess.Popen([DB / "tools" / "restore", dump], env=environment) as restore,
    ):
        try:
            until((tmp_path / "begun").exists)
            with Publisher(settings) as publisher:
                publisher.publish([Message(f"{n}", "", b"no event") for n in range(100)])
                publisher.wait_until_unconfirmed(0)
            until(lambda: server.execute(waiting, (name,)).fetchone() != (0,))
            (tmp_path / "on").touch()
            assert restore.wait(60) == 0
            until(arrived)
        finally:
            (tmp_path / "on").touch()
            consumer.terminate()


def test_events_that_were_erased_before_get_keys_that_no_file_tells(
    own_warehouse: Connection,
) -> None:
    """And a message of theirs that is delivered again is still a duplicate."""
    event = b'{"id": "anna", "event_type": "User Created", "received_at": "2020-12-08 10:00"}'
    ingest = "SELECT inserted, duplicates FROM raw.ingest_user_events(%b, NULL)"
    key = "SELECT event_key FROM raw.user_events"
    assert own_warehouse.execute(ingest, ([event],)).fetchone() == (1, 0)
    before = own_warehouse.execute(key).fetchone()
    own_warehouse.execute("SELECT crm.erase_user('anna')")
    after = own_warehouse.execute(key).fetchone()
    assert before and after and before != after

    sqitch("revert", "-y", "--to", "erasure_keys^", "--target", "db:pg:")
    own_warehouse.execute("UPDATE raw.user_events SET event_key = %s", before)
    subprocess.run([DB / "migrate"], check=True)
    assert own_warehouse.execute(key).fetchone() == after
    assert own_warehouse.execute(ingest, ([event],)).fetchone() == (0, 1)


def test_what_was_reported_before_the_upgrade(fresh: Connection) -> None:
    """Is the present number, since the run that wrote it, as far as that is known."""
    sqitch("deploy", "--to", "user_events_history^", "--target", "db:pg:")
    fresh.execute("""
        INSERT INTO reports.user_events_daily
        SELECT date '2020-12-05' + number, 1, 0, 0, 1, 1 FROM generate_series(0, 2) AS number;
        INSERT INTO etl.load_runs (load_name, import_date, started_at, duration, rows_read,
            rows_written, snapshot)
        SELECT
            'user_events_daily', import_date::date, started_at::timestamptz, '1 s', 1, rows_written,
            pg_current_snapshot()
        FROM (VALUES
            ('2020-12-05', '2020-12-06 00:10Z', 1), ('2020-12-05', '2020-12-07 23:59Z', 1),
            ('2020-12-05', '2020-12-08 10:00Z', 0), ('2020-12-06', '2020-12-09 10:00Z', 0),
            ('2020-12-06', '2020-12-10 10:00Z', 0)
        ) AS run (import_date, started_at, rows_written)""")

    subprocess.run([DB / "migrate"], check=True)

    assert (
        fresh.execute("""
        SELECT event_date::text, nullif(reported_on, (now() AT TIME ZONE 'UTC')::date)::text
        FROM reports.user_events_history
        WHERE n_total = 1
        ORDER BY event_date
        """).fetchall()
        == [
            ("2020-12-05", "2020-12-07"),
            ("2020-12-06", "2020-12-09"),
            ("2020-12-07", None),
        ]
    )
