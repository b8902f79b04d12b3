"""Brings messages into raw in batches, whatever is in them."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Final, LiteralString, NamedTuple, Self

import psycopg

from driver.database import Connection, connect, explain

logger = logging.getLogger(__name__)

INGEST: Final[LiteralString] = (
    "SELECT inserted, duplicates, rejected"
    " FROM raw.ingest_user_events(%b, %b::text[], %b::text[], %s)"
)
BATCH: Final = 1000
# Once may be a chance: a session that somebody ended while it had this message alone.
FAILURES_OF_A_CULPRIT: Final = 3
# SQLSTATEs, or how they begin, that speak of the server, its schema or our rights, never of what
# is in a message. Any other failure may be for a message, the loss of the connection included.
OF_THE_SERVER: Final = (
    *("08", "25", "28", "3D", "3F", "40", "42", "53100", "53300"),
    *("55", "57P03", "57P04", "58", "F0", "XX001", "XX002"),
)

Message = tuple[bytes, str | None, str | None]  # body, message id, correlation id


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


class Ingester:
    """A database connection that ingests, opened anew when it was lost."""

    def __init__(self, application_name: str, wait: Callable[[psycopg.Error], bool]) -> None:
        """Connect. Raises psycopg.OperationalError.

        Later, *wait* is called when the server does not work, and returns whether to go on.
        """
        self._application_name = application_name
        self._wait = wait
        self._connection = connect(application_name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ingest(self, messages: Sequence[Message]) -> Iterator[tuple[int, Outcome]]:
        """Commit the messages in their order; yield how many each commit had, and their outcome.

        When the database fails on them they are halved until the culprit is alone. That one goes
        to quarantine, with the error as its reason. Ends early when *wait* says so.
        """
        parts = [messages]
        failures = 0
        while parts:
            part = parts[-1]
            try:
                connection = self._open()
                try:
                    outcome = ingest(connection, part)
                except psycopg.Error as error:
                    if (error.sqlstate or "").startswith(OF_THE_SERVER):
                        raise
                    if len(part) > 1:
                        logger.warning(
                            "%s; trying %d messages by halves", explain(error), len(part)
                        )
                        middle = len(part) // 2
                        parts[-1:] = [part[middle:], part[:middle]]
                        continue
                    failures += 1
                    if failures < FAILURES_OF_A_CULPRIT:
                        continue
                    logger.error(
                        "%s; the message goes to quarantine: id %r", explain(error), part[0][1]
                    )
                    reason = f"the database fails on it: {error.diag.message_primary or error}"
                    outcome = ingest(self._open(), part, reason)
            except psycopg.Error as error:
                if not self._wait(error):
                    return
                failures = 0
                continue
            parts.pop()
            failures = 0
            yield len(part), outcome

    def _open(self) -> Connection:
        if self._connection.closed:
            self._connection = connect(self._application_name)
        return self._connection


def ingest(
    connection: Connection, messages: Sequence[Message], reason: str | None = None
) -> Outcome:
    """Ingest messages; they are committed on return. Raises psycopg.Error.

    With a reason, all go to quarantine for it.
    """
    bodies, message_ids, correlation_ids = map(list, zip(*messages, strict=True))
    row = connection.execute(INGEST, (bodies, message_ids, correlation_ids, reason)).fetchone()
    assert row
    return Outcome(*row)
