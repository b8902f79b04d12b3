"""What waits for a load, and what a load waits for."""

from typing import Any, Final

import psycopg
import pytest

Connection = psycopg.Connection[Any]

INGEST: Final = "SELECT raw.ingest_user_events(%s::bytea[], NULL)"
EVENT: Final = '{"id": "a", "event_type": "User Created", "received_at": "%s 12:00"}'
LOAD: Final = "SELECT crm.load_users_dim(%s)"
READ: Final = "SELECT username, valid_to FROM crm.users_dim ORDER BY valid_from"


@pytest.fixture(name="impatient")
def fixture_impatient(conn: Connection, migrated: str) -> Connection:
    """A session that waits for nobody for long; events of two days in two new periods."""
    conn.execute("DROP TABLE IF EXISTS crm.users_dim_1981_03, crm.users_dim_1981_04")
    conn.execute(INGEST, ([EVENT % "1981-03-31", EVENT % "1981-04-01"],))
    conn.execute(LOAD, ("1981-03-31",))
    # Not a lock_timeout: its error is one that a load expects.
    return psycopg.connect(dbname=migrated, autocommit=True, options="-c statement_timeout=5s")


def test_nobody_waits_for_a_load(conn: Connection, impatient: Connection) -> None:
    """Not while it adds a period either: what it changes is seen when it commits."""
    with impatient:
        with conn.transaction():
            conn.execute(LOAD, ("1981-04-01",))
            assert conn.execute("SELECT to_regclass('crm.users_dim_1981_04')").fetchone() != (None,)
            assert len(impatient.execute(READ).fetchall()) == 1
            impatient.execute(INGEST, ([EVENT % "1981-04-02"],))
        assert len(impatient.execute(READ).fetchall()) == 2


def test_a_load_waits_for_nobody(conn: Connection, impatient: Connection) -> None:
    """Not for a dump, which reads every table; and it leaves nothing behind on its stage."""
    with impatient, conn.transaction():
        conn.execute(READ)
        conn.execute(
            "SELECT FROM internal.users_dim_stage, internal.users_dim_changed,"
            " internal.users_dim_neighbors"
        )
        conn.execute("SELECT FROM raw.user_events")
        impatient.execute(LOAD, ("1981-04-01",))
        assert len(conn.execute(READ).fetchall()) == 2
        assert conn.execute("SELECT FROM internal.users_dim_stage").fetchall() == []
        impatient.execute(LOAD, ("1981-03-31",))
        assert conn.execute("SELECT FROM internal.users_dim_neighbors").fetchall() == []
