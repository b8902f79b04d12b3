"""The dimension built anew, beside its readers and those who kill it."""

from typing import Any, Final

import psycopg
import pytest
from psycopg.errors import LockNotAvailable

from driver.tests.conftest import waiting

EVENT: Final = (
    '{"id": "anna", "event_type": "User Created", "received_at": "%s 10:00", "username": "%s"}'
)
REBUILD: Final = "SELECT change, total FROM etl.rebuild_users_dim()"
NAMES: Final = "SELECT username FROM crm.users_dim ORDER BY valid_from"
NAMES_THEN: Final = "SELECT username FROM crm.users_at('2020-12-08 12:00Z')"


def names(conn: psycopg.Connection[Any], query: str = NAMES) -> list[str]:
    """The names that a query of the dimension finds."""
    return [name for (name,) in conn.execute(query.encode())]


def test_readers_see_the_old_or_the_new(conn: psycopg.Connection[Any], migrated: str) -> None:
    """They do not wait for it; what they began before its end goes on with the old one."""
    conn.execute(
        "SELECT raw.ingest_user_events(%s::text[]::bytea[], NULL)",
        ([EVENT % ("2020-12-08", "old"), EVENT % ("2021-01-08", "old")],),
    )
    conn.execute("CALL etl.catch_up()")
    conn.execute("UPDATE raw.user_events SET username = 'new'")
    conn.execute("SET lock_timeout = '100ms'")

    with psycopg.connect(dbname=migrated) as rebuilder, psycopg.connect(dbname=migrated) as reader:
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT")
        assert rebuilder.execute(REBUILD).fetchall() == [("changed", 2)] * 2
        assert names(conn) == ["old", "old"]
        assert names(conn, NAMES_THEN) == ["old"]
        with pytest.raises(LockNotAvailable):
            conn.execute("SELECT crm.load_users_dim('2020-12-08')")

        rebuilder.commit()
        assert names(conn) == ["new", "new"]
        assert names(reader) == ["old", "old"]
        assert names(reader, NAMES_THEN) == ["old"]
    conn.execute("RESET lock_timeout")


def test_killed_it_leaves_the_old_one(conn: psycopg.Connection[Any], migrated: str) -> None:
    """Nor is a day loaded by it."""
    conn.execute(
        "SELECT raw.ingest_user_events(%s::text[]::bytea[], NULL)",
        ([EVENT % ("2020-12-08", "old")],),
    )
    rebuilder = psycopg.connect(dbname=migrated)
    assert rebuilder.execute(REBUILD).fetchall() == [("added", 1)]
    conn.execute("SELECT pg_terminate_backend(%s, 5000)", (rebuilder.info.backend_pid,))
    rebuilder.close()
    assert names(conn) == []
    assert conn.execute("SELECT FROM etl.load_runs").fetchall() == []

    assert conn.execute(REBUILD).fetchall() == [("added", 1)]
    assert names(conn) == ["old"]


def test_it_keeps_what_leaves_raw_while_it_waits(
    conn: psycopg.Connection[Any], migrated: str
) -> None:
    """What is raw is known when nobody takes from it any more."""
    conn.execute(
        "SELECT raw.ingest_user_events(%s::text[]::bytea[], NULL)",
        ([EVENT % ("2020-12-08", "old"), EVENT % ("2021-01-08", "new")],),
    )
    conn.execute("CALL etl.catch_up()")
    with psycopg.connect(dbname=migrated) as dropper:
        dropper.execute("SELECT raw.drop_before('2020-12-31')")
        with waiting(dropper, conn, REBUILD) as running:
            dropper.commit()
            assert running.result() is None
    assert names(conn) == ["old", "new"]
