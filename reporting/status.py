"""What is where and what needs a person: for people, for programs, for Prometheus."""

import json
import sys
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, LiteralString, NamedTuple

import psycopg
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from psycopg.rows import dict_row
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from driver.broker.inspector import queue_state
from driver.broker.queues import dead_letters_of
from driver.command_line import printable
from driver.database import connect, explain
from driver.errors import BrokerError
from driver.settings import Settings
from reporting.screen import Screen

Rows = list[dict[str, Any]]

QUERIES: Final[dict[str, LiteralString]] = {
    "database": "SELECT current_database() AS name, current_setting('server_version') AS version,"
    " date_trunc('second', pg_postmaster_start_time()) AS up_since",
    "ingested": "TABLE etl.ingest_totals",
    "rejected": "SELECT * FROM etl.quarantine ORDER BY rejected_at DESC LIMIT 5",
    "freshness": "SELECT load_name, last_day, newest_event, now() - waiting_since AS oldest_waits,"
    " (SELECT string_agg(concat_ws(' to ', lower(gap), nullif(upper(gap) - 1, lower(gap))), ', ')"
    " FROM unnest(missing_days) AS gap) AS missing_days, rejected_in_24_hours"
    " FROM etl.freshness ORDER BY load_name DESC",
    "loads_in_24_hours": "SELECT load_name, succeeded, failed"
    " FROM etl.load_outcomes ORDER BY load_name DESC",
    "stale_dates": "SELECT * FROM etl.stale_dates ORDER BY import_date, load_name LIMIT 20",
    "last_loads": "SELECT load_name, import_date, started_at, duration, rows_read, rows_written"
    " FROM etl.load_runs ORDER BY load_run_sk DESC LIMIT 6",
    "problems": "TABLE etl.problems",
    "accepted_settings": "SELECT setting, value, reason, accepted_at, accepted_by"
    " FROM etl.accepted_settings ORDER BY setting",
    "consumers": "SELECT * FROM etl.consumer_states ORDER BY consumer",
    "notes": "SELECT * FROM etl.current_notes ORDER BY subject",
    "metrics": "SELECT * FROM etl.metrics ORDER BY metric, label, label_value",
}
LONG: Final = ("reason", "missing_days", "note")  # may need several lines
HELP: Final = {
    "up": "Whether the server answers (1) or not (0).",
    "queue_ready": "Messages in the queue of user events that no consumer has taken yet.",
    "queue_unacknowledged": "Messages that consumers hold and have not committed yet.",
    "queue_consumers": "Consumers of the queue of user events.",
    "queue_dead_letters": "Messages that the broker could not deliver and has put aside.",
    "messages": "Messages that were ingested since the beginning, by what became of them.",
    "quarantined": "Messages or organizations in quarantine, waiting for a correction.",
    "stale_dates": "Days that the load has to run for, because of new events or a failed load.",
    "last_load_timestamp_seconds": "When the last load of the table ended, in Unix time.",
    "last_load_duration_seconds": "How long the last load of the table took.",
    "last_load_rows_written": "Rows that the last load of the table wrote.",
    "newest_event_timestamp_seconds": "The newest event that the table has, in Unix time.",
    "waiting_seconds": "How long the oldest event waits for a load of the table; 0 when none does.",
    "loads_failed_in_24_hours": "Loads of the table that failed in the last 24 hours.",
    "load_failure_rate_in_24_hours": "Share of the loads of the last 24 hours that failed, 0 to 1.",
    "problems": "Problems that make status lists for a person to solve.",
}
COUNTERS: Final = ("messages",)  # the others may fall


class Status(NamedTuple):
    """The state of the broker and the database; what could not be asked is empty."""

    queue: dict[str, Any]
    database: dict[str, Rows]
    problems: Rows


def read_status(settings: Settings) -> Status:
    """Ask both servers. One that does not answer is a problem of its own."""
    queue: dict[str, Any] = {}
    database: dict[str, Rows] = {}
    problems: Rows = []
    try:
        ready, consumers = queue_state(settings)
        queue = {"name": settings.queue, "ready": ready, "consumers": consumers}
        queue |= {"unacknowledged": None, "dead_letters": dead_letters(settings)}
    except BrokerError as error:
        problems.append({"problem": str(error), "remedy": "make setup"})
    try:
        with connect("status", writes=False) as connection, connection.transaction():
            connection.execute("SET LOCAL jit = off")  # without statistics it takes seconds
            cursor = connection.cursor(row_factory=dict_row)
            cursor.execute("DO 'BEGIN END'")  # fails in a server whose programs were replaced
            database = {name: cursor.execute(query).fetchall() for name, query in QUERIES.items()}
        problems += database.pop("problems")
        notes, states = database["notes"], database.pop("consumers")
        if queue:
            problems += _count_unacknowledged(queue, states)
        database["notes"] = [note for note in notes if not note.pop("is_problem")]
    except psycopg.Error as error:
        problems.append({"problem": str(explain(error)), "remedy": "make setup"})
        notes = []
    # One that is there and cannot work says itself what keeps it from that.
    if (
        queue
        and not queue["consumers"]
        and not any(note["subject"].startswith("consumer ") for note in notes)
    ):
        problem = f"nobody consumes queue {settings.queue}: {queue['ready']} messages wait"
        problems.insert(0, {"problem": problem, "remedy": "make setup"})
    return Status(queue, database, problems)


def _count_unacknowledged(queue: dict[str, Any], consumers: Rows) -> Rows:
    """Add what its consumers hold; return the problem of those that do not reach the database.

    When none does, the database knows it. One that was killed consumes no more.
    """
    ours = [one for one in consumers if one["queue"] == queue["name"]]
    heard = [one["unacknowledged"] for one in ours if one["is_heard"]]
    queue["unacknowledged"] = sum(heard)
    silent = queue["consumers"] - len(heard)
    if not heard or silent <= 0 or len(ours) == len(heard):
        return []
    problem = f"{silent} of {queue['consumers']} consumers do not reach the database"
    return [{"problem": problem, "remedy": "make logs shows why; they try again by themselves"}]


def dead_letters(settings: Settings) -> int:
    """Return how many messages the broker has put aside; 0 where it cannot."""
    try:
        return queue_state(Settings(settings.rabbitmq_url, dead_letters_of(settings.queue)))[0]
    except BrokerError:
        return 0


def print_status(status: Status) -> None:
    """One screen for people."""
    console = Screen()
    for name, rows in {"queue": [status.queue], **status.database}.items():
        if name != "metrics" and any(rows):
            table = _table(rows, " ")
            if console.needs(table) > console.width:
                table = _table(rows, "\n")
            console.print(_words(name).upper(), style="bold")
            console.print_whole(table)
            console.print()
    for problem in status.problems:
        console.print(Text(printable(problem["problem"]), "bold red"), soft_wrap=True)
        console.print(Text("  " + printable(problem["remedy"])), soft_wrap=True)
    if not status.problems:
        console.print("[bold green]all is well[/]")


def print_json(status: Status) -> None:
    """The same for programs."""
    database = {name: rows for name, rows in status.database.items() if name != "metrics"}
    document = {"queue": status.queue, **database, "problems": status.problems}
    print(json.dumps(document, default=str, indent=2))


def print_prometheus(status: Status) -> None:
    """Its figures in Prometheus's text format, as node_exporter's textfile collector reads it."""
    figures: list[tuple[str, str, str, float]] = [
        ("up", "server", "broker", bool(status.queue)),
        ("up", "server", "database", bool(status.database)),
    ]
    if status.queue:
        figures += [
            (f"queue_{name}", "", "", status.queue[name])
            for name in ("ready", "unacknowledged", "consumers", "dead_letters")
            if status.queue[name] is not None
        ]
    for row in status.database.get("metrics", []):
        figures.append((row["metric"], row["label"], row["label_value"], row["value"]))
    families: list[Metric] = []
    for (name, label), group in groupby(figures, key=itemgetter(0, 1)):
        kind = CounterMetricFamily if name in COUNTERS else GaugeMetricFamily
        family = kind(f"warehouse_{name}", HELP[name], labels=[label] if label else None)
        for _, _, label_value, value in group:
            family.add_metric([label_value] if label else [], value)
        families.append(family)
    registry = CollectorRegistry()
    registry.register(Figures(families))
    sys.stdout.write(generate_latest(registry).decode())


class Figures(Collector):
    """Hands over metrics that are read already."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        """Return them all."""
        return self._families


def _table(rows: Rows, space: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in rows[0]:
        header = column.replace("_", space)
        texts = [*header.split("\n"), *(_brief(row[column]).plain for row in rows)]
        width = None if column in LONG else max(map(cell_len, texts))
        table.add_column(header, min_width=width, no_wrap=width is not None)
    for row in rows:
        table.add_row(*(_brief(value) for value in row.values()))
    return table


def _words(name: str) -> str:
    return name.replace("_", " ")


def _brief(value: object) -> Text:
    if isinstance(value, datetime):
        value = f"{value:%Y-%m-%d %H:%M:%S}"
    elif isinstance(value, timedelta):
        value = f"{value.total_seconds():.2f} s"
    return Text(printable("" if value is None else str(value)))
