"""Measures ingest and loads on one server and on 1, 2 … workers of a Citus cluster.

usage: python -m bench.citus [EVENTS]

EVENTS (default 100,000) happen on a day, to five times as many users. For each number of workers
there is a scratch database. The plan of each statement of the loads is shown in brief: how many
tasks it is for so many shards; it must be sent to the shards as it is, moving no row between them.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

from bench.events import events
from bench.loads import FILL_RAW, LOAD_DIM, LOAD_REPORT
from bench.scratch import require_scratch
from driver.database import Connection
from driver.ingest import Arrived, ingest

SCRATCH: Final = Path(__file__).parents[1] / "db" / "tools" / "scratch"
SHARDS: Final = 32
SAMPLE: Final = 20_000  # events that are ingested
DAYS: Final = ("2020-12-01", "2020-12-02", "2020-12-03", "2020-12-04", "2020-12-05")

FUNCTIONS: Final = (
    "internal.find_arrived_instants",
    "internal.stage_versions",
    "internal.load_users_in_order",
    "internal.find_neighbors",
    "internal.find_gone_versions",
    "internal.clear_users_dim_day",
    "internal.load_users_out_of_order",
    "reports.load_user_events_daily",
)
STATEMENT: Final = re.compile(
    r"^ *((?:INSERT INTO|UPDATE|DELETE FROM|SELECT\n)[^;]*);", re.MULTILINE
)
SHARDED: Final = re.compile(r"\b(?:raw\.user_events|crm\.users_dim\w*|internal\.users_dim_\w+)\b")
VALUES: Final = {
    r"[pv]_from": "timestamptz '2020-12-05 00:00Z'",
    r"[pv]_to": "timestamptz '2020-12-06 00:00Z'",
    "v_month": "timestamptz '2020-12-01 00:00Z'",
    "v_next_month": "timestamptz '2021-01-01 00:00Z'",
    "p_mode": "'whole'",
    "p_day": "date '2020-12-05'",
    r"(?:p_|v_arrived\.)event_sks": "int8multirange '{[1,1000)}'",
    r"v_arrived\.n_\w+": "0",
    "import_date": "date '2020-12-05'",
}
MOVES: Final = re.compile(r"repartition|pull to coordinator|Distributed Subplan|MapMerge")


class Plan(NamedTuple):
    """What is told of a statement's plan."""

    function: str
    statement: str
    tasks: str
    moves: str


def plans(connection: Connection) -> Iterator[Plan]:
    """Explain each statement of the loads that reads or writes a table with shards."""
    for function in FUNCTIONS:
        query = "SELECT prosrc FROM pg_proc WHERE oid = %s::regproc"
        ((body,),) = connection.execute(query, (function,)).fetchall()
        for statement in STATEMENT.findall(re.sub(r"--.*", "", body)):
            statement = re.sub(r"\n *INTO (v_|n_)\w+(, n_\w+)*", "", statement)
            if not SHARDED.search(statement):
                continue
            for name, value in VALUES.items():
                statement = re.sub(rf"(?<![\w.]){name}\b", value, statement)
            explain = sql.SQL("EXPLAIN (COSTS OFF) {}").format(sql.SQL(statement))
            plan = "\n".join(line for (line,) in connection.execute(explain))
            yield Plan(
                function,
                " ".join(statement.split())[:60],
                " ".join(re.findall(r"Task Count: (\d+)", plan)) or "none",
                " ".join(MOVES.findall(plan)) or "no",
            )


def seconds(action: Callable[[], Any]) -> float:
    """Return how long something takes."""
    began = time.monotonic()
    action()
    return time.monotonic() - began


def measure(count: int) -> None:
    """Measure everything in the database of PGDATABASE; print a line of figures, and the plans."""
    require_scratch()
    with psycopg.connect(autocommit=True) as connection:
        sample = list(events(SAMPLE))

        def ingest_by(size: int, salt: str) -> float:
            def batches() -> None:
                for start in range(0, SAMPLE, size):
                    bodies = enumerate(sample[start : start + size], start)
                    ingest(connection, [Arrived(body, f"{salt}{n}") for n, body in bodies])

            return SAMPLE / seconds(batches)

        rates = [ingest_by(1_000, "a"), ingest_by(10_000, "b")]
        connection.execute("DELETE FROM raw.user_events")
        size = {"events": count, "users": 5 * count, "hours": 24}
        connection.execute(
            FILL_RAW, {"first": f"{DAYS[0]} 00:00Z", "last": f"{DAYS[-1]} 00:00Z", **size}
        )
        connection.execute("ANALYZE raw.user_events")

        def load(day: str) -> float:
            return seconds(lambda: connection.execute(LOAD_DIM, {"day": day}))

        for day in (DAYS[0], DAYS[2], DAYS[3]):
            load(day)
        times = [load(DAYS[4]), load(DAYS[4]), load(DAYS[1])]
        times.append(seconds(lambda: connection.execute(LOAD_REPORT, {"day": DAYS[4]})))
        faults = connection.execute("SELECT * FROM etl.check_users_dim()").fetchall()
        assert not faults, "the history is broken"
        print(*(f"{rate:,.0f}/s" for rate in rates), *(f"{each:.2f}s" for each in times))
        if os.environ.get("CITUS"):
            for plan in plans(connection):
                print("\t".join(plan))


def main(count: int) -> None:
    """Measure on each number of workers, and print the tables."""
    with psycopg.connect(autocommit=True) as connection:
        known = "SELECT to_regproc('citus_get_active_worker_nodes') IS NOT NULL"
        if connection.execute(known).fetchall() == [(False,)]:
            print("skipped: no citus extension")
            return
        query = "SELECT count(*) FROM citus_get_active_worker_nodes()"
        ((workers,),) = connection.execute(query).fetchall()

    figures = Table(
        "workers", "ingest by 1,000", "by 10,000", "new day", "again", "late day", "report"
    )
    explained = Table("function", "statement", f"tasks for {SHARDS} shards", "moves rows")
    for number in range(workers + 1):
        cluster = {"CITUS": "1", "WORKERS": str(number), "SHARDS": str(SHARDS)} if number else {}
        command = [str(SCRATCH), "pgtap", sys.executable, "-m", "bench.citus", str(count), "one"]
        done = subprocess.run(
            command, env={**os.environ, **cluster}, check=True, stdout=subprocess.PIPE, text=True
        )
        first, *lines = done.stdout.splitlines()
        figures.add_row(str(number or "one server"), *first.split())
    for line in lines:
        explained.add_row(*line.split("\t"))
    Console(width=140).print(figures, explained)


if __name__ == "__main__":
    EVENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    if sys.argv[2:] == ["one"]:
        measure(EVENTS)
    else:
        main(EVENTS)
