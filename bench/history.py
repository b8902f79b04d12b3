"""Measures the history built in one pass, as ratios of one run, in a scratch database.

usage: db/tools/scratch pgtap python -m bench.history [EVENTS]

EVENTS (default 100,000) happen on a day, to five times as many users. First 10 days are loaded: by
two statements without anything around them, in one pass and day by day; then 100 days in one pass
and day by day. The 100 days are built anew when one of them differs and when all do, against their
versions written bare. Memory is that of the sessions, without what they share. In the end the
partitions of 120 months are exchanged, while a reader asks again and again.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event
from typing import Final, LiteralString

import psycopg
from rich.console import Console
from rich.table import Table

from bench.loads import COLUMNS, FILL_RAW, SESSION, seconds
from bench.scratch import require_scratch
from driver.database import Connection

LAST_DAY: Final = date(2020, 12, 23)
FEW, MANY = 10, 100

# As the ingest would have noted it.
NOTE_ARRIVALS: Final = """
    INSERT INTO etl.arrivals (event_date, xid, n_events)
    SELECT event_date, pg_current_xact_id(), count(*)
    FROM raw.user_events
    GROUP BY event_date"""
FORGET: Final = """
    TRUNCATE crm.users_dim, reports.user_events_daily, etl.load_runs, etl.arrivals;
    DROP SCHEMA IF EXISTS bench CASCADE;
    CREATE SCHEMA bench"""
# What a full refresh of a tool runs: two tables and their keys.
BARE: Final[list[LiteralString]] = [
    """
    CREATE TABLE bench.dimension AS
    SELECT *, lead(received_at) OVER (PARTITION BY user_id ORDER BY received_at) AS valid_to
    FROM internal.user_states""",
    "ALTER TABLE bench.dimension ADD UNIQUE (user_id, received_at)",
    """
    CREATE TABLE bench.report AS
    SELECT
        event_date,
        count(*) FILTER (WHERE event_type = 'User Created') AS n_created,
        count(*) FILTER (WHERE event_type = 'User Updated') AS n_updated,
        count(*) FILTER (WHERE event_type = 'User Deleted') AS n_deleted,
        count(DISTINCT user_id) AS n_unique,
        count(*) AS n_total
    FROM raw.user_events
    GROUP BY event_date""",
    "ALTER TABLE bench.report ADD UNIQUE (event_date)",
]
CATCH_UP: Final[list[LiteralString]] = ["CALL etl.catch_up()"]
BUILD: Final = "CALL etl.build_history()"
# The floor of a rebuild: all versions, known beforehand, written into copies of all partitions.
COPY_DIMENSION: Final = """
    CREATE TABLE bench.version AS SELECT * FROM crm.users_dim ORDER BY user_id, valid_from;
    CREATE TABLE bench.users_dim (LIKE crm.users_dim INCLUDING ALL)
    PARTITION BY RANGE (coalesce(valid_to, 'infinity'))"""
COPY_PARTITION: Final = """
    SELECT format(
        'CREATE TABLE bench.%1$I PARTITION OF bench.users_dim %2$s;'
        'ALTER TABLE bench.%1$I ADD UNIQUE (user_id, valid_from)',
        relname, pg_get_expr(relpartbound, oid))
    FROM pg_class
    JOIN pg_inherits ON inhrelid = oid AND inhparent = 'crm.users_dim'::regclass"""
WRITE_DIMENSION: Final = f"""
    INSERT INTO bench.users_dim ({COLUMNS}) SELECT {COLUMNS} FROM bench.version"""
CORRECT_DAY: Final = "UPDATE raw.user_events SET user_type = 'Reader' WHERE event_date = %(day)s"
CHANGE_RULES: Final = """
    CREATE OR REPLACE FUNCTION internal.user_attributes(p_extra jsonb)
    RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN '{}'::jsonb"""
ADD_MONTHS: Final = """
    SELECT internal.add_users_dim_period((date '2011-01-01' + n * interval '1 month')::date)
    FROM generate_series(0, 119) AS n"""
LOOK: Final = "SELECT count(*) FROM crm.users_dim WHERE user_id = md5('1')"


def refill(connection: Connection, days: int, events: int) -> None:
    """Let raw have so many days, of which nothing is loaded."""
    connection.execute(FORGET)
    connection.execute("TRUNCATE raw.user_events")
    size = {"events": events, "users": 5 * events, "hours": 24}
    first = LAST_DAY - timedelta(days - 1)
    connection.execute(FILL_RAW, {"first": first, "last": LAST_DAY, **size})
    connection.execute("VACUUM ANALYZE raw.user_events")


def load(connection: Connection, statements: list[LiteralString], in_one_pass: bool) -> float:
    """Return how long the first load of all days takes."""
    connection.execute(FORGET)
    connection.execute(NOTE_ARRIVALS)
    connection.execute(f"SET warehouse.in_one_pass = {'on' if in_one_pass else 'off'}")
    return sum(seconds(connection, statement) for statement in statements)


def own_memory(pid: int) -> float:
    """Return the MiB that a process has for itself alone."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        values = dict(line.split(":", 1) for line in status)
    return int(values["RssAnon"].split()[0]) / 1024


def peak_memory(connection: Connection) -> float:
    """Build the history; return the peak of its session's memory and its workers' in MiB."""
    sessions = "SELECT pid FROM pg_stat_activity WHERE %s IN (pid, leader_pid)"  # those of this one
    peak = 0.0
    with psycopg.connect(autocommit=True) as watcher, ThreadPoolExecutor(1) as pool:
        running = pool.submit(connection.execute, BUILD)
        while not running.done():
            pids = watcher.execute(sessions, (connection.info.backend_pid,)).fetchall()
            try:
                peak = max(peak, sum(own_memory(pid) for (pid,) in pids))
            except (FileNotFoundError, ProcessLookupError, KeyError):
                pass  # a worker has just ended
            time.sleep(0.1)
        running.result()
    return peak


def longest_wait(connection: Connection) -> float:
    """Build the history; return the seconds that a reader waited at most."""
    done = Event()

    def read() -> float:
        longest = 0.0
        with psycopg.connect(autocommit=True) as reader:
            while not done.is_set():
                began = time.monotonic()
                reader.execute(LOOK)
                longest = max(longest, time.monotonic() - began)
        return longest

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        connection.execute(BUILD)
        done.set()
        return reading.result()


def main(events: int) -> None:
    """Measure everything and print the table."""
    require_scratch()
    table = Table("figure", "", "compared with", "", "ratio", "must", "aim")

    def compare(*row: str | float) -> None:
        title, one, against, other, *limits = row
        assert isinstance(one, float) and isinstance(other, float)
        table.add_row(
            str(title), f"{one:.2f} s", str(against), f"{other:.2f} s", f"{one / other:.2f}",
            *map(str, limits),
        )  # fmt: skip

    with psycopg.connect(autocommit=True) as connection:
        connection.execute(SESSION)
        connection.execute("RESET work_mem; RESET maintenance_work_mem")
        refill(connection, FEW, events)
        load(connection, CATCH_UP, True)  # warms up
        at_once = load(connection, CATCH_UP, True)
        compare("first load of 10 days", at_once, "two bare statements",
                load(connection, BARE, False), "1.3", "1.0")  # fmt: skip
        refill(connection, MANY, events)
        by_day = load(connection, CATCH_UP, False)
        at_once = load(connection, CATCH_UP, True)
        compare("first load of 100 days", at_once, "day by day", by_day, "0.35", "0.2")

        connection.execute(COPY_DIMENSION)
        for (copy_partition,) in connection.execute(COPY_PARTITION).fetchall():
            connection.execute(copy_partition)
        connection.execute("VACUUM ANALYZE crm.users_dim, bench.version")
        bare = seconds(connection, WRITE_DIMENSION)
        connection.execute(CORRECT_DAY, {"day": LAST_DAY - timedelta(50)})
        one = seconds(connection, BUILD)
        connection.execute(CHANGE_RULES)
        every = seconds(connection, BUILD)
        compare("history anew, a day differs", one, "its versions written bare", bare, "1.3", "0.6")
        compare("history anew, all differ", every, "its versions written bare", bare, "1.3", "0.8")
        table.add_row(
            "memory of its sessions",
            f"{peak_memory(connection):.0f} MiB",
            *[""] * 3,
            "1,536",
            "717",
        )

        refill(connection, 1, events // 10)
        connection.execute(ADD_MONTHS)
        connection.execute(BUILD)
        waited = longest_wait(connection)
        table.add_row(
            "longest wait of a reader, 120 months", f"{waited:.2f} s", *[""] * 3, "1", "0.2"
        )
        assert not connection.execute("SELECT FROM etl.check_users_dim()").fetchall()
    Console(width=120).print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
