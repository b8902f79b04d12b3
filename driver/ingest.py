"""Brings messages into raw in batches, whatever is in them."""

from collections.abc import Sequence
from typing import Final, LiteralString, NamedTuple

import psycopg

from driver.database import Connection, transact

INGEST: Final[LiteralString] = (
    "SELECT inserted, duplicates, rejected"
    " FROM raw.ingest_user_events(%b, %b::text[], %b::text[], %s, %b::bytea[], %b::boolean[])"
)
BATCH: Final = 2000


class Arrived(NamedTuple):
    """A message as raw.ingest_user_events takes it; its table of headers is as it came."""

    body: bytes
    message_id: str | None = None
    correlation_id: str | None = None
    headers: bytes | None = None
    is_redelivered: bool = False


class Outcome(NamedTuple):
    """What became of messages."""

    new: int = 0
    duplicate: int = 0
    rejected: int = 0
    changed: int = 0  # organizations only

    def __str__(self) -> str:
        changed = f"{self.changed} changed, " if self.changed else ""
        return f"{self.new} new, {changed}{self.duplicate} duplicate, {self.rejected} rejected"

    def plus(self, other: "Outcome") -> "Outcome":
        """Return the sum of both."""
        return Outcome(*(one + two for one, two in zip(self, other, strict=True)))


def ingest(
    connection: Connection,
    messages: Sequence[Arrived],
    reason: str | None = None,
    is_trial: bool = False,
) -> Outcome:
    """Ingest messages; they are committed on return, or rolled back if it is a trial.

    With a reason, all go to quarantine for it. Raises psycopg.Error; the connection is closed then:
    whatever is wrong with its session, the next one begins anew.
    """
    bodies, message_ids, correlation_ids, *others = map(list, zip(*messages, strict=True))
    values = (bodies, message_ids, correlation_ids, reason, *others)
    try:
        return Outcome(*transact(connection, INGEST, values, is_trial))
    except psycopg.Error:
        connection.close()
        raise
