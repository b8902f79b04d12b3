"""Measures the way into raw, as ratios of one run, in a scratch database and queue.

usage: db/tools/scratch pgtap python -m bench.ingest [EVENTS]

EVENTS (default 200,000) are published and consumed in each round; the memory figures take five
times as many, the full table fifty times. What is compared runs in turn; the median counts.
The last table, of the time of a core that an event takes, has the processes that are seen here.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timezone
from functools import partial
from statistics import median
from threading import Event
from typing import Any, Final

import pika
import psycopg
from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel
from pika.spec import Basic, BasicProperties
from rich.console import Console
from rich.table import Table

from bench.cores import Cores
from bench.events import events
from bench.scratch import require_scratch
from driver.broker.consumer import Consumer
from driver.broker.publisher import Message, Publisher
from driver.broker.queues import dead_letters_of
from driver.consume import consume
from driver.database import Connection
from driver.ingest import BATCH
from driver.settings import Settings

ROUNDS: Final = int(os.environ.get("ROUNDS") or 3)
PUBLISH_BATCH: Final = 200

HEADERS: Final[dict[str, Any]] = {
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "x-source": "crm",
    "x-version": 3,
    "x-is-test": False,
    "x-published-at": datetime(2020, 12, 8, tzinfo=timezone.utc),
}
FIELDS: Final = ("id", "event_type", "username", "user_email", "user_type", "received_at")
INSERT: Final = """
    INSERT INTO raw.user_events
        (event_key, user_id, event_type, username, user_email, user_type, received_at)
    VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, %s)"""
FILL: Final = """
    INSERT INTO raw.user_events
        (event_key, user_id, event_type, username, user_email, user_type, organization_name,
        plan_name, received_at)
    SELECT gen_random_uuid(), md5(number::text), 'User Updated', 'user ' || number,
        'user' || number || '@company.example', 'User', 'Company ' || number %% 1000, 'Medium',
        timestamptz '2020-12-05 00:00Z' - random() * interval '100 days'
    FROM (SELECT (random() * 500000)::int AS number FROM generate_series(1, %s)) AS event
    ORDER BY 9"""
# Consumers that ask whether the database takes messages.
WAITING: Final = "SELECT FROM pg_locks WHERE relation = 'raw.user_events'::regclass AND NOT granted"
EMPTY: Final = "TRUNCATE raw.user_events, etl.ingests, etl.arrivals"


class Unconfirmed(Publisher):
    """The same client without confirms."""

    def _confirm(self, _frame: object) -> None:
        self._set_ready()

    def wait_until_unconfirmed(self, most: int) -> None:
        """In the end, wait until the broker has read everything: it answers what comes last."""
        if most == 0:
            answered = Event()
            declare = partial(self._channel.queue_declare, self._queue, passive=True)
            self._call(lambda: declare(callback=lambda _: answered.set()))
            answered.wait()


class WithHeaders(Publisher):
    """Adds headers as tracing and frameworks do."""

    def _properties(self, message: Message) -> BasicProperties:
        properties = super()._properties(message)
        properties.headers = HEADERS
        return properties


class Bench:
    """Ways to publish and consume the same events; each returns how many it did a second."""

    def __init__(self, settings: Settings, connection: Connection, count: int) -> None:
        self._settings = settings
        self._connection = connection
        self._bodies = list(events(count))
        self._cores = Cores(settings, connection)
        self._round = 0
        self.core_time: dict[str, float] = {}  # of what was consumed last, in seconds an event

    def publish(self, kind: type[Publisher] = Publisher, share: int = 1) -> float:
        """Publish the events, or one in *share* of them, each with an id of its own."""
        self._round += 1
        bodies = self._bodies[: len(self._bodies) // share]
        messages = [Message(f"{self._round} {n}", "", body) for n, body in enumerate(bodies)]
        began = time.monotonic()
        with kind(self._settings) as publisher:
            for start in range(0, len(messages), PUBLISH_BATCH):
                publisher.publish(messages[start : start + PUBLISH_BATCH])
            publisher.wait_until_unconfirmed(0)
        return len(messages) / (time.monotonic() - began)

    def publish_only(self, kind: type[Publisher]) -> float:
        """Publish, and forget the events."""
        rate = self.publish(kind)
        with pika.BlockingConnection(pika.URLParameters(self._settings.rabbitmq_url)) as connection:
            connection.channel().queue_purge(self._settings.queue)
        return rate

    def ingest(self) -> float:
        """Consume as the driver does."""
        self.publish()
        self._connection.execute("CHECKPOINT")
        count = len(self._bodies)
        ingested = rows_of(self._connection) + count
        stop = Event()
        before = self._cores.seconds()
        with ThreadPoolExecutor() as threads:
            began = time.monotonic()
            consumer = threads.submit(consume, self._settings, stop)
            while rows_of(self._connection) < ingested:
                time.sleep(0.02)
            seconds = time.monotonic() - began
            after = self._cores.seconds()
            stop.set()
            consumer.result()
        self.core_time = {name: (after[name] - before[name]) / count for name in before}
        return count / seconds

    def ingest_into_empty(self) -> float:
        """The same into an empty table."""
        self._connection.execute(EMPTY)
        return self.ingest()

    def throw_away(self) -> float:
        """Consume with pika alone, and throw away."""
        self.publish()
        return throw_away(self._settings, len(self._bodies))

    def insert_each(self) -> float:
        """Consume, insert and commit one message at a time."""
        self.publish(share=20)
        missing = count = len(self._bodies) // 20
        with Consumer(self._settings, few=2 * BATCH, many=2 * BATCH) as consumer:
            began = time.monotonic()
            while missing:
                for delivery in consumer.take(1, 0.2):
                    event = json.loads(delivery.body)
                    self._connection.execute(INSERT, [event[field] for field in FIELDS])
                    consumer.acknowledge(delivery.tag)
                    missing -= 1
            return count / (time.monotonic() - began)

    def consumers(self, number: int, kind: type[Publisher] = Publisher) -> float:
        """Let so many consumers, processes of their own, ingest into an empty table."""
        self.publish(kind)
        command = [sys.executable, "-m", "driver", "consume"]
        with ExitStack() as processes:
            with self._connection.transaction():  # all begin when it ends
                self._connection.execute(EMPTY)
                for _ in range(number):
                    process = processes.enter_context(subprocess.Popen(command))
                    processes.callback(process.terminate)
                while self._connection.execute(WAITING).rowcount < number:
                    time.sleep(0.1)
            began = time.monotonic()
            while rows_of(self._connection) < len(self._bodies):
                time.sleep(0.02)
            return len(self._bodies) / (time.monotonic() - began)


def throw_away(settings: Settings, count: int) -> float:
    """Consume so many messages as pika's manual does; return how many a second."""
    missing = count
    began = 0.0

    def on_open(connection: SelectConnection) -> None:
        connection.channel(on_open_callback=on_channel)

    def on_channel(channel: Channel) -> None:
        nonlocal began
        channel.basic_qos(prefetch_count=2 * BATCH)
        channel.basic_consume(settings.queue, on_message)
        began = time.monotonic()

    def on_message(
        channel: Channel, method: Basic.Deliver, _properties: BasicProperties, _body: bytes
    ) -> None:
        nonlocal missing
        missing -= 1
        if missing % BATCH == 0:
            channel.basic_ack(method.delivery_tag or 0, multiple=True)
        if missing == 0:
            connection.close()

    connection = SelectConnection(
        pika.URLParameters(settings.rabbitmq_url),
        on_open_callback=on_open,
        on_close_callback=lambda connection, _: connection.ioloop.stop(),
    )
    connection.ioloop.start()
    return count / (time.monotonic() - began)


def in_turn(*measures: Callable[[], float]) -> list[float]:
    """Return the median of each measure."""
    rounds = [[measure() for measure in measures] for _ in range(ROUNDS)]
    return [median(rates) for rates in zip(*rounds, strict=True)]


def peak_memory(arguments: list[str], connection: Connection, rows: int) -> float:
    """Run the driver until raw has so many rows more; return its peak memory in MiB."""
    started = rows_of(connection)
    peak = 0.0
    with subprocess.Popen([sys.executable, "-m", "driver", *arguments]) as process:
        while process.poll() is None and rows_of(connection) < started + rows:
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                for line in status:
                    if line.startswith("VmHWM"):
                        peak = int(line.split()[1]) / 1024
            time.sleep(0.2)
        process.terminate()
    return peak


def rows_of(connection: Connection) -> int:
    """Return how many events were ever ingested."""
    row = connection.execute("SELECT coalesce(sum(inserted), 0) FROM etl.ingests").fetchone()
    assert row
    return int(row[0])


class Report:
    """The tables of the figures."""

    def __init__(self) -> None:
        self.table = Table("figure", "", "compared with", "", "ratio", "must", "aim")
        self.cores = Table("core time of an event", "")

    def ratio(self, one: tuple[str, float], other: tuple[str, float], must: str, aim: str) -> None:
        """Add two rates and their ratio."""
        (title, rate), (against, base) = one, other
        ratio = f"{rate / base:.2f}"
        self.table.add_row(title, f"{rate:,.0f}/s", against, f"{base:,.0f}/s", ratio, must, aim)

    def memory(self, title: str, peak: float) -> None:
        """Add the peak of a process, in MiB."""
        self.table.add_row(title, f"{peak:.0f} MiB", "", "", "", "96 MiB", "64 MiB")

    def core_time(self, seconds: dict[str, float]) -> None:
        """Add what an event takes of a core, by process and in all."""
        for title, share in {**seconds, "together": sum(seconds.values())}.items():
            self.cores.add_row(title, f"{share * 1e6:.1f} µs")


def measure_rates(bench: Bench, report: Report, connection: Connection, rows: int) -> None:
    """How fast events are published and ingested."""
    one, headed, two, four, pika_alone, single = in_turn(
        partial(bench.consumers, 1),
        partial(bench.consumers, 1, WithHeaders),
        *(partial(bench.consumers, number) for number in (2, 4)),
        bench.throw_away,
        bench.insert_each,
    )
    title = "queue to committed raw"
    report.ratio((title, one), ("pika alone, throwing away", pika_alone), "0.95", "1.3")
    report.ratio((title, one), ("insert by insert", single), "15", "30")
    report.ratio(("with five headers", headed), ("one consumer", one), "0.9", "1.0")
    report.ratio(("two consumers", two), ("one consumer", one), "1.0", "1.5")
    report.ratio(("four consumers", four), ("one consumer", one), "1.0", "1.5")

    confirmed, unconfirmed = in_turn(
        lambda: bench.publish_only(Publisher), lambda: bench.publish_only(Unconfirmed)
    )
    report.ratio(("confirmed publishing", confirmed), ("unconfirmed", unconfirmed), "0.7", "0.95")

    (empty,) = in_turn(bench.ingest_into_empty)
    report.core_time(bench.core_time)
    connection.execute("TRUNCATE raw.user_events")
    connection.execute(FILL, (rows,))
    connection.execute("VACUUM ANALYZE raw.user_events")
    (large,) = in_turn(bench.ingest)
    title = f"after {rows / 1e6:g} million events"
    report.ratio((title, large), ("into an empty raw", empty), "0.9", "1.0")


def measure_memory(bench: Bench, report: Report, connection: Connection, count: int) -> None:
    """How much memory the driver takes for many events."""
    for _ in range(5):
        bench.publish()
    report.memory("consumer's memory", peak_memory(["consume"], connection, 5 * count))

    with (
        tempfile.NamedTemporaryFile() as file,
        subprocess.Popen([sys.executable, "-m", "driver", "consume"]) as consumer,
    ):
        file.writelines(event + b"\n" for event in events(5 * count, seed=2))
        file.flush()
        arguments = ["import", "user-events", file.name]
        report.memory("importer's memory", peak_memory(arguments, connection, 5 * count))
        consumer.terminate()


def main(count: int) -> None:
    """Measure everything and print the table."""
    require_scratch()
    os.environ["USER_EVENTS_QUEUE"] = f"scratch_{uuid.uuid4().hex}"
    settings = Settings.from_environment()
    report = Report()
    try:
        with psycopg.connect(autocommit=True) as connection:
            bench = Bench(settings, connection, count)
            measure_rates(bench, report, connection, 50 * count)
            measure_memory(bench, report, connection, count)
    finally:
        with pika.BlockingConnection(pika.URLParameters(settings.rabbitmq_url)) as broker:
            for queue in (settings.queue, dead_letters_of(settings.queue)):
                broker.channel().queue_delete(queue)
    Console(width=120).print(report.table, report.cores)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
