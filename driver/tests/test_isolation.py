"""Sessions side by side: what they see of one another, what they wait for, what they refuse."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import psycopg
import pytest
from psycopg.errors import ActiveSqlTransaction, InsufficientPrivilege, LockNotAvailable

from driver.tests.conftest import drop_periods, until, waiting

Connection = psycopg.Connection[Any]

INGEST: Final = "SELECT inserted, rejected FROM raw.ingest_user_events(%b, NULL)"


def event(user_id: str, instant: str, name: str = "Anna") -> bytes:
    """Return the body of an event."""
    return (
        f'{{"id": "{user_id}", "event_type": "User Updated", "received_at": "{instant}",'
        f' "username": "{name}", "user_email": "{name}@example.org"}}'
    ).encode()


@pytest.fixture(name="other")
def fixture_other(conn: Connection, migrated: str) -> Iterator[Connection]:
    """A second session, in autocommit mode as well."""
    assert conn
    with psycopg.connect(dbname=migrated, autocommit=True) as other:
        yield other


def names(conn: Connection) -> set[Any]:
    """Return the users that raw, the dimension and the quarantine know by name."""
    known = conn.execute("""
        SELECT username FROM raw.user_events
        UNION
        SELECT username FROM crm.users_dim
        UNION
        SELECT convert_from(body, 'UTF8')::jsonb ->> 'username'
        FROM raw.rejected_user_events
        WHERE body <> ''
        """)
    return {name for (name,) in known} - {None}


def test_an_erased_user_stays_erased_whatever_comes_meanwhile(
    conn: Connection, other: Connection
) -> None:
    """An ingest that waited for the erasure sees it, with a plan of its own or a kept one."""
    conn.execute(INGEST, ([event("u", "2020-12-08 10:00")],))
    conn.execute("CALL etl.catch_up()")
    for round_ in range(3):
        conn.execute("BEGIN")
        conn.execute("SELECT crm.erase_user('u')")
        body = event("u", f"2020-12-08 11:0{round_}")
        with waiting(conn, other, INGEST, [body]) as ingest:
            conn.execute("COMMIT")
            assert ingest.result() == (1, 0)
    conn.execute("CALL etl.catch_up()")
    assert names(conn) == set()
    assert conn.execute("SELECT count(*) FROM crm.users_dim").fetchone() == (4,)


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_only_read_committed_brings_data_in_or_takes_it_out(other: Connection, level: str) -> None:
    """In any other transaction a snapshot could be older than what was waited for."""
    other.execute(f"SET default_transaction_isolation = '{level}'".encode())
    for statement in (
        "SELECT raw.ingest_user_events(ARRAY['x'::bytea], NULL)",
        "SELECT raw.ingest_organizations()",
        "SELECT raw.replay_rejected_user_events()",
        "SELECT raw.drop_before('2020-12-08')",
        "SELECT crm.erase_user('u')",
        "SELECT crm.load_users_dim('2020-12-08')",
        "SELECT reports.load_user_events_daily('2020-12-08')",
    ):
        with pytest.raises(ActiveSqlTransaction, match=f"read committed transaction, not {level}"):
            other.execute(statement.encode())


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_catch_up_has_its_own_level(conn: Connection, other: Connection, level: str) -> None:
    """In each of its transactions; the session's default, also that of a pooler, stays."""
    conn.execute(INGEST, ([event("u", f"2020-12-{day} 10:00") for day in ("08", "09")],))
    other.execute(f"SET default_transaction_isolation = '{level}'".encode())
    other.execute("CALL etl.load_days('2020-12-08', '2020-12-08')")
    other.execute("CALL etl.catch_up()")
    assert conn.execute("TABLE etl.stale_dates").fetchall() == []
    assert other.execute("SHOW transaction_isolation").fetchone() == (level,)


def test_a_dropped_day_stays_dropped_whatever_comes_meanwhile(
    conn: Connection, other: Connection
) -> None:
    """An ingest that waited for raw.drop_before sees it: the event is put aside."""
    conn.execute(INGEST, ([event("u", "2020-12-08 10:00")],))
    conn.execute("CALL etl.catch_up()")
    conn.execute("BEGIN")
    conn.execute("SELECT raw.drop_before('2020-12-09')")
    with waiting(conn, other, INGEST, [event("u", "2020-12-08 11:00")]) as ingest:
        conn.execute("COMMIT")
        assert ingest.result() == (0, 1)
    assert conn.execute("SELECT raw.drop_before('2020-12-09')").fetchone() == (0,)


# A query that calls it is still being planned while it sleeps: the planner knows the partitions by
# then, and wants the value for its estimates.
SLOW_PLAN: Final = """
    CREATE FUNCTION public.slow_now(text) RETURNS timestamptz LANGUAGE plpgsql STABLE AS
    $$ BEGIN PERFORM pg_sleep(0.2); RETURN $1::timestamptz; END $$"""
SLOW_READ: Final = """
    SELECT array_agg(valid_from::date::text ORDER BY valid_from)
    FROM crm.users_dim
    WHERE valid_from > public.slow_now('2000-01-01')"""


@pytest.mark.parametrize("month", ["06", "07"])
def test_a_reader_misses_no_version_at_the_first_load_into_a_month(
    conn: Connection, other: Connection, month: str
) -> None:
    """Though its query was planned before the load, and takes its snapshot after it.

    The load of May makes the period of June ahead of time; the one of July has to be made then.
    """
    drop_periods(conn)
    conn.execute(SLOW_PLAN)
    conn.execute(INGEST, ([event("u", "2021-05-01 10:00")],))
    conn.execute("CALL etl.catch_up()")
    conn.execute(INGEST, ([event("u", f"2021-{month}-01 10:00")],))
    made = conn.execute("SELECT to_regclass('crm.users_dim_2021_' || %s) IS NOT NULL", (month,))
    assert made.fetchone() == (month == "06",)

    reading = f"SELECT FROM pg_locks WHERE pid = {other.info.backend_pid}"
    reading += " AND relation = 'crm.users_dim'::regclass"
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(lambda: other.execute(SLOW_READ).fetchone())
        until(lambda: conn.execute(reading.encode()).rowcount > 0)
        written = conn.execute("SELECT crm.load_users_dim(%s)", (f"2021-{month}-01",)).fetchone()
        assert written == (2,)
        assert read.result() in ((["2021-05-01"],), (["2021-05-01", f"2021-{month}-01"],))
    assert other.execute(SLOW_READ).fetchone() == (["2021-05-01", f"2021-{month}-01"],)
    conn.execute("DROP FUNCTION public.slow_now")


def test_a_load_that_has_to_make_a_period_does_not_wait_for_ever(
    conn: Connection, other: Connection
) -> None:
    """While it waits for a query that runs, new ones wait a tenth of a second at most."""
    drop_periods(conn)
    conn.execute(INGEST, ([event("u", "2021-05-01 10:00")],))
    with other.transaction():
        other.execute("SELECT FROM crm.users_dim")
        with pytest.raises(LockNotAvailable, match="needs a partition for 2021-05"):
            conn.execute("SELECT crm.load_users_dim('2021-05-01')")
    assert conn.execute("SELECT crm.load_users_dim('2021-05-01')").fetchone() == (1,)


def test_an_ingest_that_is_not_committed_holds_up_no_load(
    conn: Connection, other: Connection
) -> None:
    """Nor do loads hold up one another's readers by periods to come, while ANALYZE runs or not."""
    drop_periods(conn)
    with other.transaction():
        other.execute(INGEST, ([event("a", "2021-05-01 10:00")],))
        conn.execute(INGEST, ([event("b", "2021-05-01 10:00")],))
        assert conn.execute("SELECT crm.load_users_dim('2021-05-01')").fetchone() == (1,)
    conn.execute("DROP TABLE crm.users_dim_2021_06")
    with other.transaction():
        other.execute("LOCK TABLE crm.users_dim IN SHARE UPDATE EXCLUSIVE MODE")
        assert conn.execute("SELECT crm.load_users_dim('2021-05-01')").fetchone() == (1,)
    assert conn.execute("SELECT to_regclass('crm.users_dim_2021_06')").fetchone() == (None,)


@pytest.mark.parametrize("role", ["warehouse_ingest", "warehouse_load", "warehouse_read"])
def test_nobody_can_hold_up_the_loads(conn: Connection, other: Connection, role: str) -> None:
    """A role has no way to take their locks, the advisory ones that they once took included."""
    keys = conn.execute("""
        SELECT hashtextextended('load ' || name, 0)
        FROM unnest(ARRAY['users_dim', 'user_events_daily']) AS name
        UNION ALL
        SELECT name::regclass::bigint
        FROM unnest(ARRAY['raw.organizations', 'crm.organizations_dim']) AS name
        """).fetchall()
    other.execute(f"SET ROLE {role}".encode())
    for (key,) in keys:
        other.execute("SELECT pg_advisory_lock(%s)", (key,))
    other.execute("BEGIN")
    for table in ("etl.loads", "crm.users_dim", "raw.user_events", "internal.users_dim_stage"):
        for statement in (f"LOCK TABLE {table}", f"SELECT FROM {table} FOR SHARE"):
            with pytest.raises(InsufficientPrivilege), other.transaction():
                other.execute(statement.encode())
    with conn.transaction():
        conn.execute("SET LOCAL lock_timeout = '100ms'")
        conn.execute("SELECT crm.load_users_dim('2020-12-08')")
        conn.execute("SELECT reports.load_user_events_daily('2020-12-08')")
    with conn.transaction():
        conn.execute("SET LOCAL lock_timeout = '100ms'")
        conn.execute("SELECT crm.load_organizations_dim(), raw.ingest_organizations()")


def test_loads_in_opposite_order_do_not_deadlock(conn: Connection, other: Connection) -> None:
    """The one out of order is told so at once; the other goes on."""
    users_dim = "SELECT crm.load_users_dim('2020-12-08')"
    daily = "SELECT reports.load_user_events_daily('2020-12-08')"
    conn.execute("BEGIN")
    conn.execute(users_dim)
    other.execute("BEGIN")
    other.execute(daily)
    with waiting(other, conn, daily) as second:
        with pytest.raises(LockNotAvailable, match="the load users_dim runs in another"):
            other.execute(users_dim)
        other.execute("ROLLBACK")
        assert second.result() == (1,)
    conn.execute("COMMIT")
    with other.transaction():
        other.execute(daily)
        other.execute(users_dim)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT raw.ingest_user_events(ARRAY['x'::bytea], NULL)",
        "SELECT raw.ingest_organizations()",
        "SELECT raw.drop_before('1971-01-01')",
        "SELECT crm.erase_user('u')",
        "SELECT crm.load_users_dim('2020-12-08')",
    ],
)
@pytest.mark.parametrize(("given", "used"), [("off", "on"), ("local", "on"), ("on", "on")])
def test_what_was_told_is_durable(other: Connection, statement: str, given: str, used: str) -> None:
    """The commit waits for the disks, also where the role or the database does not want to."""
    other.execute(f"SET synchronous_commit = {given}".encode())
    with other.transaction():
        other.execute(statement.encode())
        assert other.execute("SHOW synchronous_commit").fetchone() == (used,)
    assert other.execute("SHOW synchronous_commit").fetchone() == (given,)


def test_only_the_periods_from_then_on_are_locked(conn: Connection, other: Connection) -> None:
    """Of ten years of history: the present is one partition, a moment the months from then on."""
    drop_periods(conn)
    conn.execute("""
        SELECT internal.add_users_dim_period(month::date)
        FROM generate_series(timestamp '2011-01-01', '2021-01-01', '1 month') AS month""")
    bodies = [event("u", f"2020-{day} 10:00") for day in ("11-08", "12-08", "10-08", "12-07")]
    conn.execute(INGEST, (bodies[:2],))
    conn.execute("CALL etl.catch_up()")
    conn.execute(INGEST, (bodies[2:],))
    locked = """
        SELECT count(DISTINCT relation)
        FROM pg_locks
        JOIN pg_inherits ON inhrelid = relation
        WHERE pid = pg_backend_pid() AND inhparent = 'crm.users_dim'::regclass"""
    for statement, partitions in (
        ("TABLE crm.users_current", 1),
        ("SELECT * FROM crm.users_current WHERE user_id = 'u'", 1),
        ("SELECT * FROM crm.users_at('infinity')", 1),
        ("SELECT * FROM crm.users_at('2020-12-08 12:00Z')", 3),
        ("SELECT * FROM crm.users_at('2020-10-08 12:00Z')", 5),
        ("SELECT crm.load_users_dim('2020-12-08')", 3),
        ("SELECT crm.load_users_dim('2020-12-07')", 3),
        ("SELECT crm.load_users_dim('2020-10-08')", 5),
    ):
        with other.transaction():
            other.execute(statement.encode())
            assert other.execute(locked).fetchone() == (partitions,), statement
