"""A copy of both tables by logical replication: equal after each random history."""

import shutil
import tempfile
from collections.abc import Iterator
from os import geteuid
from pathlib import Path

import psycopg
import pytest

from driver.tests.conftest import DB, EMPTY, NEEDS_SERVERS, mark, until
from driver.tests.model import Connection
from driver.tests.test_docs import blocks
from driver.tests.test_random_histories import Warehouse, run
from driver.tests.test_standby import Pair

pytestmark = NEEDS_SERVERS

TABLES = ("crm.users_dim", "reports.user_events_daily")


@pytest.fixture(name="publisher")
def fixture_publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """A server with a migrated warehouse, which libpq's variables name, and an empty database."""
    home = Path(tempfile.mkdtemp(dir="/var/tmp"))
    if geteuid() == 0:
        shutil.chown(home, "postgres")
    publisher = Pair(home)
    try:
        publisher.make_primary("wal_level = logical")
        publisher.migrate(monkeypatch)
        yield publisher
    finally:
        publisher.kill(0)
        shutil.rmtree(home)


def test_a_subscriber_has_the_same(publisher: Pair) -> None:
    """Whatever arrives, disappears and is loaded, corrected and built anew."""
    with publisher.connect(0, "postgres") as server:
        server.execute("CREATE DATABASE copy")
    with publisher.connect(0) as conn, publisher.connect(0, "copy") as copy:
        mark(conn, "warehouse")
        publication, subscription = [
            block.text for block in blocks(DB.parent / "docs" / "publish.md") if block.mark
        ]
        conn.execute(publication.encode())
        slot = "SELECT pg_create_logical_replication_slot('warehouse', 'pgoutput')"
        conn.execute(slot)
        tables, _ = subscription.split("CREATE SUBSCRIPTION")
        copy.execute(tables.encode())
        # The server is its own subscriber, so it cannot make the slot by itself.
        copy.execute(
            f"CREATE SUBSCRIPTION warehouse"
            f" CONNECTION 'host=127.0.0.1 port={publisher.ports[0]} dbname=warehouse user=postgres'"
            " PUBLICATION warehouse WITH (create_slot = false, slot_name = warehouse)"
        )

        class Published(Warehouse):
            """An empty warehouse that is published."""

            exchanges = False

            def __init__(self) -> None:
                conn.execute(EMPTY)
                super().__init__(conn)

            def teardown(self) -> None:
                super().teardown()
                (here,) = conn.execute("SELECT pg_current_wal_lsn()").fetchone() or (None,)
                there = "SELECT FROM pg_stat_replication WHERE replay_lsn >= %s"
                until(lambda: conn.execute(there, (here,)).rowcount == 1)
                for table in TABLES:
                    assert rows(copy, table) == rows(conn, table)

        run(Published, conn, 20)
        copy.execute("DROP SUBSCRIPTION warehouse")


def rows(connection: Connection, table: str) -> list[str]:
    """All rows of a table, in order."""
    query = psycopg.sql.SQL("SELECT row::text FROM {} AS row ORDER BY 1").format(
        psycopg.sql.SQL(table)
    )
    return [row for (row,) in connection.execute(query)]
