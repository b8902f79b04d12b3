"""Catching up: exactly the stale days, oldest first, a transaction each."""

from typing import Any

import psycopg
import pytest

from driver.cli import main

Connection = psycopg.Connection[Any]


def ingest(conn: Connection, *days: str) -> None:
    """Bring an event of each day into raw."""
    bodies = [
        f'{{"id": "a", "event_type": "User Updated", "received_at": "{day} 10:00:00"}}'.encode()
        for day in days
    ]
    conn.execute("SELECT raw.ingest_user_events(%b, NULL)", (bodies,))


def test_exactly_the_stale_days_are_loaded(
    conn: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    """Then none is stale; a late event makes its day stale again."""
    ingest(conn, "2020-12-09", "2020-12-08", "2021-02-01")
    assert main(["load", "users_dim", "--date", "2020-12-09"]) == 0
    capsys.readouterr()
    assert main(["catch-up"]) == 0
    assert capsys.readouterr().out.splitlines() == [
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
    assert capsys.readouterr().out.splitlines() == [
        "1/3 user_events_daily 2020-12-08: 1 row written",
        "2/3 users_dim 2020-12-09: 0 rows written",
        "3/3 user_events_daily 2020-12-09: 1 row written",
    ]
    assert main(["load-days", "2020-12-08", "2020-12-07"]) == 1
    assert "the first not after the last" in capsys.readouterr().err
