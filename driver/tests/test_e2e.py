"""From files to both tables, as a user does it, on a clean database and queue."""

import csv
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from driver.broker.inspector import queue_state
from driver.cli import main
from driver.settings import Settings

Connection = psycopg.Connection[Any]

DATA = Path(__file__).parents[2] / "data"
EXPECTED = Path(__file__).parent / "expected"
DAYS = [f"2020-12-{day:02}" for day in range(5, 12)]

USERS_DIM: LiteralString = """
    SELECT user_id, to_char(valid_from AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
        to_char(valid_to AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), is_deleted::text,
        username, user_email, user_type, organization_name, plan_name
    FROM crm.users_dim
    ORDER BY user_id, valid_from"""
USER_EVENTS_DAILY: LiteralString = """
    SELECT event_date::text, n_created::text, n_updated::text, n_deleted::text, n_unique::text,
        n_total::text
    FROM reports.user_events_daily
    ORDER BY event_date"""
STRANGERS: LiteralString = """
    SELECT count(*)
    FROM crm.users_dim AS dim
    WHERE NOT EXISTS (
        SELECT FROM raw.user_events AS event
        WHERE (event.event_sk, event.user_id, event.received_at)
            = (dim.event_sk, dim.user_id, dim.valid_from)
    )"""


def expected(table: str) -> list[tuple[str | None, ...]]:
    """Return the rows a table should have; an empty field is null."""
    with (EXPECTED / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return [tuple(field or None for field in row) for row in list(csv.reader(stream))[1:]]


def assert_both_tables(conn: Connection) -> None:
    """Compare every row."""
    assert conn.execute(USERS_DIM).fetchall() == expected("users_dim")
    assert conn.execute(USER_EVENTS_DAILY).fetchall() == expected("user_events_daily")
    assert conn.execute(STRANGERS).fetchone() == (0,), "each version names the event that began it"


def test_the_whole_way(
    conn: Connection,
    settings: Settings,
    start_consumer: Callable[[], subprocess.Popen[bytes]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Import and load; import again and load backwards, twice: the same tables."""
    start_consumer()
    for days in (DAYS, DAYS[::-1], DAYS[::-1]):
        assert main(["import", "organizations", str(DATA / "organizations.json")]) == 0
        assert main(["import", "user-events", str(DATA / "user_events.json")]) == 0
        for day in days:
            assert main(["load", "users_dim", "--date", day]) == 0
            assert main(["load", "user_events_daily", "--date", day]) == 0
        assert_both_tables(conn)
    lines = [
        line for line in capsys.readouterr().out.splitlines() if line.startswith("user events")
    ]
    assert lines == [
        "user events: 36 new, 0 duplicate, 0 rejected",
        "user events: 0 new, 36 duplicate, 0 rejected",
        "user events: 0 new, 36 duplicate, 0 rejected",
    ]
    assert queue_state(settings) == (0, 1)


def test_the_whole_way_backwards(
    conn: Connection,
    settings: Settings,
    start_consumer: Callable[[], subprocess.Popen[bytes]],
) -> None:
    """The last day first."""
    assert settings
    start_consumer()
    assert main(["import", "user-events", str(DATA / "user_events.json")]) == 0
    for day in DAYS[::-1]:
        assert main(["load", "users_dim", "--date", day]) == 0
        assert main(["load", "user_events_daily", "--date", day]) == 0
    assert_both_tables(conn)
