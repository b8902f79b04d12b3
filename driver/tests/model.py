"""A slow and obvious model of the rules, and what the tables hold in its terms."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

import psycopg

Connection = psycopg.Connection[Any]


class Event(NamedTuple):
    """A row of raw.user_events."""

    event_sk: int
    user_id: str
    event_type: str
    username: str | None
    plan_name: str | None
    received_at: datetime
    sequence: int | None


class Version(NamedTuple):
    """A row of crm.users_dim."""

    user_id: str
    valid_from: datetime
    valid_to: datetime | None
    is_valid: bool
    is_deleted: bool
    username: str | None
    plan_name: str | None
    event_sk: int


Day = tuple[date, int, int, int, int, int]  # a row of reports.user_events_daily

# Unicode's White_Space, and what has no width.
BLANK: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\u200b\u2060\ufeff"
)
STRENGTH: Final = {"User Created": 1, "User Updated": 2, "User Deleted": 3}


def order(event: Event) -> tuple[bool, int, int, int]:
    """What decides between events of one instant: the last one in this order wins."""
    return (
        event.sequence is not None,
        event.sequence or 0,
        STRENGTH[event.event_type],
        event.event_sk,
    )


def model_dimension(events: Iterable[Event]) -> list[Version]:
    """What crm.users_dim is when exactly these events were loaded."""
    winners: dict[tuple[str, datetime], Event] = {}
    for event in sorted(events, key=order):
        winners[event.user_id, event.received_at] = event  # the last one stays
    versions = []
    for user_id, keys in groupby(sorted(winners), key=lambda key: key[0]):
        instants = [instant for _, instant in keys]
        for valid_from, valid_to in zip(instants, [*instants[1:], None], strict=True):
            winner = winners[user_id, valid_from]
            versions.append(
                Version(
                    user_id,
                    valid_from,
                    valid_to,
                    valid_to is None,
                    winner.event_type == "User Deleted",
                    winner.username if (winner.username or "").strip(BLANK) else None,
                    winner.plan_name if (winner.plan_name or "").strip(BLANK) else None,
                    winner.event_sk,
                )
            )
    return versions


def model_report(day: date, events: list[Event]) -> Day:
    """What reports.user_events_daily says about a day that was loaded with these events."""
    types = [event.event_type for event in events]
    return (
        day,
        types.count("User Created"),
        types.count("User Updated"),
        types.count("User Deleted"),
        len({event.user_id for event in events}),
        len(events),
    )


def raw_events(conn: Connection, day: date) -> list[Event]:
    """The raw events of a UTC day."""
    rows = conn.execute("""
        SELECT event_sk, user_id, event_type, username, plan_name, received_at, sequence
        FROM raw.user_events
        ORDER BY event_sk
        """)
    return [
        event for event in map(Event._make, rows) if event.received_at.astimezone(UTC).date() == day
    ]


def dimension(conn: Connection) -> list[Version]:
    """The rows of crm.users_dim."""
    rows = conn.execute("""
        SELECT user_id, valid_from, valid_to, is_valid, is_deleted, username, plan_name, event_sk
        FROM crm.users_dim
        ORDER BY user_id, valid_from
        """)
    return list(map(Version._make, rows))


def report(conn: Connection) -> list[Day]:
    """The rows of reports.user_events_daily."""
    return conn.execute("""
        SELECT event_date, n_created, n_updated, n_deleted, n_unique, n_total
        FROM reports.user_events_daily
        ORDER BY event_date
        """).fetchall()
