"""What loads would change, seen before they run."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import psycopg

from driver.tests.conftest import until

DB: Final = Path(__file__).parents[2] / "db"
EVENTS: Final = [
    '{"id": "anna", "event_type": "User Created", "received_at": "2020-12-08 10:00"}',
    '{"id": "anna", "event_type": "User Updated", "received_at": "2020-12-09 10:00"}',
]


def preview(day: str = "", first: str = "", last: str = "") -> list[list[str]]:
    """What db/preview.sql prints, as the words of each line."""
    command = ["psql", "--no-psqlrc", "--quiet", f"--file={DB}/preview.sql"]
    command += [f"--set=day={day}", f"--set=first={first}", f"--set=last={last}"]
    done = subprocess.run(command, check=True, stdout=-1, stderr=-1, encoding="utf-8")
    assert done.stderr == ""
    return [line.replace("|", " ").split() for line in done.stdout.splitlines()]


def test_preview(conn: psycopg.Connection[Any]) -> None:
    """Of one day, of all stale days together, or of those in a range; and nothing is loaded."""
    conn.execute("SELECT raw.ingest_user_events(%s::text[]::bytea[], NULL)", (EVENTS,))

    stale = preview()
    assert stale[0] == "4 loads of 2 days would change".split()
    assert ["users_dim", "added", "2"] in stale
    assert ["2", "users_dim", "added", "valid_from", "·", "2020-12-09T10:00:00+00:00"] in stale

    day = preview(day="2020-12-08")
    assert day[0] == "2 loads of 1 day would change".split()
    assert ["users_dim", "added", "1"] in day
    assert ["2", "user_events_daily", "added", "n_total", "·", "1"] in day
    assert preview(first="2020-12-08", last="2020-12-08") == day

    assert conn.execute("SELECT FROM etl.load_runs").fetchall() == []
    assert conn.execute("SELECT FROM crm.users_dim").fetchall() == []

    conn.execute("CALL etl.catch_up()")
    assert preview()[0] == "0 loads of 0 days would change".split()
    assert ["users_dim", "added", "1"] not in preview(day="2020-12-08")


def test_a_preview_waits_for_a_load(conn: psycopg.Connection[Any], migrated: str) -> None:
    """It does not take for its own what another load changes."""
    conn.execute("SELECT raw.ingest_user_events(%s::text[]::bytea[], NULL)", (EVENTS,))
    with psycopg.connect(dbname=migrated) as loader, ThreadPoolExecutor(1) as pool:
        loader.execute("SELECT crm.load_users_dim('2020-12-08')")
        running = pool.submit(
            conn.execute, "SELECT change FROM etl.preview_load('users_dim', '2020-12-08')"
        )
        waiting = f"SELECT FROM pg_locks WHERE pid = {conn.info.backend_pid} AND NOT granted"
        until(lambda: loader.execute(waiting).rowcount == 1)
        loader.commit()
        assert running.result().fetchall() == []
