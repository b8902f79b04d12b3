"""Calls the loads; the transform itself is SQL."""

import time
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from driver.database import connect


class LoadResult(NamedTuple):
    """How many rows a load wrote, and how long it took."""

    rows: int
    seconds: float

    def __str__(self) -> str:
        rows = "1 row" if self.rows == 1 else f"{self.rows} rows"
        return f"{rows} written in {self.seconds:.2f} s"


def load(name: str, day: date | None) -> LoadResult:
    """Run the load that etl.loads has under that name, for one UTC day if it takes one.

    Raises psycopg.Error: NullValueNotAllowed when the day is missing.
    """
    began = time.monotonic()
    with connect("load") as connection:
        row = connection.execute("SELECT etl.run_load(%s, %s)", (name, day)).fetchone()
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
