"""Random histories loaded in random order, against a slow and obvious model of the rules."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from itertools import chain, groupby, pairwise
from random import Random
from typing import Any, Final, NamedTuple

import psycopg
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

Connection = psycopg.Connection[Any]


class Event(NamedTuple):
    """A row of raw.user_events."""

    event_sk: int
    user_id: str
    event_type: str
    username: str | None
    plan_name: str | None
    received_at: datetime


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

STRENGTH: Final = {"User Created": 1, "User Updated": 2, "User Deleted": 3}


def model_dimension(events: Iterable[Event]) -> list[Version]:
    """What crm.users_dim is when exactly these events were loaded."""
    winners: dict[tuple[str, datetime], Event] = {}
    for event in sorted(events, key=lambda e: (STRENGTH[e.event_type], e.event_sk)):
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
                    winner.username if (winner.username or "").strip() else None,
                    winner.plan_name if (winner.plan_name or "").strip() else None,
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


def assert_whole(versions: list[Version]) -> None:
    """No overlap, no gap, no version of no length, one open version a user, the last."""
    for _, of_user in groupby(versions, key=lambda version: version.user_id):
        *closed, last = list(of_user)
        assert last.valid_to is None
        for one, following in pairwise([*closed, last]):
            assert one.valid_from < following.valid_from
            assert one.valid_to == following.valid_from


def raw_events(conn: Connection, day: date) -> list[Event]:
    """The raw events of a UTC day."""
    rows = conn.execute("""
        SELECT event_sk, user_id, event_type, username, plan_name, received_at
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


def places(conn: Connection) -> list[Any]:
    """Where the rows of both tables are and who wrote them: a row written again moves."""
    return conn.execute("""
        SELECT tableoid, ctid, xmin::text FROM crm.users_dim
        UNION ALL
        SELECT tableoid, ctid, xmin::text FROM reports.user_events_daily
        """).fetchall()


# The ends of a year and of a leap month, each with the day after it; and years later.
DAYS: Final = [
    date.fromisoformat(day)
    for day in ("2019-12-31", "2020-01-01", "2020-02-29", "2020-03-01", "2024-02-29")
]
TIMES: Final = ("00:00:00", "12:00:00", "23:59:59.999999")
DAY: Final = st.sampled_from(DAYS)
USER: Final = st.sampled_from(("anna", "bert", "Çem"))
TEXT: Final = st.sampled_from((None, "", " \t", "a", "b"))

Message = tuple[bytes, str | None]  # a body and a message id

MESSAGE: Final[st.SearchStrategy[Message]] = st.tuples(
    st.fixed_dictionaries(
        {
            "id": USER,
            "event_type": st.sampled_from(list(STRENGTH)),
            "received_at": st.tuples(DAY.map(str), st.sampled_from(TIMES)).map(" ".join),
            "username": TEXT,
            "plan_name": TEXT,
        }
    ).map(lambda fields: json.dumps(fields).encode()),
    st.sampled_from((None, "1", "2", "3", "4", "5")),
)


class Warehouse(RuleBasedStateMachine):
    """The database under test, and the events that each day had when it was loaded last."""

    def __init__(self, conn: Connection) -> None:
        super().__init__()
        self.conn = conn
        self.sent: list[Message] = []
        self.loaded: dict[date, list[Event]] = {}

    @initialize(new=st.lists(MESSAGE, min_size=10, max_size=20))
    def begin(self, new: list[Message]) -> None:
        """Begin with something to load."""
        self.ingest(new, set())

    @rule(zone=st.sampled_from(("UTC", "America/New_York", "Pacific/Kiritimati")))
    def move(self, zone: str) -> None:
        """Put the session into another time zone, which must not matter."""
        self.conn.execute("SELECT set_config('timezone', %s, false)", (zone,))

    @rule(new=st.lists(MESSAGE, min_size=1, max_size=6), again=st.sets(st.integers(0, 20)))
    def ingest(self, new: list[Message], again: set[int]) -> None:
        """Deliver new messages, and some that were delivered before."""
        batch = new + [self.sent[number] for number in again if number < len(self.sent)]
        self.sent += new
        self.conn.execute(
            "SELECT raw.ingest_user_events(%s::bytea[], %s::text[])",
            ([body for body, _ in batch], [message_id for _, message_id in batch]),
        )

    @rule(day=DAY, user_id=USER, time=st.sampled_from((*TIMES, "%")), reload=st.booleans())
    def remove(self, day: date, user_id: str, time: str, reload: bool) -> None:
        """Correct raw: take out what a user did on a day, once or ever."""
        self.conn.execute(
            """
            DELETE FROM raw.user_events
            WHERE event_date = %s
              AND user_id = %s
              AND (received_at AT TIME ZONE 'UTC')::time::text LIKE %s
            """,
            (day, user_id, time),
        )
        if reload:
            self.load(day)

    @rule(day=DAY)
    def load(self, day: date) -> None:
        """Load a day, and compare all of both tables with the model."""
        events = raw_events(self.conn, day)
        unchanged = self.loaded.get(day) == events
        before = places(self.conn)
        written = self.conn.execute(
            "SELECT crm.load_users_dim(%s), reports.load_user_events_daily(%s)", (day, day)
        ).fetchone()
        self.loaded[day] = events

        versions = dimension(self.conn)
        assert versions == model_dimension(chain.from_iterable(self.loaded.values()))
        assert report(self.conn) == [model_report(*each) for each in sorted(self.loaded.items())]
        assert_whole(versions)
        if unchanged:
            assert written == (0, 0)
            assert places(self.conn) == before

    def teardown(self) -> None:
        self.conn.execute("RESET timezone")

    @rule(random=st.randoms())
    def catch_up(self, random: Random) -> None:
        """Load every day that changed, in any order: then both tables show all that is in raw."""
        raw = {day: raw_events(self.conn, day) for day in DAYS}
        stale = {day for (day,) in self.conn.execute("SELECT import_date FROM etl.stale_dates")}
        for day, events in raw.items():
            if not set(events) <= set(self.loaded.get(day, [])):
                assert day in stale, "an event that no load has seen makes its day stale"
        removed = {day for day, events in self.loaded.items() if events != raw[day]}
        days = sorted(stale | removed)
        random.shuffle(days)
        for day in days:
            self.load(day)
        assert dimension(self.conn) == model_dimension(chain.from_iterable(raw.values()))
        assert self.conn.execute("SELECT FROM etl.stale_dates").fetchall() == []


def test_tables_follow_the_model(empty: Callable[[], Connection]) -> None:
    """Whatever arrives, disappears and is loaded, in whatever order and zone."""

    class EmptyWarehouse(Warehouse):
        """A warehouse at the beginning."""

        def __init__(self) -> None:
            super().__init__(empty())

    run_state_machine_as_test(
        EmptyWarehouse,
        settings=settings(
            max_examples=150, stateful_step_count=20, deadline=None, derandomize=True
        ),
    )


def test_event_committed_during_a_load_makes_its_day_stale(conn: Connection, migrated: str) -> None:
    """The load cannot see it, however early its transaction began."""
    body = '{"id": "a", "event_type": "User Created", "received_at": "2020-12-08 %s"}'
    stale = "SELECT load_name FROM etl.stale_dates ORDER BY load_name"
    ingest = "SELECT raw.ingest_user_events(%s::bytea[], %s::text[])"
    load = "SELECT crm.load_users_dim('2020-12-08'), reports.load_user_events_daily('2020-12-08')"
    with psycopg.connect(dbname=migrated) as slow:
        slow.execute(ingest, ([body % "10:00"], None))
        conn.execute(ingest, ([body % "11:00"], None))
        assert conn.execute(load).fetchone() == (1, 1)
        assert conn.execute(stale).fetchall() == []
        slow.commit()
    assert conn.execute(stale).fetchall() == [("user_events_daily",), ("users_dim",)]
    assert conn.execute(load).fetchone() == (1, 1)
    assert conn.execute(stale).fetchall() == []
