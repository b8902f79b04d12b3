"""Measures how soon events are in the dimension, in a scratch database and queue.

usage: db/tools/scratch pgtap python -m bench.freshness [EVENTS]

A day of EVENTS (default 1,000,000) by half as many users is loaded; then single events and
thousands arrive late. In the end 1,000 events a second are published for half a minute, a consumer
and a catch-up every second work as usual, and one in fifty is looked for in the dimension.
"""

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from statistics import median, quantiles
from threading import Thread
from typing import Final

import pika
import psycopg
from rich.console import Console
from rich.table import Table

from bench.loads import FILL_RAW
from bench.scratch import require_scratch
from driver.broker.publisher import Message, Publisher
from driver.broker.queues import dead_letters_of
from driver.database import Connection
from driver.settings import Settings

ROUNDS: Final = 5
RATE: Final = 1000  # events a second
SECONDS: Final = 30
PROBE: Final = 50  # one event in so many is looked for

DAY: Final = "2020-12-05"
# As a thousand ingests would have noted them.
NOTE_ARRIVALS: Final = """
    INSERT INTO etl.arrivals (event_date, xid) VALUES (%s, pg_current_xact_id())"""
STALE_DATES: Final = """
    INSERT INTO etl.load_runs
        (load_name, import_date, started_at, duration, rows_read, rows_written, snapshot)
    SELECT load_name, date '2010-01-01' + day, now(), '1 s', 1, 1, pg_current_snapshot()
    FROM generate_series(1, 3650) AS day
    CROSS JOIN etl.loads
    WHERE takes_day;
    INSERT INTO etl.arrivals (event_date, xid)
    SELECT date '2010-01-01' + day * 365, pg_current_xact_id()
    FROM generate_series(1, 9) AS day;
    ANALYZE etl.load_runs, etl.arrivals"""


class Events:
    """Messages of users of the day, each with a time of its own."""

    def __init__(self, users: int) -> None:
        self._random = Random(1)
        self._users = users

    def late(self, count: int) -> list[bytes]:
        """Events at any time of the day."""
        return [self._event(self._random.random() * 72_000) for _ in range(count)]

    def _event(self, second: float, user: str | None = None) -> bytes:
        at = time.strftime("%H:%M:%S", time.gmtime(second))
        number = self._random.randrange(self._users)
        return json.dumps(
            {
                "id": user or f"late {number}",
                "event_type": "User Updated",
                "username": f"user {number}",
                "user_email": f"user{number}@company.example",
                "received_at": f"{DAY} {at}.{self._random.randrange(1_000_000):06}",
            }
        ).encode()

    def now(self, second: float, probe: str | None = None) -> bytes:
        """An event so many seconds after 20:00, of a new user if it is to be looked for."""
        return self._event(72_000 + second, probe)


def timed(connection: Connection, statement: str, *parameters: object) -> float:
    """Run a statement; return how many seconds it took."""
    began = time.monotonic()
    connection.execute(statement.encode(), parameters or None)
    return time.monotonic() - began


def late(connection: Connection, events: Events, count: int) -> float:
    """Let so many events arrive at a time; return how long a catch-up of both tables takes."""
    seconds = []
    for _ in range(ROUNDS):
        bodies = events.late(count)
        connection.execute("SELECT raw.ingest_user_events(%b, NULL)", (bodies,))
        seconds.append(timed(connection, "CALL etl.catch_up()"))
    return median(seconds)


@contextmanager
def at_work() -> Iterator[None]:
    """A consumer, and a catch-up every second."""
    driver = [sys.executable, "-m", "driver"]
    with (
        subprocess.Popen([*driver, "consume"], stderr=subprocess.DEVNULL) as consumer,
        subprocess.Popen([*driver, "catch-up", "--every", "1"]) as schedule,
    ):
        try:
            yield
        finally:
            schedule.terminate()
            consumer.terminate()


def publish(settings: Settings, events: Events, published: dict[str, float]) -> None:
    """Publish the events of each tenth of a second when it has begun, and note when."""
    began = time.monotonic()
    with Publisher(settings) as publisher:
        for tenth in range(SECONDS * 10):
            time.sleep(max(0, began + tenth / 10 - time.monotonic()))
            messages = []
            for number in range(RATE // 10):
                probe = f"probe {tenth} {number}" if number % PROBE == 0 else None
                second = tenth / 10 + number / RATE
                messages.append(Message(uuid.uuid4().hex, "", events.now(second, probe)))
                if probe:
                    published[probe] = time.monotonic()
            publisher.publish(messages)


def latencies(connection: Connection, settings: Settings, events: Events) -> list[float]:
    """Return how long each event that is looked for took to the dimension."""
    published: dict[str, float] = {}
    seen: dict[str, float] = {}
    publisher = Thread(target=publish, args=(settings, events, published))
    publisher.start()
    while publisher.is_alive() or len(seen) < len(published):
        waiting = list(published.keys() - seen.keys())
        found = connection.execute(
            "SELECT user_id FROM crm.users_dim_open WHERE user_id = ANY(%s)", (waiting,)
        ).fetchall()
        now = time.monotonic()
        seen |= {user_id: now for (user_id,) in found}
        time.sleep(0.02)
    publisher.join()
    return [seen[user_id] - at for user_id, at in published.items()]


class Report:
    """The table of the figures."""

    def __init__(self) -> None:
        self.table = Table("figure", "", "compared with", "", "ratio", "must", "aim")

    def late(self, connection: Connection, events: Events, first: float) -> None:
        """Add how long a catch-up takes when events came late, and how long the first load took."""
        for number, must, aim in ((1, "0.02", "0.002"), (1000, "0.05", "0.01")):
            again = late(connection, events, number)
            title = f"catch-up of {number:,} late event{'s' if number > 1 else ''}"
            ratio = f"{again / first:.4f}"
            against = "first load of the day"
            self.table.add_row(
                title, f"{again * 1000:.0f} ms", against, f"{first:.2f} s", ratio, must, aim
            )

    def latency(self, measured: list[float]) -> None:
        """Add how long events took from the publisher to the dimension."""
        percentiles = quantiles(measured, n=100)
        for name, number, must, aim in (("median", 50, "3", "1.5"), ("99th", 99, "6", "3")):
            title = f"published to dimension, {RATE:,}/s, {name}"
            took = f"{percentiles[number - 1]:.2f} s"
            self.table.add_row(title, took, "", "", "", f"{must} s", f"{aim} s")

    def stale_dates(self, connection: Connection) -> None:
        """Add how long it takes to find the stale days of ten years."""
        connection.execute(STALE_DATES)
        stale = median(timed(connection, "TABLE etl.stale_dates") for _ in range(ROUNDS))
        title = "etl.stale_dates of 3,650 days"
        self.table.add_row(title, f"{stale * 1000:.1f} ms", "", "", "", "5 ms", "1 ms")


def main(count: int) -> None:
    """Measure everything and print the table."""
    require_scratch()
    os.environ["USER_EVENTS_QUEUE"] = f"scratch_{uuid.uuid4().hex}"
    settings = Settings.from_environment()
    events = Events(count // 2)
    report = Report()
    size = {"events": count, "users": count // 2, "hours": 20}
    try:
        with psycopg.connect(autocommit=True) as connection:
            connection.execute(FILL_RAW, {"first": DAY, "last": DAY, **size})
            connection.execute(NOTE_ARRIVALS, (DAY,))
            connection.execute("VACUUM ANALYZE raw.user_events")
            connection.execute("CHECKPOINT")
            report.late(connection, events, timed(connection, "CALL etl.catch_up()"))
            with at_work():
                report.latency(latencies(connection, settings, events))
            report.stale_dates(connection)
    finally:
        with pika.BlockingConnection(pika.URLParameters(settings.rabbitmq_url)) as broker:
            for queue in (settings.queue, dead_letters_of(settings.queue)):
                broker.channel().queue_delete(queue)
    Console(width=120).print(report.table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
