"""A warehouse with data goes to a Citus cluster and back: `make test_citus` runs this on one."""

import json
import os
import subprocess
from pathlib import Path
from typing import Final

import psycopg
import pytest

from driver.tests.model import Connection, dimension, report

CITUS: Final = Path(__file__).parents[2] / "db" / "citus"
MIGRATE: Final = CITUS.parent / "migrate"
TABLES: Final = """
    SELECT count(*)
    FROM pg_dist_partition
    JOIN pg_class ON pg_class.oid = logicalrelid
    WHERE partmethod IN ('h', 'n')
      AND NOT relispartition"""


def ingest(conn: Connection, *events: tuple[str, str, str]) -> None:
    """Ingest events of a user id, an instant and a user name."""
    bodies = [
        json.dumps(
            {"id": id_, "event_type": "User Updated", "received_at": at, "username": name}
        ).encode()
        for id_, at, name in events
    ]
    conn.execute("SELECT raw.ingest_user_events(%s::bytea[], NULL)", (bodies,))


def run(script: str) -> None:
    """Run a script as a DBA does."""
    command = ["psql", "--no-psqlrc", f"--file={CITUS / script}"]
    options = os.environ.get("PGOPTIONS", "") + " -c citus.shard_count=4"
    done = subprocess.run(
        command,
        env={**os.environ, "PGOPTIONS": options},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def schema() -> list[str]:
    """The definitions of the warehouse."""
    schemas = [f"--schema={name}" for name in ("raw", "crm", "reports", "etl", "internal")]
    dump = subprocess.run(
        ["pg_dump", "--schema-only", *schemas], check=True, capture_output=True, encoding="utf-8"
    )
    return [line for line in dump.stdout.splitlines() if "restrict " not in line]


def load(conn: Connection, *days: str) -> None:
    """Run both loads for days."""
    for day in days:
        conn.execute(
            "SELECT crm.load_users_dim(%s), reports.load_user_events_daily(%s)", (day, day)
        )


def test_there_and_back(conn: Connection) -> None:
    """Data and definitions are the same here and there, and everything works on both sides."""
    if not conn.execute("SELECT to_regproc('citus_version') IS NOT NULL").fetchall()[0][0]:
        pytest.skip("no citus extension")

    names = [f"user {number}" for number in range(50)]
    ingest(conn, *((name, f"2020-12-0{day} 10:00", name) for name in names for day in (5, 7, 8)))
    load(conn, "2020-12-05", "2020-12-07")
    subprocess.run([MIGRATE], check=True, capture_output=True)  # grants what is new
    before = dimension(conn), report(conn), schema()
    run("distribute.sql")  # finds nothing to do

    run("undistribute.sql")
    assert conn.execute(TABLES).fetchall() == [(0,)]
    subprocess.run([MIGRATE], check=True, capture_output=True)
    assert (dimension(conn), report(conn), schema()) == before
    load(conn, "2020-12-08")
    run("undistribute.sql")  # finds nothing to do

    before = dimension(conn), report(conn), schema()
    run("distribute.sql")
    assert conn.execute(TABLES).fetchall() == [(9,)]
    assert (dimension(conn), report(conn), schema()) == before
    (hidden,) = conn.execute("SELECT pg_relation_size('raw.user_events'::regclass)").fetchall()
    assert hidden == (0,), "the rows are on the workers only"

    ingest(conn, *((name, "2020-12-06 10:00", name) for name in names[:20]))  # a late day
    conn.execute("CALL etl.catch_up()")
    assert len(dimension(conn)) == 170
    for number in (7, 8):
        (erased,) = conn.execute("SELECT * FROM crm.erase_user(%s)", (names[number],)).fetchall()
        assert erased[1:] == (4, 0, 4, 0)
    assert not {names[7], names[8]} & {version.username for version in dimension(conn)}
    assert conn.execute("SELECT raw.drop_before('2020-12-07')").fetchall() == [(70,)]
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        load(conn, "2020-12-05")
    assert conn.execute("SELECT * FROM etl.check_users_dim()").fetchall() == []
