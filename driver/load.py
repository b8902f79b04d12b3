"""Calls the loads; the transform itself is SQL."""

import logging
import re
import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple

import psycopg

from driver.database import connect, explain, transact

logger = logging.getLogger(__name__)

# How etl.run_loads begins its line about a load, its number of how many or how many days in one
# pass, and etl.build_history about a step.
LOAD: Final = re.compile("[0-9]+/[0-9]+ |[0-9]+ days of |history: ")


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
        (rows,) = transact(connection, "SELECT etl.run_load(%s, %s)", (name, day))
    return LoadResult(rows, time.monotonic() - began)


def load_days(days: tuple[date, date] | None, say: Callable[[str], None]) -> None:
    """Run every load for the days that need it, of all or from the first to the last of *days*.

    Tells *say* about each, with the time it took, and other warnings of the server, but no notices.
    Raises psycopg.Error when some failed, after all the others.
    """
    began = time.monotonic()

    def tell(notice: psycopg.errors.Diagnostic) -> None:
        nonlocal began
        line = notice.message_primary or ""
        if LOAD.match(line):
            ended = time.monotonic()
            say(f"{line} in {ended - began:.2f} s")
            began = ended
        elif notice.severity_nonlocalized == "WARNING":
            say(line)

    with connect("load") as connection:
        connection.add_notice_handler(tell)
        if days:
            connection.execute("CALL etl.load_days(%s, %s)", days)
        else:
            connection.execute("CALL etl.catch_up()")


def catch_up_every(seconds: int, stop: threading.Event) -> None:
    """Run every load for the days that need it, again and again until *stop* is set.

    What fails, and a database that is away, is logged and tried again at the next turn.
    """
    logger.info("catching up every %d s", seconds)
    while not stop.is_set():
        began = time.monotonic()
        try:
            with connect("catch-up") as connection:
                connection.add_notice_handler(_log_failure)
                connection.execute(
                    "SELECT etl.begin_scheduled_catch_up(make_interval(secs => %s))", (seconds,)
                )
                connection.execute("CALL etl.catch_up()")
        except psycopg.Error as error:
            logger.warning("%s", explain(error))
        stop.wait(began + seconds - time.monotonic())


def _log_failure(notice: psycopg.errors.Diagnostic) -> None:
    if notice.severity_nonlocalized == "WARNING":
        logger.warning("%s", notice.message_primary)
