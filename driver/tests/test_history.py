"""The history built in one pass: beside its readers, loads and erasures, and those who kill it."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import psycopg
import pytest
from psycopg import IsolationLevel
from psycopg.errors import LockNotAvailable, ObjectInUse

from driver.tests.conftest import until

Connection = psycopg.Connection[Any]

EVENT: Final = (
    '{"id": "%s", "event_type": "User Updated", "received_at": "%s 10:00", "username": "%s"}'
)
INGEST: Final = "SELECT raw.ingest_user_events(%s::text[]::bytea[], NULL)"
NAMES: Final = "SELECT username FROM crm.users_dim ORDER BY user_id, valid_from"
BUILD: Final = "CALL etl.build_history(NULL, '10 seconds')"
STEP: Final = "SELECT application_name FROM pg_stat_activity WHERE pid = %s"
PROBLEMS: Final = "SELECT problem FROM etl.problems WHERE problem LIKE '%%history%%'"
BESIDE: Final = """
    SELECT
    FROM pg_class
    WHERE relnamespace = 'internal'::regnamespace
      AND relname ~ '^users_dim_(open|\\d)'
    """
# All that a partition is, but for the numbers of its objects.
CATALOG: Final = """
    SELECT
        relname, relacl::text, reloptions, relreplident, relpersistence,
        pg_get_expr(relpartbound, oid),
        obj_description(oid, 'pg_class'),
        (SELECT array_agg((pg_get_indexdef(indexrelid), indisclustered, indisreplident)::text
            ORDER BY indexrelid::regclass::text)
         FROM pg_index WHERE indrelid = oid),
        (SELECT array_agg((conname, conislocal, coninhcount, pg_get_constraintdef(oid))::text
            ORDER BY conname)
         FROM pg_constraint WHERE conrelid = pg_class.oid),
        (SELECT array_agg((attname, atttypid, attcollation, attnotnull, attstattarget, attstorage,
            attacl::text, col_description(attrelid, attnum))::text ORDER BY attname)
         FROM pg_attribute WHERE attrelid = oid AND attnum > 0 AND NOT attisdropped)
    FROM pg_class
    WHERE relnamespace = 'crm'::regnamespace
      AND relname LIKE 'users_dim%'
      AND relkind IN ('r', 'p')
    ORDER BY relname
    """


def arrive(conn: Connection, *events: str) -> None:
    """Ingest events: user, day and name of each."""
    conn.execute(INGEST, ([EVENT % tuple(event.split()) for event in events],))


def names(conn: Connection) -> list[str]:
    """The names of all versions."""
    return [name for (name,) in conn.execute(NAMES)]


@contextmanager
def building(migrated: str, step: str) -> Iterator[tuple[Future[Any], Connection]]:
    """Build the history in a session of its own; go on here once it is at a step."""
    with (
        psycopg.connect(dbname=migrated, autocommit=True) as builder,
        psycopg.connect(dbname=migrated, autocommit=True) as watcher,
        ThreadPoolExecutor(1) as pool,
    ):
        pid = builder.info.backend_pid
        running = pool.submit(builder.execute, BUILD)
        until(lambda: watcher.execute(STEP, (pid,)).fetchone() == (f"warehouse history: {step}",))
        yield running, builder


@pytest.fixture(name="history")
def fixture_history(conn: Connection) -> Connection:
    """Two users in two months, loaded, of whom raw says something else by now."""
    conn.execute("SELECT etl.abandon_history()")
    arrive(conn, "anna 2020-12-08 old", "anna 2021-01-08 old", "bo 2020-12-09 old")
    conn.execute("CALL etl.catch_up()")
    conn.execute("UPDATE raw.user_events SET username = 'new'")
    return conn


@pytest.mark.parametrize("level", [IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE])
def test_a_reader_with_an_older_snapshot_sees_the_old_one(
    history: Connection, migrated: str, level: IsolationLevel
) -> None:
    """The exchange waits for it, whether it has read the dimension yet or not; others read on."""
    with psycopg.connect(dbname=migrated) as reader:
        reader.isolation_level = level
        reader.execute("TABLE etl.settings")  # its snapshot
        with building(migrated, "waits for older transactions") as (running, _):
            time.sleep(0.3)
            assert names(reader) == ["old"] * 3
            assert names(history) == ["old"] * 3
            history.execute("SELECT crm.load_users_dim('2021-01-09')")  # nor do loads wait
            arrive(history, "cy 2021-01-10 new")
            assert not running.done()
            assert names(reader) == ["old"] * 3
            reader.commit()
            running.result()
    assert names(history) == ["new"] * 3


def test_a_snapshot_from_after_the_filling_sees_the_new_one(
    history: Connection, migrated: str
) -> None:
    """Also where it began before the exchange; never none, never half."""
    with psycopg.connect(dbname=migrated) as older, psycopg.connect(dbname=migrated) as newer:
        older.execute("SELECT pg_current_snapshot()")
        with building(migrated, "waits for older transactions") as (running, _):
            newer.isolation_level = IsolationLevel.REPEATABLE_READ
            newer.execute("TABLE etl.settings")
            older.commit()
            running.result()
            assert names(newer) == ["new"] * 3
    assert names(history) == ["new"] * 3


def test_a_cursor_and_a_plan_from_before(history: Connection, migrated: str) -> None:
    """A cursor keeps the exchange waiting; a prepared statement is planned again."""
    assert names(history) == ["old"] * 3
    with psycopg.connect(dbname=migrated) as reader:
        reader.execute("PREPARE names AS " + NAMES)
        for _ in range(6):
            assert len(reader.execute("EXECUTE names").fetchall()) == 3
        reader.commit()
        older = psycopg.connect(dbname=migrated)
        older.execute("SELECT pg_current_snapshot()")
        with building(migrated, "waits for older transactions") as (running, _):
            reader.execute("DECLARE cursor CURSOR FOR " + NAMES)
            assert reader.execute("FETCH 1 FROM cursor").fetchone() == ("old",)
            older.close()
            time.sleep(0.5)
            assert not running.done()
            assert reader.execute("FETCH ALL FROM cursor").fetchall() == [("old",)] * 2
            reader.commit()
            running.result()
        assert reader.execute("EXECUTE names").fetchall() == [("new",)] * 3


def test_a_load_meanwhile_is_not_lost(history: Connection, migrated: str) -> None:
    """What it has seen beyond the snapshot of the filling is loaded again by the next catch-up."""
    with psycopg.connect(dbname=migrated) as older:
        older.execute("SELECT pg_current_snapshot()")
        with building(migrated, "waits for older transactions") as (running, _):
            arrive(history, "anna 2020-12-20 late", "cy 2021-01-11 late")
            history.execute("CALL etl.catch_up()")
            assert names(history) == ["old", "late", "old", "old", "late"]
            older.commit()
            running.result()
    assert names(history) == ["new"] * 3
    assert history.execute(
        "SELECT load_name, import_date::text, reason FROM etl.stale_dates ORDER BY 2"
    ).fetchall() == [
        ("users_dim", day, "loaded while the history was built")
        for day in ("2020-12-20", "2021-01-11")
    ]
    # A report by what arrives must not rely on versions that are not there.
    arrive(history, "anna 2020-12-20 later")
    history.execute("SELECT reports.load_user_events_daily('2020-12-20')")
    assert history.execute(
        "SELECT n_unique, n_total FROM reports.user_events_daily WHERE event_date = '2020-12-20'"
    ).fetchone() == (1, 2)
    history.execute("CALL etl.catch_up()")
    assert names(history) == ["new", "later", "new", "new", "late"]


def test_what_is_gone_meanwhile_does_not_come_back(history: Connection, migrated: str) -> None:
    """After an erasure the versions are made anew, and after a removal of old events."""
    changes: list[Callable[[], object]] = [
        lambda: history.execute("SELECT crm.erase_user('anna')"),
        lambda: history.execute("SELECT raw.drop_before('2021-01-01')"),
    ]
    for change in changes:
        with psycopg.connect(dbname=migrated) as older:
            older.execute("SELECT pg_current_snapshot()")
            with building(migrated, "waits for older transactions") as (running, _):
                change()
                older.commit()
                running.result()
        assert history.execute("SELECT FROM crm.users_dim WHERE user_id = 'anna'").rowcount == 0
    assert history.execute("SELECT count(*) FROM crm.users_dim").fetchone() == (3,)
    stale = "SELECT FROM etl.stale_dates WHERE load_name = 'users_dim'"
    assert history.execute(stale).rowcount == 0


def test_it_gives_up_when_the_old_one_stays_in_use(history: Connection, migrated: str) -> None:
    """Then nothing has changed, and nothing is left beside it."""
    with psycopg.connect(dbname=migrated) as reader:
        names(reader)
        with pytest.raises(LockNotAvailable, match="in use for 00:00:00.5"):
            history.execute("CALL etl.build_history(NULL, '0.5 seconds')")
        assert names(history) == ["old"] * 3
        assert history.execute(BESIDE).rowcount == 0
    (problem,) = history.execute(PROBLEMS).fetchone() or ("",)
    assert problem.startswith("the history that was begun to be built at ")
    history.execute("CALL etl.catch_up()")
    assert history.execute(PROBLEMS).fetchall() == []


def test_two_at_once(history: Connection, migrated: str) -> None:
    """The second one is refused."""
    with psycopg.connect(dbname=migrated) as older:
        older.execute("SELECT pg_current_snapshot()")
        with building(migrated, "waits for older transactions") as (running, builder):
            assert history.execute(PROBLEMS).fetchall() == []
            with pytest.raises(ObjectInUse, match="another session builds the history"):
                history.execute(BUILD)
            history.execute("SELECT etl.abandon_history()")
            older.commit()
            running.result()
            assert builder.info.transaction_status.name == "IDLE"
    assert names(history) == ["new"] * 3


def test_killed_at_any_instant(history: Connection, migrated: str) -> None:
    """The old one is there or the new one; what lies beside is named, and gone by the next call."""
    sevens = [f"{user} 2020-12-{day:02} old" for user in "abcdefgh" for day in range(1, 29)]
    arrive(history, *sevens)
    history.execute("UPDATE raw.user_events SET username = 'whole'")
    history.execute("CALL etl.build_history()")
    whole = names(history)
    for number in range(12):
        history.execute("UPDATE raw.user_events SET username = %s", (f"number {number}",))
        with (
            psycopg.connect(dbname=migrated, autocommit=True) as builder,
            ThreadPoolExecutor(1) as pool,
        ):
            running = pool.submit(builder.execute, BUILD)
            time.sleep(random.random() * 0.4)
            history.execute("SELECT pg_terminate_backend(%s, 5000)", (builder.info.backend_pid,))
            running.exception()
        found = names(history)
        assert len(found) == len(whole)
        assert len(set(found)) == 1
        if history.execute(BESIDE).rowcount > 0:
            assert history.execute(PROBLEMS).rowcount == 1
        history.execute(BUILD)
        assert set(names(history)) == {f"number {number}"}
        assert history.execute(BESIDE).rowcount == 0
        assert history.execute(PROBLEMS).rowcount == 0


def test_the_new_partitions_are_as_the_old_ones(own_warehouse: Connection) -> None:
    """Indexes, constraints, comments, rights, storage, replica identity: all but the rows."""
    conn = own_warehouse
    arrive(conn, "anna 2020-12-08 old", "anna 2021-01-08 old", "bo 2020-12-09 old")
    conn.execute("CALL etl.catch_up()")
    conn.execute("""
        CREATE INDEX by_name ON crm.users_dim_open (lower(username));
        ALTER TABLE crm.users_dim_open CLUSTER ON by_name, ALTER user_id SET STATISTICS 1000;
        ALTER TABLE crm.users_dim_open SET (toast.autovacuum_enabled = false);
        ALTER TABLE crm.users_dim_2021_01 REPLICA IDENTITY USING INDEX users_dim_2021_01_uq;
        COMMENT ON TABLE crm.users_dim_open IS 'ours';
        GRANT SELECT (user_id) ON crm.users_dim_2021_01 TO PUBLIC;
        GRANT SELECT ON crm.users_dim_2021_01 TO warehouse_load WITH GRANT OPTION;
        """)
    conn.execute("CALL etl.build_history()")  # with the months of now
    conn.execute("UPDATE raw.user_events SET username = 'new'")
    before = conn.execute(CATALOG).fetchall()
    files = conn.execute("SELECT 'crm.users_dim_open'::regclass::oid").fetchone()
    conn.execute("CALL etl.build_history()")
    assert conn.execute(CATALOG).fetchall() == before
    assert conn.execute("SELECT 'crm.users_dim_open'::regclass::oid").fetchone() != files
    assert (
        conn.execute(
            "SELECT FROM pg_stats WHERE tablename = 'users_dim_open' AND attname = 'username'"
        ).rowcount
        == 1
    )
