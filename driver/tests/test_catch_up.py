"""Catching up: exactly the stale days, oldest first, a transaction each."""

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import psycopg
import pytest

from driver.cli import main
from driver.load import catch_up_every
from driver.tests.conftest import until

Connection = psycopg.Connection[Any]

STALE: Final = "SELECT FROM etl.stale_dates"
WAITING: Final = """
    SELECT FROM pg_locks
    JOIN pg_stat_activity USING (pid)
    WHERE NOT granted AND locktype = 'transactionid' AND datname = current_database()"""


def ingest(conn: Connection, *days: str) -> None:
    """Bring an event of each day into raw."""
    bodies = [
        f'{{"id": "a", "event_type": "User Updated", "received_at": "{day} 10:00:00"}}'.encode()
        for day in days
    ]
    conn.execute("SELECT raw.ingest_user_events(%b, NULL)", (bodies,))


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was printed, each line with how long its load took, which is left out."""
    lines = capsys.readouterr().out.splitlines()
    assert all(re.search(r" in \d+\.\d\d s$", line) for line in lines)
    return [line.rpartition(" in ")[0] for line in lines]


def test_exactly_the_stale_days_are_loaded(
    conn: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    """Then none is stale; a late event makes its day stale again."""
    ingest(conn, "2020-12-09", "2020-12-08", "2021-02-01")
    assert main(["load", "users_dim", "--date", "2020-12-09"]) == 0
    capsys.readouterr()
    assert main(["catch-up"]) == 0
    assert told(capsys) == [
        "1/5 users_dim 2020-12-08: 1 row written",
        "2/5 user_events_daily 2020-12-08: 1 row written",
        "3/5 user_events_daily 2020-12-09: 1 row written",
        "4/5 users_dim 2021-02-01: 2 rows written",
        "5/5 user_events_daily 2021-02-01: 1 row written",
    ]
    assert conn.execute("SELECT count(*) FROM etl.arrivals").fetchone() == (0,)
    assert main(["catch-up"]) == 0
    assert capsys.readouterr().out == ""

    ingest(conn, "2020-12-07")
    assert main(["catch-up"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert conn.execute("SELECT * FROM etl.stale_dates").fetchall() == []
    assert conn.execute("SELECT * FROM etl.check_users_dim()").fetchall() == []
    assert conn.execute("SELECT count(*) FROM crm.users_dim").fetchone() == (4,)


def test_only_loads_and_warnings_are_told(
    conn: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What else the server says about its work is not printed; a warning has no duration."""
    conn.execute("""
        CREATE FUNCTION raw.scratch_warn() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE NOTICE 'at work'; RAISE WARNING 'take care'; RETURN NULL; END; $$""")
    conn.execute("""
        CREATE TRIGGER scratch_warn AFTER INSERT ON reports.user_events_daily
        EXECUTE FUNCTION raw.scratch_warn()""")
    monkeypatch.setenv("PGOPTIONS", "-c client_min_messages=debug1")
    try:
        ingest(conn, "2020-12-08")
        assert main(["catch-up"]) == 0
    finally:
        conn.execute("DROP FUNCTION raw.scratch_warn CASCADE")
    first, warning, second = capsys.readouterr().out.splitlines()
    assert first.startswith("1/2 users_dim 2020-12-08: 1 row written in ")
    assert warning == "take care"
    assert second.startswith("2/2 user_events_daily 2020-12-08: 1 row written in ")


def test_a_day_that_fails_does_not_stop_the_others(
    conn: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told, stays stale, and the call ends with status 1."""
    ingest(conn, "2020-12-07", "2020-12-08", "2020-12-09")
    conn.execute("""
        ALTER TABLE reports.user_events_daily
        ADD CONSTRAINT scratch_ck CHECK (event_date <> '2020-12-08')""")
    try:
        assert main(["catch-up"]) == 1
    finally:
        conn.execute("ALTER TABLE reports.user_events_daily DROP CONSTRAINT scratch_ck")
    output = capsys.readouterr()
    assert "4/6 user_events_daily 2020-12-08: new row for relation" in output.out
    assert output.err.startswith("error: PostgreSQL: 1 of 6 loads failed (The warnings above")
    assert conn.execute("SELECT load_name, import_date::text FROM etl.stale_dates").fetchall() == [
        ("user_events_daily", "2020-12-08")
    ]
    assert main(["catch-up"]) == 0


def test_a_range_of_days_is_loaded(conn: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    """Those that are not loaded yet; an impossible range is one line."""
    ingest(conn, "2020-12-07", "2020-12-08", "2020-12-11")
    assert main(["load", "users_dim", "--date", "2020-12-08"]) == 0
    capsys.readouterr()
    assert main(["load-days", "2020-12-08", "2020-12-09"]) == 0
    assert told(capsys) == [
        "1/3 user_events_daily 2020-12-08: 1 row written",
        "2/3 users_dim 2020-12-09: 0 rows written",
        "3/3 user_events_daily 2020-12-09: 1 row written",
    ]
    assert main(["load-days", "2020-12-08", "2020-12-07"]) == 1
    assert "the first not after the last" in capsys.readouterr().err


@contextmanager
def on_schedule(every: int) -> Iterator[None]:
    """Catch up again and again meanwhile."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(catch_up_every, every, stop)
        try:
            yield
        finally:
            stop.set()
        running.result()


def test_on_schedule_every_event_is_loaded_soon(
    conn: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    """A load that fails is logged and tried again; how often it runs is known to etl.problems."""
    conn.execute("""
        ALTER TABLE reports.user_events_daily
        ADD CONSTRAINT scratch_ck CHECK (event_date <> '2020-12-08')""")
    with on_schedule(every=1):
        try:
            ingest(conn, "2020-12-07")
            until(lambda: not conn.execute(STALE).fetchall())
            ingest(conn, "2020-12-08")
            until(lambda: "2/2 user_events_daily 2020-12-08: new row" in caplog.text)
        finally:
            conn.execute("ALTER TABLE reports.user_events_daily DROP CONSTRAINT scratch_ck")
        until(lambda: not conn.execute(STALE).fetchall())
    every = "SELECT extract(epoch FROM every) FROM etl.catch_up_schedule"
    assert conn.execute(every).fetchall() == [(1,)]
    assert conn.execute("SELECT count(*) FROM crm.users_dim").fetchone() == (2,)
    conn.execute("DELETE FROM etl.catch_up_schedule")


def test_on_schedule_a_database_that_is_away_is_waited_for(
    conn: Connection, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each turn says so."""
    assert conn
    monkeypatch.setenv("PGPORT", "1")
    with on_schedule(every=1):
        until(lambda: caplog.text.count("check the PG* variables") == 2)


def test_on_schedule_it_stops_when_told(conn: Connection, migrated: str) -> None:
    """At once, also in a load that would go on for long, of which nothing is left then."""
    ingest(conn, "2020-12-08")
    command = [sys.executable, "-m", "driver", "catch-up", "--every", "3600"]
    with psycopg.connect(dbname=migrated) as other:
        other.execute("SELECT crm.load_users_dim('2020-12-07')")
        with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as process:
            try:
                until(lambda: conn.execute(WAITING).rowcount > 0)
            finally:
                process.send_signal(signal.SIGTERM)
            errors = process.communicate(timeout=15)[1]
        assert process.returncode == 0
        assert "stopped in the midst of a load" in errors
        until(lambda: conn.execute(WAITING).rowcount == 0)
        other.rollback()
    assert conn.execute("SELECT FROM etl.load_runs").fetchall() == []
    conn.execute("DELETE FROM etl.catch_up_schedule")


def test_two_at_once_share_the_work(conn: Connection, migrated: str) -> None:
    """What the one has loaded meanwhile is not loaded again by the other."""
    ingest(conn, "2020-12-08")
    notices: list[str | None] = []
    conn.add_notice_handler(lambda notice: notices.append(notice.message_primary))
    with psycopg.connect(dbname=migrated) as other, ThreadPoolExecutor(1) as pool:
        other.execute("SELECT crm.load_users_dim('2020-12-08')")
        running = pool.submit(conn.execute, "CALL etl.catch_up()")
        until(lambda: other.execute(WAITING).rowcount > 0)
        other.commit()
        running.result()
    assert notices == [
        "1/2 users_dim 2020-12-08: loaded by another session",
        "2/2 user_events_daily 2020-12-08: 1 row written",
    ]
    runs = conn.execute("SELECT load_name, count(*) FROM etl.load_runs GROUP BY 1 ORDER BY 1")
    assert runs.fetchall() == [("user_events_daily", 1), ("users_dim", 1)]


def test_an_expectation_is_checked_by_one(conn: Connection, migrated: str) -> None:
    """What the one checks, the other neither waits for nor checks again."""
    with psycopg.connect(dbname=migrated) as other:
        other.execute("SELECT FROM etl.expectations WHERE every = '1 day' FOR UPDATE")
        assert conn.execute("SELECT etl.check_expectations()").fetchone() == (4,)
        other.rollback()
    assert conn.execute("SELECT etl.check_expectations()").fetchone() == (1,)
