"""What is where and what needs a person: for people, for programs, for Prometheus."""

import json
import sys
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, LiteralString, NamedTuple

import psycopg
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from psycopg.rows import dict_row
from rich.table import Table
from rich.text import Text

from driver.broker.inspector import queue_state
from driver.command import printable
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
    " missing_days::text, rejected_in_24_hours FROM etl.freshness ORDER BY load_name DESC",
    "loads_in_24_hours": "SELECT load_name, succeeded, failed"
    " FROM etl.load_outcomes ORDER BY load_name DESC",
    "stale_dates": "SELECT * FROM etl.stale_dates ORDER BY import_date, load_name LIMIT 20",
    "last_loads": "SELECT load_name, import_date, started_at, duration, rows_read, rows_written"
    " FROM etl.load_runs ORDER BY load_run_sk DESC LIMIT 6",
    "problems": "TABLE etl.problems",
    "metrics": "SELECT * FROM etl.metrics ORDER BY metric, label, label_value",
}


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
        if not consumers:
            problem = f"nobody consumes queue {settings.queue}: {ready} messages wait"
            problems.append({"problem": problem, "remedy": "make setup"})
    except BrokerError as error:
        problems.append({"problem": str(error), "remedy": "make setup"})
    try:
        with connect("status") as connection, connection.cursor(row_factory=dict_row) as cursor:
            database = {name: cursor.execute(query).fetchall() for name, query in QUERIES.items()}
        problems += database.pop("problems")
    except psycopg.Error as error:
        problems.append({"problem": str(explain(error)), "remedy": "make setup"})
    return Status(queue, database, problems)


def print_status(status: Status) -> None:
    """One screen for people."""
    console = Screen()
    for name, rows in {"queue": [status.queue], **status.database}.items():
        if name != "metrics" and any(rows):
            table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
            for column in rows[0]:
                table.add_column(_words(column), no_wrap=column != "reason")
            for row in rows:
                table.add_row(*(_brief(value) for value in row.values()))
            console.print(_words(name).upper(), style="bold")
            console.print(table, "")
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
    registry = CollectorRegistry()
    up = Gauge("warehouse_up", "Whether the server answers", ["server"], registry=registry)
    up.labels("broker").set(bool(status.queue))
    up.labels("database").set(bool(status.database))
    for name in ("ready", "consumers"):
        if status.queue:
            help_text = f"{name} of the queue of user events"
            Gauge(f"warehouse_queue_{name}", help_text, registry=registry).set(status.queue[name])
    metrics = status.database.get("metrics", [])
    for (name, label), rows in groupby(metrics, key=itemgetter("metric", "label")):
        help_text = f"{name} of etl.metrics"
        gauge = Gauge(f"warehouse_{name}", help_text, [label] if label else [], registry=registry)
        for row in rows:
            (gauge.labels(row["label_value"]) if label else gauge).set(row["value"])
    sys.stdout.write(generate_latest(registry).decode())


def _words(name: str) -> str:
    return name.replace("_", " ")


def _brief(value: object) -> Text:
    if isinstance(value, datetime):
        value = f"{value:%Y-%m-%d %H:%M:%S}"
    elif isinstance(value, timedelta):
        value = f"{value.total_seconds():.2f} s"
    return Text("" if value is None else printable(str(value)))
