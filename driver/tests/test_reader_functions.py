"""What analysts call, on random histories, against a slow and obvious model."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from driver.tests.model import STRENGTH, Connection, Version, dimension
from driver.tests.test_random_histories import HISTORIES, SAME_EACH_TIME

USERS: Final = ("anna", "bert")
# The ends of two months, and instants beside each other.
INSTANTS: Final = [
    datetime(2020, 11, 30, 23, 59, 59, 999_999, UTC) + timedelta(microseconds=n) for n in range(4)
] + [datetime(2020, 12, 31, hour, tzinfo=UTC) for hour in (0, 23)]
TEXT: Final = st.sampled_from((None, "a", "b"))
EVENT: Final = st.fixed_dictionaries(
    {
        "id": st.sampled_from(USERS),
        "event_type": st.sampled_from(list(STRENGTH)),
        "received_at": st.sampled_from(INSTANTS).map(str),
        "username": TEXT,
        "plan_name": TEXT,
    }
)
STATE: Final = ("username", "plan_name")
ATTRIBUTES: Final = st.lists(st.sampled_from(STATE), max_size=2, unique=True)
FACT: Final = st.tuples(
    st.sampled_from((*USERS, "nobody")),
    st.sampled_from([at + timedelta(microseconds=n) for at in INSTANTS for n in (-1, 0, 1)]),
)

Spell = tuple[str, datetime, datetime | None, str | None, str | None]


def model_history(versions: Iterable[Version], attributes: list[str]) -> Iterator[Spell]:
    """What crm.users_history says: by user, the last of neighbours with the same values."""

    def values(version: Version) -> tuple[Any, ...]:
        return (
            version.user_id,
            version.is_deleted,
            *(getattr(version, name) for name in attributes),
        )

    for _, group in groupby(versions, key=values):
        spell = list(group)
        first, last = spell[0], spell[-1]
        if not last.is_deleted:
            yield last.user_id, first.valid_from, last.valid_to, last.username, last.plan_name


def model_state(versions: Iterable[Version], user_id: str, at: datetime) -> Version | None:
    """The version that held at a moment, unless it is a deletion."""
    for version in versions:
        ends = version.valid_to or datetime.max.replace(tzinfo=UTC)
        if version.user_id == user_id and version.valid_from <= at < ends:
            return None if version.is_deleted else version
    return None


@settings(max_examples=HISTORIES, deadline=None, derandomize=SAME_EACH_TIME)
@given(
    events=st.lists(EVENT, min_size=1, max_size=12),
    attributes=ATTRIBUTES,
    facts=st.lists(FACT, max_size=20),
)
def test_readers_follow_the_model(
    empty: Callable[[], Connection],
    events: list[dict[str, str]],
    attributes: list[str],
    facts: list[tuple[str, datetime]],
) -> None:
    """Whatever the history, the attributes and the facts; a fact that comes twice is two rows."""
    conn = empty()
    bodies = [json.dumps(event).encode() for event in events]
    conn.execute("SELECT raw.ingest_user_events(%b::bytea[], NULL)", (bodies,))
    conn.execute("CALL etl.catch_up()")
    versions = dimension(conn)

    history = conn.execute(
        """
        SELECT user_id, valid_from, valid_to, username, plan_name
        FROM crm.users_history(VARIADIC %s::text[])
        ORDER BY user_id, valid_from
        """,
        (attributes,),
    ).fetchall()
    assert history == list(model_history(versions, attributes))

    found = conn.execute(
        """
        SELECT person.user_id, person.valid_from, person.username, person.plan_name
        FROM unnest(%s::text[], %s::timestamptz[]) WITH ORDINALITY AS fact (user_id, at, number)
        LEFT JOIN LATERAL crm.user_at(fact.user_id, fact.at) AS person ON true
        ORDER BY fact.number
        """,
        ([user_id for user_id, _ in facts], [at for _, at in facts]),
    ).fetchall()
    states = [model_state(versions, *fact) for fact in facts]
    assert found == [
        (
            (state.user_id, state.valid_from, state.username, state.plan_name)
            if state
            else (None,) * 4
        )
        for state in states
    ]
