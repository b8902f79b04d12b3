"""Loads of all kinds, arrivals, corrections, readers, and what breaks loads off: all at once."""

import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from random import choice, random, randrange
from typing import Final, LiteralString

import psycopg
import pytest
from psycopg import IsolationLevel
from psycopg.errors import LockNotAvailable, ObjectInUse, OperationalError, QueryCanceled

from driver.tests.conftest import drop_periods, waiting
from driver.tests.model import (
    STRENGTH,
    Connection,
    dimension,
    model_dimension,
    model_report,
    raw_events,
    report,
)

# STORM: for how many seconds (default 5)
SECONDS: Final = float(os.environ.get("STORM") or 5)

# The ends of a year and of a leap month, each with the day after it; and a month years later.
DAYS: Final = [
    *map(date.fromisoformat, ("2019-12-31", "2020-01-01", "2020-02-29", "2020-03-01")),
    *(date(2024, 2, day) for day in range(1, 30)),
]
CORRECTED: Final = DAYS[::2]
USERS: Final = [f"user {number}" for number in range(30)]
LOADS_OF_A_DAY: Final[list[LiteralString]] = [
    "SELECT crm.load_users_dim(%s)",
    "SELECT reports.load_user_events_daily(%s)",
]
OTHER_LOADS: Final[list[LiteralString]] = [
    "CALL etl.catch_up()",
    "SELECT crm.load_organizations_dim()",
    "SELECT raw.ingest_organizations()",
    "SELECT raw.replay_rejected_user_events()",
    "SELECT raw.drop_before('2019-12-31')",
    "SELECT crm.erase_user('nobody')",
]
READ: Final = ("crm.users_dim", "crm.users_current", "reports.user_events_daily", "etl.stale_dates")
CHECKSUM: Final = "SELECT count(*), sum(hashtext(dim::text)) FROM crm.users_dim AS dim"
INGEST: Final = "SELECT raw.ingest_user_events(%s::bytea[], %s::text[])"


def message(*days: date) -> bytes:
    """An event of any user on one of the days, now and then one that is none."""
    fields = {
        "id": choice(USERS),
        "event_type": choice(list(STRENGTH)),
        "received_at": f"{choice(days)} {randrange(24):02}:00:00",
        "username": choice(["a", "b", ""]),
    }
    return b"" if random() < 0.01 else json.dumps(fields).encode()


def load(conn: Connection) -> None:
    """Run any load, mostly one of a day, sometimes for too short a time."""
    milliseconds = choice([0, 0, 0, randrange(1, 20)])
    conn.execute("SELECT set_config('statement_timeout', %s, false)", (str(milliseconds),))
    if random() < 0.9:
        conn.execute(choice(LOADS_OF_A_DAY), (choice(DAYS),))
    else:
        conn.execute(choice(OTHER_LOADS))


def arrive(conn: Connection) -> None:
    """Bring events of two days, new ones and old ones, and commit them late."""
    days = choice(DAYS), choice(DAYS)
    with conn.transaction():
        bodies = [message(*days) for _ in range(randrange(1, 40))]
        conn.execute(INGEST, (bodies, [str(randrange(1000)) for _ in bodies]))
        time.sleep(random() / 10)


def correct(conn: Connection) -> None:
    """Take events out of raw."""
    conn.execute(
        "DELETE FROM raw.user_events WHERE event_date = %s AND user_id = %s",
        (choice(CORRECTED), choice(USERS)),
    )
    time.sleep(random() / 10)


def read(conn: Connection) -> None:
    """See a dimension that is well, whatever goes on."""
    assert conn.execute("SELECT * FROM etl.check_users_dim()").fetchall() == []


def read_twice(conn: Connection) -> None:
    """See the same twice in one transaction: the old history or the new one, never half of it."""
    conn.isolation_level = choice([IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE])
    conn.read_only = True
    with conn.transaction():
        if random() < 0.5:
            conn.execute("TABLE etl.settings")  # a snapshot, before the dimension is read
            time.sleep(random() / 20)
        seen = conn.execute(CHECKSUM).fetchall()
        time.sleep(random() / 20)
        assert conn.execute(CHECKSUM).fetchall() == seen
        assert conn.execute("SELECT * FROM etl.check_users_dim()").fetchall() == []


def build(conn: Connection) -> None:
    """Build the history in one pass, all of it or that of some days."""
    conn.execute("SET statement_timeout = 0")
    with suppress(LockNotAvailable, ObjectInUse):
        conn.execute("CALL etl.build_history(%s, '2 seconds')", (choice([None, DAYS[:5]]),))
    time.sleep(random() / 5)


def break_off(conn: Connection) -> None:
    """Cancel a load, or kill its session."""
    time.sleep(random() / 20)
    conn.execute("""
        SELECT
            CASE WHEN random() < 0.5 THEN pg_cancel_backend(pid) ELSE pg_terminate_backend(pid) END
        FROM pg_stat_activity
        WHERE (application_name = 'storm load' OR application_name LIKE 'warehouse history: %')
          AND datname = current_database()
        ORDER BY random()
        LIMIT 1
        """)


def repeat(act: Callable[[Connection], None], database: str) -> int:
    """Act again and again, on a connection of one's own; return how often one was broken off."""

    def connect() -> Connection:
        return psycopg.connect(
            dbname=database, autocommit=True, application_name=f"storm {act.__name__}"
        )

    conn = connect()
    end = time.monotonic() + SECONDS
    count = 0
    while time.monotonic() < end:
        try:
            act(conn)
        except QueryCanceled:
            count += 1
        except OperationalError:
            if not conn.closed:
                raise
            conn = connect()
            count += 1
    conn.close()
    return count


def test_a_storm_leaves_what_the_model_says(conn: Connection, migrated: str) -> None:
    """Once it is over, with the stale and the corrected days loaded. There is no deadlock in it."""
    drop_periods(conn)

    acts = [load, load, load, build, arrive, arrive, correct, read, read_twice, break_off]
    with ThreadPoolExecutor(len(acts)) as pool:
        storms = [pool.submit(repeat, act, migrated) for act in acts]
    assert sum(storm.result() for storm in storms) > 0

    conn.execute("CALL etl.catch_up()")
    assert conn.execute("SELECT * FROM etl.stale_dates").fetchall() == []
    expected = [model_report(day, raw_events(conn, day)) for day in DAYS]
    assert [day for day in report(conn) if day[0] not in CORRECTED] == [
        day for day in expected if day[0] not in CORRECTED
    ]
    for day in CORRECTED:
        for statement in LOADS_OF_A_DAY:
            conn.execute(statement, (day,))
    assert report(conn) == expected
    assert dimension(conn) == model_dimension(
        event for day in DAYS for event in raw_events(conn, day)
    )


def test_a_running_load_blocks_neither_ingest_nor_readers(conn: Connection, migrated: str) -> None:
    """Only loads of the same table wait for it."""
    for _ in range(2):
        conn.execute(INGEST, ([message(*DAYS) for _ in range(100)], None))
    conn.execute("CALL etl.catch_up()")
    conn.execute(INGEST, ([message(*DAYS) for _ in range(100)], None))
    conn.execute("SET lock_timeout = '100ms'")
    with psycopg.connect(dbname=migrated) as loader:
        for day in DAYS:
            loader.execute("SELECT crm.load_users_dim(%s)", (day,))

        conn.execute(INGEST, ([message(*DAYS) for _ in range(100)], None))
        for relation in READ:
            conn.execute(f"TABLE {relation}").fetchall()
        conn.execute("SELECT reports.load_user_events_daily(%s)", (DAYS[0],))
        with pytest.raises(LockNotAvailable):
            conn.execute("SELECT crm.load_users_dim(%s)", (DAYS[0],))
    conn.execute("RESET lock_timeout")


def test_an_event_that_no_load_has_seen_makes_its_day_stale(
    conn: Connection, migrated: str
) -> None:
    """However early its transaction began, and however late the load ended."""
    body = '{"id": "a", "event_type": "User Created", "received_at": "2020-12-08 %s"}'
    stale = "SELECT FROM etl.stale_dates WHERE load_name = 'users_dim'"
    load_day = "SELECT crm.load_users_dim('2020-12-08')"
    with psycopg.connect(dbname=migrated) as slow:
        slow.execute(INGEST, ([body % "10:00"], None))
        conn.execute(INGEST, ([body % "11:00"], None))
        conn.execute(load_day)
        assert conn.execute(stale).rowcount == 0
        slow.commit()
        assert conn.execute(stale).rowcount == 1

        # A load that has read the day waits to write.
        slow.execute("LOCK TABLE crm.users_dim IN SHARE MODE")
        with waiting(slow, conn, load_day) as running:
            slow.execute(INGEST, ([body % "12:00"], None))
            slow.commit()
            running.result()
    assert conn.execute(stale).rowcount == 1
    conn.execute(load_day)
    assert conn.execute(stale).rowcount == 0


def test_a_replay_leaves_to_another_what_that_one_tries(conn: Connection, migrated: str) -> None:
    """Nor does it wait for it."""
    replay = "SELECT received, rejected FROM raw.replay_rejected_user_events()"
    conn.execute(INGEST, ([b"bad", b"worse"], None))
    conn.execute("SET lock_timeout = '100ms'")
    with psycopg.connect(dbname=migrated) as other:
        assert other.execute(replay).fetchone() == (2, 2)
        assert conn.execute(replay).fetchone() == (0, 0)
    conn.execute("RESET lock_timeout")
