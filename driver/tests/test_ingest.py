"""Whatever arrives is in raw or in quarantine, once, and does not harm what arrives beside it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any, Final

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Connection = psycopg.Connection[Any]
Body = bytes | None

GOOD: Final = b'{"id": "good", "event_type": "User Created", "received_at": "2020-12-08 10:00"}'
GOOD_REJECTS: Final = "SELECT reason FROM raw.rejected_user_events WHERE message_id = 'good'"
TAKES_THE_FUTURE: Final = "UPDATE etl.settings SET future_tolerance = '1000 years'"
FIELDS: Final = (
    "id",
    "event_type",
    "received_at",
    "username",
    "user_email",
    "user_type",
    "organization_name",
    "plan_name",
)

# Python writes NaN, Infinity, \u0000 and lone surrogates, too: no JSON, or none that jsonb takes.
VALUE: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=10,
)
INSTANT: Final = st.one_of(
    st.datetimes().map(str),
    st.datetimes(timezones=st.timezones()).map(str),
    st.from_regex(
        r"[0-9]{4}-[01][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-6][0-9](:[0-6][0-9]([.,][0-9]{1,8})?)?"
        r"( ?(Z|[+-][0-2][0-9](:?[0-7][0-9])?))?",
        fullmatch=True,
    ),
    st.from_regex(r"\d{4}-\d\d-\d\d \d\d:\d\d", fullmatch=True),  # digits of any script
    st.sampled_from(("now", "today", "tomorrow", "epoch", "infinity", "-infinity", "allballs")),
)
EVENT: Final = st.fixed_dictionaries(
    {
        "id": st.sampled_from(("a", "good")) | st.text() | VALUE,
        "event_type": st.sampled_from(("User Created", "User Updated", "User Deleted")) | VALUE,
        "received_at": INSTANT | VALUE,
    },
    optional={name: st.text() | VALUE for name in (*FIELDS[3:], "unknown")},
)
BODY: Final[st.SearchStrategy[Body]] = st.one_of(
    st.none(),
    st.binary(),
    st.text().map(lambda text: text.encode("utf-8", "surrogatepass")),
    VALUE.map(json.dumps).map(str.encode),
    EVENT.map(json.dumps).map(str.encode),
    st.tuples(
        EVENT.map(json.dumps).map(str.encode), st.integers(0, 200), st.binary(max_size=3)
    ).map(lambda cut: cut[0][: cut[1]] + cut[2] + cut[0][cut[1] :]),
)
MESSAGE_ID: Final = (
    st.none()
    | st.sampled_from(("1", "2"))
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
)


def ingest(
    conn: Connection, bodies: list[Body], message_ids: list[str | None]
) -> tuple[int, int, int, int]:
    """What became of the messages: received, inserted, duplicates, rejected."""
    row = conn.execute(
        "SELECT received, inserted, duplicates, rejected"
        " FROM raw.ingest_user_events(%b::bytea[], %b::text[])",
        (bodies, message_ids),
    ).fetchone()
    assert row is not None
    received, inserted, duplicates, rejected = row
    return received, inserted, duplicates, rejected


def landed(conn: Connection) -> list[Any]:
    """All rows of raw and of the quarantine; a row written again is another one."""
    return conn.execute("""
        SELECT tableoid, ctid, xmin::text, event_sk FROM raw.user_events
        UNION ALL
        SELECT tableoid, ctid, xmin::text, event_sk FROM raw.rejected_user_events
        """).fetchall()


def missing(conn: Connection, bodies: list[Body], message_ids: list[str | None]) -> list[Any]:
    """The messages that are neither in raw nor, byte by byte, in quarantine."""
    return conn.execute(
        """
        SELECT message.body, message.message_id
        FROM unnest(%b::bytea[], %b::text[]) AS message (body, message_id)
        CROSS JOIN LATERAL internal.parse_json(message.body) AS parsed
        WHERE NOT EXISTS (
            SELECT
            FROM raw.rejected_user_events AS reject
            WHERE reject.body = coalesce(message.body, '')
              AND reject.message_id IS NOT DISTINCT FROM message.message_id
              AND reject.reason <> ''
        )
        AND NOT EXISTS (
            SELECT
            FROM raw.user_events AS event
            WHERE event.user_id = parsed.content ->> 'id'
              AND event.event_key = internal.content_key(
                  message.message_id, convert_to(parsed.content::text, 'UTF8')
              )
        )
        """,
        (bodies, message_ids),
    ).fetchall()


@settings(max_examples=400, deadline=None, derandomize=True)
@given(messages=st.lists(st.tuples(BODY, MESSAGE_ID), max_size=8), place=st.integers(0, 8))
def test_everything_lands_once(
    empty: Callable[[], Connection], messages: list[tuple[Body, str | None]], place: int
) -> None:
    """A good message lands among any others; the same batch again changes no row."""
    conn = empty()
    conn.execute(TAKES_THE_FUTURE)
    messages.insert(place, (GOOD, "good"))
    bodies = [body for body, _ in messages]
    message_ids = [message_id for _, message_id in messages]

    received, inserted, duplicates, rejected = ingest(conn, bodies, message_ids)

    assert received == len(messages) == inserted + duplicates + rejected
    assert conn.execute("SELECT count(*) FROM raw.user_events").fetchone() == (inserted,)
    assert conn.execute("SELECT count(*) FROM raw.rejected_user_events").fetchone() == (rejected,)
    assert missing(conn, bodies, message_ids) == []
    assert conn.execute(GOOD_REJECTS).fetchall() == []

    before = landed(conn)
    assert ingest(conn, bodies, message_ids) == (received, 0, received, 0)
    assert landed(conn) == before


TEXT: Final = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    fields=st.fixed_dictionaries(
        {
            "id": st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1),
            "event_type": st.sampled_from(("User Created", "User Updated", "User Deleted")),
        },
        optional={name: TEXT for name in (*FIELDS[3:], "unknown")},
    ),
    instant=st.datetimes(
        datetime(1973, 1, 1), datetime(2199, 12, 30), timezones=st.one_of(st.none(), st.timezones())
    ),
    zone=st.sampled_from(("UTC", "America/New_York", "Pacific/Kiritimati")),
)
def test_values_stay_as_they_came(
    empty: Callable[[], Connection], fields: dict[str, str | None], instant: datetime, zone: str
) -> None:
    """Texts, absent ones as null; instants, without a zone in UTC; unknown fields in extra."""
    conn = empty()
    conn.execute(TAKES_THE_FUTURE)
    conn.execute("SELECT set_config('timezone', %s, false)", (zone,))
    body = json.dumps(fields | {"received_at": str(instant)}).encode()
    assert ingest(conn, [body], [None]) == (1, 1, 0, 0)
    conn.execute("RESET timezone")

    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    assert (
        conn.execute("""
        SELECT user_id, event_type, username, user_email, user_type, organization_name, plan_name,
            received_at, event_date, extra
        FROM raw.user_events
        """).fetchone()
        == (
            *(fields.get(name) for name in FIELDS if name != "received_at"),
            instant,
            instant.astimezone(UTC).date(),
            {"unknown": fields["unknown"]} if "unknown" in fields else None,
        )
    )


@settings(max_examples=100, deadline=None, derandomize=True)
@given(batches=st.lists(st.lists(st.integers(1, 12), max_size=8), max_size=4))
def test_progress_counts_each_message_once(
    empty: Callable[[], Connection], batches: list[list[int]]
) -> None:
    """However often messages are delivered, in one batch or in several, with gaps between them."""
    conn = empty()
    for batch in batches:
        conn.execute(
            "SELECT raw.ingest_user_events(%b, %b::text[], %b::text[])",
            (
                [GOOD if number % 3 else b"bad" for number in batch],
                [str(number) for number in batch],
                [f"import/some/{number}" for number in batch],
            ),
        )
    numbers = {number for batch in batches for number in batch}
    bad = {number for number in numbers if number % 3 == 0}
    assert conn.execute(
        "SELECT committed, inserted, duplicates, rejected FROM etl.import_progress('some')"
    ).fetchone() == (len(numbers), len(numbers - bad), 0, len(bad))


def ingest_at_once(
    database: str, body: bytes, *ids_of_turn: Callable[[int], list[str | None]]
) -> list[tuple[int, int, int, int]]:
    """Ingest a thousand messages ten times, in sessions that begin each turn together."""
    start = Barrier(len(ids_of_turn))

    def ingest_ten_times(
        ids: Callable[[int], list[str | None]],
    ) -> list[tuple[int, int, int, int]]:
        outcomes = []
        with psycopg.connect(dbname=database, autocommit=True) as own:
            for turn in range(10):
                message_ids = ids(turn)
                start.wait(timeout=30)
                outcomes.append(ingest(own, [body] * 1000, message_ids))
        return outcomes

    with ThreadPoolExecutor() as pool:
        return [each for session in pool.map(ingest_ten_times, ids_of_turn) for each in session]


def named(name: str) -> Callable[[int], list[str | None]]:
    """Return what gives a thousand message ids for a turn."""
    return lambda turn: [f"{name} {turn} {number}" for number in range(1000)]


@pytest.mark.parametrize("body", [GOOD, b"bad"], ids=["events", "rejects"])
def test_ingests_of_the_same_messages_do_not_deadlock(
    conn: Connection, migrated: str, body: bytes
) -> None:
    """They wait for one another, and each message still lands once."""
    ids = named("same")
    outcomes = ingest_at_once(migrated, body, ids, lambda turn: ids(turn)[::-1])
    assert sum(inserted + rejected for _, inserted, _, rejected in outcomes) == 10_000
    assert len(landed(conn)) == 10_000


def test_ingests_at_once_note_their_own_events_only(conn: Connection, migrated: str) -> None:
    """They draw numbers in turn: of no event it is noted twice, or not at all, when it came."""
    for attempt in range(10):  # on a busy machine one may be done before the other begins
        names = (named(f"one {attempt}"), named(f"two {attempt}"))
        assert ingest_at_once(migrated, GOOD, *names) == [(1000, 1000, 0, 0)] * 20
        noted = conn.execute("SELECT event_sks FROM etl.arrivals").fetchall()
        assert len(noted) == 20 * (attempt + 1)
        if any(len(multirange) > 1 for (multirange,) in noted):
            break
    else:
        pytest.fail("never drawn in turn")
    numbers = [n for (ranges,) in noted for r in ranges for n in range(r.lower, r.upper)]
    drawn = [n for (n,) in conn.execute("SELECT event_sk FROM raw.user_events ORDER BY event_sk")]
    assert sorted(numbers) == drawn
