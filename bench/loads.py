"""Measures the loads, as ratios of one run, in scratch databases.

usage: db/tools/scratch pgtap python -m bench.loads [EVENTS]

EVENTS (default 100,000) happen on a day, to five times as many users; 100 days of them are loaded
before the measurements begin, which take a new day each. What is compared runs in turn, a
checkpoint before each; the first days only warm up, the median of the others counts. A second
server, with PostgreSQL's default settings, is started for what services/tuned gains. In the end,
facts are looked up in the dimension: of all days, and of the last of them.
"""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from statistics import median
from typing import Final, LiteralString

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

from bench.scratch import require_scratch
from driver.database import Connection

WARM_UP: Final = 2
ROUNDS: Final = int(os.environ.get("ROUNDS") or 5)
DAYS: Final = 100
NEW_DAYS: Final = [date(2020, 12, 24) + timedelta(n) for n in range(WARM_UP + ROUNDS)]
LOADED_DAYS: Final = [NEW_DAYS[0] - timedelta(n) for n in range(DAYS + len(NEW_DAYS), 0, -1)]
LATE_DAYS: Final = LOADED_DAYS[DAYS // 2 :: DAYS // 20][: len(NEW_DAYS)]

COLUMNS: Final = """user_id, valid_from, valid_to, is_valid, is_deleted,
    username, user_email, user_type, organization_name, plan_name, event_sk"""

# Without statistics of what changes, autovacuum stays away. The sorts are those of the fill.
SESSION: Final = """
    SET track_counts = off;
    SET timezone = 'UTC';
    SET work_mem = '2GB';
    SET maintenance_work_mem = '1GB'"""

FILL_RAW: Final = """
    INSERT INTO raw.user_events (
        event_key, user_id, event_type, username, user_email, user_type, organization_name,
        plan_name, received_at
    )
    SELECT
        gen_random_uuid(), md5(number::text),
        (ARRAY['User Created', 'User Deleted', 'User Updated', 'User Updated'])[1 + number %% 4],
        'user ' || number, 'user' || number || '@company.example', 'Creator',
        'Company ' || number %% 1000, 'Medium', received_at
    FROM (
        SELECT
            (random() * %(users)s)::int AS number,
            day + random() * %(hours)s * interval '1 hour' AS received_at
        FROM generate_series(%(first)s::timestamptz, %(last)s, '1 day') AS day
        CROSS JOIN generate_series(1, %(events)s)
    ) AS event
    ORDER BY received_at"""

ADD_PERIODS: Final = """
    SELECT internal.add_users_dim_period(day::date)
    FROM generate_series(%(first)s::timestamptz, %(last)s, '1 day') AS day"""

# What loads of these days in their order leave: a closed version is written when the next one is
# loaded, an open one is where the user's first version was. The indexes of the periods, made
# afterwards, are as full as insertions of all users day by day make them.
FILL_USERS_DIM: Final = f"""
    INSERT INTO crm.users_dim ({COLUMNS})
    SELECT {COLUMNS}
    FROM (
        SELECT *, valid_to IS NULL AS is_valid
        FROM (
            SELECT
                *, received_at AS valid_from, event_type = 'User Deleted' AS is_deleted,
                lead(received_at) OVER user_events AS valid_to,
                first_value(event_date) OVER user_events AS first_date
            FROM raw.user_events
            WHERE event_date < %(new)s
              AND event_date <> ALL (%(late)s)
            WINDOW user_events AS (PARTITION BY user_id ORDER BY received_at)
        ) AS event
    ) AS version
    ORDER BY valid_to::date, CASE WHEN valid_to IS NULL THEN first_date END, user_id"""

PERIODS: Final = """
    SELECT conrelid::regclass::text, conname
    FROM pg_constraint
    WHERE contype = 'u'
      AND connamespace = 'crm'::regnamespace"""
DROP_UNIQUE: Final = "ALTER TABLE {table} DROP CONSTRAINT {name}"
ADD_UNIQUE: Final = """
    ALTER TABLE {table}
    ADD CONSTRAINT {name} UNIQUE (user_id, valid_from) WITH (fillfactor = 70)"""

# The floor: copies of the partitions that a new day changes, and the rows that its load writes.
COPY_PARTITIONS: Final = f"""
    CREATE SCHEMA bench;
    CREATE TABLE bench.open (LIKE crm.users_dim_open INCLUDING ALL) WITH (fillfactor = 60);
    INSERT INTO bench.open ({COLUMNS}) SELECT {COLUMNS} FROM crm.users_dim_open;
    CREATE TABLE bench.period (LIKE crm.users_dim INCLUDING ALL) WITH (fillfactor = 90);
    INSERT INTO bench.period ({COLUMNS})
    SELECT {COLUMNS} FROM crm.users_dim WHERE valid_to >= '2020-12-01';
    ALTER TABLE bench.period ADD UNIQUE (user_id, valid_from) WITH (fillfactor = 70);
    CREATE TABLE bench.closed (LIKE crm.users_dim);
    CREATE TABLE bench.opened (LIKE crm.users_dim);
    CREATE TABLE bench.created (LIKE crm.users_dim)"""

KEEP_ROWS: Final = """
    TRUNCATE bench.closed, bench.opened, bench.created;
    INSERT INTO bench.closed
    SELECT *
    FROM crm.users_dim
    WHERE valid_to >= {day}
      AND valid_to < {day}::date + 1
    ORDER BY user_id;
    INSERT INTO bench.opened
    SELECT * FROM crm.users_dim_open WHERE valid_from >= {day} ORDER BY user_id;
    WITH created AS (
        DELETE FROM bench.opened
        WHERE NOT EXISTS (SELECT FROM bench.open WHERE open.user_id = opened.user_id)
        RETURNING *
    )
    INSERT INTO bench.created SELECT * FROM created;
    ANALYZE bench.closed, bench.opened, bench.created"""

WRITE_ROWS: Final = f"""
    INSERT INTO bench.period ({COLUMNS}) SELECT {COLUMNS} FROM bench.closed;
    UPDATE bench.open
    SET valid_from = opened.valid_from,
        is_deleted = opened.is_deleted,
        username = opened.username,
        user_email = opened.user_email,
        user_type = opened.user_type,
        organization_name = opened.organization_name,
        plan_name = opened.plan_name,
        event_sk = opened.event_sk
    FROM bench.opened
    WHERE open.user_id = opened.user_id;
    INSERT INTO bench.open ({COLUMNS}) SELECT {COLUMNS} FROM bench.created"""

# The solution that this one replaces: a row an event, open ones marked, the day by a cast.
CREATE_ORIGINAL: Final = """
    CREATE TABLE bench.original (LIKE crm.users_dim);
    INSERT INTO bench.original SELECT * FROM crm.users_dim;
    ALTER TABLE bench.original ADD PRIMARY KEY (event_sk)"""

LOAD_ORIGINAL: Final = f"""
    INSERT INTO bench.original ({COLUMNS})
    SELECT
        user_id, valid_from, lead(valid_from) OVER user_versions,
        lead(valid_from) OVER user_versions IS NULL, is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk
    FROM (
        SELECT {COLUMNS}
        FROM bench.original
        WHERE is_valid
        UNION ALL
        SELECT
            user_id, received_at, NULL, true, event_type = 'User Deleted',
            username, user_email, user_type, organization_name, plan_name, event_sk
        FROM raw.user_events
        WHERE received_at::date = %(day)s
    ) AS version
    WINDOW user_versions AS (PARTITION BY user_id ORDER BY valid_from)
    ON CONFLICT (event_sk) DO UPDATE
    SET valid_to = EXCLUDED.valid_to,
        is_valid = EXCLUDED.is_valid"""

LOAD_DIM: Final = "SELECT crm.load_users_dim(%(day)s)"
READ_REPORT: Final = """
    SELECT * FROM reports.users_between(%(day)s::date - 6, %(day)s)"""
LOAD_REPORT: Final = "SELECT reports.load_user_events_daily(%(day)s)"
COUNT_DAY: Final = """
    SELECT count(*), count(DISTINCT user_id)
    FROM raw.user_events
    WHERE received_at >= %(day)s
      AND received_at < %(day)s::date + 1"""

# Facts of users, at any moment of so many days up to the last one.
CREATE_FACTS: Final = """
    DROP TABLE IF EXISTS bench.facts;
    CREATE TABLE bench.facts AS
    SELECT
        md5((random() * 5 * %(events)s)::int::text) AS user_id,
        %(last)s + interval '1 day' - random() * %(days)s * interval '1 day' AS happened_at
    FROM generate_series(1, %(events)s);
    ANALYZE bench.facts"""
AT_THEIR_MOMENT: Final = """
    SELECT count(*), count(person.plan_name)
    FROM bench.facts
    LEFT JOIN LATERAL crm.user_at(facts.user_id, facts.happened_at) AS person ON true"""
# What knows the partitions: it reads all that may matter, or looks up each fact.
BY_HAND: Final = (
    """
    SELECT count(*), count(version.plan_name)
    FROM bench.facts
    LEFT JOIN crm.users_dim AS version
        ON version.user_id = facts.user_id
        AND version.valid_from <= happened_at
        AND coalesce(version.valid_to, 'infinity') > happened_at
        AND coalesce(version.valid_to, 'infinity') > (SELECT min(happened_at) FROM bench.facts)
        AND NOT version.is_deleted""",
    """
    SELECT count(*), count(version.plan_name)
    FROM bench.facts
    LEFT JOIN LATERAL (
        SELECT *
        FROM crm.users_dim
        WHERE users_dim.user_id = facts.user_id
          AND valid_from <= happened_at
          AND coalesce(valid_to, 'infinity') > happened_at
        LIMIT 1
    ) AS version ON NOT version.is_deleted""",
)

Round = dict[str, float]  # seconds by what was done


def fill(connection: Connection, days: list[date], late: list[date], events: int) -> None:
    """Fill raw up to the last new day, and the dimension as loads of the days before would have."""
    connection.execute(SESSION)
    size = {"events": events, "users": 5 * events, "hours": 24}
    connection.execute(FILL_RAW, {"first": days[0], "last": days[-1], **size})
    connection.execute("ANALYZE raw.user_events")
    connection.execute(ADD_PERIODS, {"first": days[0], "last": NEW_DAYS[-1]})
    periods = [
        {"table": sql.SQL(table), "name": sql.Identifier(name)}
        for table, name in connection.execute(PERIODS)
    ]
    for period in periods:
        connection.execute(sql.SQL(DROP_UNIQUE).format(**period))
    connection.execute(FILL_USERS_DIM, {"new": NEW_DAYS[0], "late": late})
    for period in periods:
        connection.execute(sql.SQL(ADD_UNIQUE).format(**period))
    connection.execute("VACUUM ANALYZE raw.user_events, crm.users_dim")
    # The new days arrive when the old ones are at rest.
    connection.execute(FILL_RAW, {"first": NEW_DAYS[0], "last": NEW_DAYS[-1], **size})
    connection.execute("RESET work_mem")


def seconds(connection: Connection, statement: LiteralString, day: date | None = None) -> float:
    """Run a statement after a checkpoint; return how long it took."""
    connection.execute("CHECKPOINT")
    began = time.monotonic()
    connection.execute(statement, {"day": day} if day else None)
    return time.monotonic() - began


def measure(
    large: Connection, small: Connection, untuned: Connection, day: date, late_day: date
) -> Round:
    """Load a new day and a late one in all ways."""
    keep_rows = sql.SQL(KEEP_ROWS).format(day=day)
    done = {
        "small": seconds(small, LOAD_DIM, day),
        "large": seconds(large, LOAD_DIM, day),
        "untuned": seconds(untuned, LOAD_DIM, day),
        "small report": seconds(small, LOAD_REPORT, day) and seconds(small, READ_REPORT, day),
    }
    large.execute(keep_rows)
    return done | {
        "floor": seconds(large, WRITE_ROWS),
        "reload": seconds(large, LOAD_DIM, day),
        "late": seconds(large, LOAD_DIM, late_day),
        "original": seconds(large, LOAD_ORIGINAL, day),
        "report": seconds(large, LOAD_REPORT, day),
        "count": seconds(large, COUNT_DAY, day),
        "large report": seconds(large, READ_REPORT, day),
    }


def look_up(connection: Connection, days: int, events: int) -> tuple[float, float]:
    """Return how long facts take by crm.user_at, and by the best of the statements by hand."""
    size = {"events": events, "last": NEW_DAYS[-1], "days": days}
    cursor = psycopg.ClientCursor(connection)
    cursor.execute(CREATE_FACTS, size)
    ways = (AT_THEIR_MOMENT, *BY_HAND)
    assert len({cursor.execute(way).fetchone() for way in ways}) == 1, "they find the same"
    rounds = [[seconds(connection, way) for way in ways] for _ in range(ROUNDS)]
    ours, *others = (median(way) for way in zip(*rounds, strict=True))
    return ours, min(others)


def compare_facts(connection: Connection, days: int, events: int) -> tuple[str, ...]:
    """Return the figures of facts of the last days."""
    ours, best = look_up(connection, days, events)
    title = f"{events:,} facts of {days} day{'s' if days > 1 else ''}"
    return title, f"{ours:.2f} s", "the best by hand", f"{best:.2f} s", f"{ours / best:.2f}"


def tabulate(rounds: list[Round], versions: int) -> Table:
    """The figures and their ratios."""
    middle = {name: median(done[name] for done in rounds) for name in rounds[0]}
    table = Table("figure", "", "compared with", "", "ratio", "must", "aim")
    size = f"{versions / 1e6:g} million versions"
    for figure, one, against, other, must, aim in (
        (f"new day on {size}", "large", "its rows written bare", "floor", "1.35", "1.2"),
        (f"new day on {size}", "large", "on a tenth of that", "small", "1.15", "1.0"),
        ("new day, tuned server", "large", "default settings", "untuned", "0.85", "0.7"),
        ("late day amid the others", "late", "new day", "large", "1.6", "1.2"),
        ("reload of an unchanged day", "reload", "its first load", "large", "0.35", "0.2"),
        ("daily report", "report", "two bare counts", "count", "1.15", "1.0"),
        ("users of the last 7 days", "large report", "on a tenth", "small report", "1.5", "1.0"),
        (f"new day on {size}", "large", "the original solution", "original", "0.25", "0.125"),
    ):
        ratio = f"{middle[one] / middle[other]:.2f}"
        table.add_row(
            figure, f"{middle[one]:.2f} s", against, f"{middle[other]:.2f} s", ratio, must, aim
        )
    return table


@contextmanager
def small_database() -> Iterator[Connection]:
    """Connect to a copy of the scratch database, as long as nobody else is connected to it."""
    name = os.environ["PGDATABASE"]
    names = {"copy": sql.Identifier(name + "_small"), "name": sql.Identifier(name)}
    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {copy} TEMPLATE {name}").format(**names))
        try:
            with psycopg.connect(dbname=name + "_small", autocommit=True) as connection:
                yield connection
        finally:
            server.execute(sql.SQL("DROP DATABASE {copy} WITH (FORCE)").format(**names))


@contextmanager
def untuned_database() -> Iterator[Connection]:
    """Connect to a migrated database on a server of its own, with PostgreSQL's default settings."""
    ports = {"POSTGRES_PORT": "", "RABBITMQ_PORT": ""}
    state = os.environ | ports | {"SERVICES_STATE": ".services/untuned", "UNTUNED": "1"}

    def services(*verb: str) -> str:
        command = ["services/local", *verb]
        return subprocess.run(command, env=state, check=True, stdout=-1, encoding="utf-8").stdout

    services("up")
    try:
        services("run", "db/migrate")
        words = shlex.split(services("env_admin").replace("export", ""))
        server = dict(word.split("=", 1) for word in words)
        with psycopg.connect(
            host=server["PGHOST"],
            port=server["PGPORT"],
            user=server["PGUSER"],
            password=server["PGPASSWORD"],
            dbname=server["PGDATABASE"],
            autocommit=True,
        ) as connection:
            yield connection
    finally:
        services("down")


def main(events: int) -> None:
    """Measure everything and print the table."""
    require_scratch()
    with (
        small_database() as small,
        untuned_database() as untuned,
        psycopg.connect(autocommit=True) as large,
    ):
        fill(small, LOADED_DAYS[-DAYS // 10 :], [], events)
        fill(untuned, LOADED_DAYS, LATE_DAYS, events)
        fill(large, LOADED_DAYS, LATE_DAYS, events)
        for database in (small, large):
            for day in LOADED_DAYS[-6:]:
                database.execute(LOAD_REPORT, {"day": day})
        large.execute(COPY_PARTITIONS)
        large.execute(CREATE_ORIGINAL)
        large.execute("VACUUM ANALYZE bench.open, bench.period, bench.original")
        days = zip(NEW_DAYS, LATE_DAYS, strict=True)
        rounds = [measure(large, small, untuned, day, late_day) for day, late_day in days]
        facts = [compare_facts(large, span, events) for span in (DAYS, 1)]
        faults = large.execute("SELECT FROM etl.check_users_dim()").fetchall()
        assert not faults, "the history is broken"
    table = tabulate(rounds[WARM_UP:], DAYS * events)
    for row in facts:
        table.add_row(*row, "1.2", "1.0")
    Console(width=120).print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
