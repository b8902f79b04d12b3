"""The one call that brings messages into raw."""

from collections.abc import Sequence
from typing import Final, LiteralString, NamedTuple

from driver.database import Connection

INGEST: Final[LiteralString] = (
    "SELECT inserted, duplicates, rejected"
    " FROM raw.ingest_user_events(%b, %b::text[], %b::text[])"
)
BATCH: Final = 1000


class Outcome(NamedTuple):
    """What became of messages."""

    new: int = 0
    duplicate: int = 0
    rejected: int = 0

    def __str__(self) -> str:
        return f"{self.new} new, {self.duplicate} duplicate, {self.rejected} rejected"

    def plus(self, other: "Outcome") -> "Outcome":
        """Return the sum of both."""
        return Outcome(*(one + two for one, two in zip(self, other, strict=True)))


def ingest(
    connection: Connection,
    bodies: Sequence[bytes],
    message_ids: Sequence[str | None],
    correlation_ids: Sequence[str | None] | None = None,
) -> Outcome:
    """Ingest messages; they are committed on return. Raises psycopg.Error."""
    parameters = (list(bodies), list(message_ids), correlation_ids and list(correlation_ids))
    row = connection.execute(INGEST, parameters).fetchone()
    assert row
    return Outcome(*row)
