"""What loads would change, seen before they run."""

import subprocess
from pathlib import Path
from typing import Any, Final

import psycopg

from driver.tests.conftest import DB, changed_rules, waiting

EVENT: Final = '{"id": "anna", "event_type": "User Created", "received_at": "%s", "username": "%s"}'
EVENTS: Final = [
    '{"id": "anna", "event_type": "User Created", "received_at": "2020-12-08 10:00"}',
    '{"id": "anna", "event_type": "User Updated", "received_at": "2020-12-09 10:00"}',
]


def preview(day: str = "", first: str = "", last: str = "") -> list[list[str]]:
    """What db/tools/preview.sql prints, as the words of each line."""
    command = ["psql", "--no-psqlrc", "--quiet", f"--file={DB}/tools/preview.sql"]
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
    assert preview()[0] == "0 loads of 0 days: nothing would change".split()
    assert ["users_dim", "added", "1"] not in preview(day="2020-12-08")


def test_a_preview_waits_for_a_load(conn: psycopg.Connection[Any], migrated: str) -> None:
    """It does not take for its own what another load changes."""
    conn.execute("SELECT raw.ingest_user_events(%s::text[]::bytea[], NULL)", (EVENTS,))
    statement = "SELECT change FROM etl.preview_load('users_dim', '2020-12-08')"
    with psycopg.connect(dbname=migrated) as loader:
        loader.execute("SELECT crm.load_users_dim('2020-12-08')")
        with waiting(loader, conn, statement) as running:
            loader.commit()
            assert running.result() is None


def run_try(conn: psycopg.Connection[Any], *arguments: str | Path) -> tuple[int, str, str]:
    """Status and output of db/tools/try, of which no database is left."""
    with subprocess.Popen(
        [DB / "tools" / "try", *arguments], stdout=-1, stderr=-1, encoding="utf-8"
    ) as run:
        output, errors = run.communicate()
    left = "SELECT datname FROM pg_database WHERE split_part(datname, '_', 3) = %s"
    assert conn.execute(left, (str(run.pid),)).fetchall() == []
    return run.returncode, output, errors


def test_rules_are_tried_on_a_copy(conn: psycopg.Connection[Any], tmp_path: Path) -> None:
    """Only the days asked for, and the warehouse has its old rules and results afterwards."""
    days = ("2020-12-07", "2020-12-08", "2020-12-09", "2020-12-10")
    named = [EVENT % (f"{day} {time}", "ANNA") for day in days for time in ("00:00", "23:59")]
    conn.execute("SELECT raw.ingest_user_events(%s::text[]::bytea[], NULL)", (named,))
    conn.execute("CALL etl.catch_up()")
    rules = conn.execute("SELECT rules FROM etl.loads").fetchall()

    status, output, errors = run_try(conn, days[1], days[2], changed_rules(tmp_path))

    assert (status, errors) == (0, "")
    lines = [line.replace("|", " ").split() for line in output.splitlines()]
    assert lines[0] == "2 loads of 2 days would change".split()
    assert ["users_dim", "changed", "4"] in lines
    assert ["1", "users_dim", "changed", "username", "ANNA", "anna"] in lines

    assert conn.execute("SELECT rules FROM etl.loads").fetchall() == rules
    assert conn.execute("SELECT DISTINCT username FROM crm.users_dim").fetchall() == [("ANNA",)]
    assert conn.execute("SELECT FROM etl.stale_dates").fetchall() == []

    status, output, errors = run_try(conn, days[1], "x")
    assert (status, output) == (3, "")
    assert "invalid input syntax for type date" in errors
