"""Calls the loads; the transform itself is SQL."""

import time
from collections.abc import Callable
from datetime import date
from typing import Final, LiteralString, NamedTuple

from driver.database import connect

LOADS: Final[dict[str, LiteralString]] = {
    "users_dim": "SELECT crm.load_users_dim(%s)",
    "user_events_daily": "SELECT reports.load_user_events_daily(%s)",
}


class LoadResult(NamedTuple):
    """How many rows a load wrote, and how long it took."""

    rows: int
    seconds: float


def load(name: str, day: date) -> LoadResult:
    """Run the load of that name for one UTC day. Raises psycopg.Error for a database fault."""
    began = time.monotonic()
    with connect("load") as connection:
        row = connection.execute(LOADS[name], (day,)).fetchone()
    assert row
    return LoadResult(row[0], time.monotonic() - began)


def load_days(days: tuple[date, date] | None, say: Callable[[str], None]) -> None:
    """Run every load for the days that need it, of all or from the first to the last of *days*.

    Tells *say* about each. Raises psycopg.Error when some failed, after all the others.
    """
    with connect("load") as connection:
        connection.add_notice_handler(lambda notice: say(notice.message_primary or ""))
        connection.execute("SET client_min_messages = notice")
        if days:
            connection.execute("CALL etl.load_days(%s, %s)", days)
        else:
            connection.execute("CALL etl.catch_up()")
