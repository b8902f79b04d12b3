"""Files into the warehouse: organizations by COPY, user events through the queue."""

import logging
import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import Final, LiteralString, NoReturn, Self
from uuid import UUID, uuid4

import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from driver.broker.inspector import queue_state
from driver.broker.publisher import Message, Publisher
from driver.database import connect, explain
from driver.errors import BrokerError, Fault
from driver.files import message_ids
from driver.ingest import BATCH, Ingester, Outcome
from driver.settings import Settings

logger = logging.getLogger(__name__)

COPY_ORGANIZATIONS: Final[LiteralString] = (
    "COPY raw.organizations_inbox (body) FROM STDIN (FORMAT binary)"
)
INGEST_ORGANIZATIONS: Final[LiteralString] = (
    "SELECT inserted, duplicates, rejected FROM raw.ingest_organizations()"
)
IMPORT_PROGRESS: Final[LiteralString] = (
    "SELECT inserted, duplicates, rejected FROM etl.import_progress(%s)"
)

PUBLISH_BATCH: Final = 200
POLL_SECONDS: Final = 0.25
PATIENCE_SECONDS: Final = 5.0
GIVE_UP_SECONDS: Final = 60.0
LONGEST_DELAY: Final = 5.0


def import_organizations(texts: Iterator[bytes]) -> Outcome:
    """Bring a file's organizations into raw and the dimension, all or nothing.

    New counts changed ones too. Raises UsageError for a bad file, psycopg.Error for a fault.
    """
    with connect("import") as connection, connection.transaction():
        cursor = connection.cursor()
        with cursor.copy(COPY_ORGANIZATIONS) as copy:
            copy.set_types(["bytea"])
            for text in texts:
                copy.write_row((text,))
        row = cursor.execute(INGEST_ORGANIZATIONS).fetchone()
    assert row
    return Outcome(*row)


def import_user_events(settings: Settings, texts: Iterator[bytes]) -> Outcome:
    """Publish a file's user events and wait until the consumers have committed each of them.

    Raises UsageError for a bad file, Fault when a server is missing from the start or nobody
    consumes. What is published then stays in the queue; importing again repeats no event.
    """
    import_id = uuid4()
    published = 0
    with _Committed(import_id) as committed, _progress() as progress:
        publishing = progress.add_task("published", total=None)
        committing = progress.add_task("committed", total=None)
        for published in _publish(settings, texts, import_id):
            progress.update(publishing, completed=published)
            progress.update(committing, completed=sum(committed.read()))
        progress.update(publishing, total=published, completed=published)
        progress.update(committing, total=published)

        committed.wait_from_now()
        while (done := sum(committed.read())) < published:
            progress.update(committing, completed=done)
            committed.complain(settings, published - done)
            time.sleep(POLL_SECONDS)
        progress.update(committing, completed=done)
        return committed.read()


def import_user_events_directly(texts: Iterator[bytes]) -> Outcome:
    """Ingest a file's user events without the queue, a commit a batch.

    The events get the ids that they would get in the queue, so neither way repeats the other's.
    Raises UsageError for a bad file, psycopg.Error for a fault.
    """
    outcome = Outcome()
    messages = ((text, message_id, None) for message_id, text in message_ids(texts))
    with Ingester("import", _give_up) as ingester, _progress() as progress:
        committing = progress.add_task("committed", total=None)
        while batch := list(islice(messages, BATCH)):
            for _, part in ingester.ingest(batch):
                outcome = outcome.plus(part)
                progress.update(committing, completed=sum(outcome))
    return outcome


def _give_up(error: psycopg.Error) -> NoReturn:
    raise error


def _publish(settings: Settings, texts: Iterator[bytes], import_id: UUID) -> Iterator[int]:
    """Publish each of the texts, yielding how many are on their way.

    When the link is lost, what it left unconfirmed goes first over the next one: the broker may
    have it twice then, the database will not.
    """
    batches = _batches(texts, import_id)
    pending: list[Message] = []
    published = 0
    delay = 1.0
    while True:
        publisher = Publisher(settings, pending)
        try:
            with publisher:
                for batch in batches:
                    published += len(batch)
                    publisher.publish(batch)
                    delay = 1.0
                    yield published
                publisher.wait_until_unconfirmed(0)
                return
        except BrokerError as error:
            if not published:
                raise
            pending = publisher.unconfirmed
            logger.warning("%s; trying again in %.0f s", error, delay)
            time.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY)


def _batches(texts: Iterator[bytes], import_id: UUID) -> Iterator[list[Message]]:
    messages = (
        Message(message_id, f"import/{import_id}/{position}", text)
        for position, (message_id, text) in enumerate(message_ids(texts), start=1)
    )
    while batch := list(islice(messages, PUBLISH_BATCH)):
        yield batch


class _Committed:
    """Reads from the database how far an import is, and says so when it does not move."""

    def __init__(self, import_id: UUID) -> None:
        self._import_id = import_id
        self._connection = connect("import")
        self._outcome = Outcome()
        self._read_at = self._moved_at = time.monotonic()
        self._complained = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def read(self) -> Outcome:
        """Return what is committed, as it was a moment ago at the earliest."""
        now = time.monotonic()
        if now - self._read_at >= POLL_SECONDS:
            self._read_at = now
            try:
                if self._connection.closed:
                    self._connection = connect("import")
                row = self._connection.execute(IMPORT_PROGRESS, (str(self._import_id),)).fetchone()
            except psycopg.OperationalError as error:
                self._connection.close()
                logger.warning("%s; still waiting", explain(error))
                return self._outcome
            assert row
            if row != self._outcome:
                self._outcome = Outcome(*row)
                self._moved_at = now
                self._complained = False
        return self._outcome

    def wait_from_now(self) -> None:
        """Forget how long nothing has moved: the file may be a slow pipe, the broker be blocked."""
        self._moved_at = time.monotonic()

    def complain(self, settings: Settings, missing: int) -> None:
        """Say now and then why nothing moves; raise Fault when nobody consumes for long.

        Or when there is nothing left to consume: consumers commit within seconds what they hold.
        """
        waited = time.monotonic() - self._moved_at
        if waited < (GIVE_UP_SECONDS if self._complained else PATIENCE_SECONDS):
            return
        ready = consumers = None
        try:
            ready, consumers = queue_state(settings)
            why = "the consumers commit nothing: see their log"
        except BrokerError as error:
            why = str(error)
        if consumers == 0:
            why = f"nobody consumes queue {settings.queue}: start a consumer"
            if self._complained:
                raise Fault(f"{why}; until then {missing} events stay in it")
        elif ready == 0 and self._complained:
            raise Fault(
                f"{missing} events are neither committed nor waiting in queue {settings.queue}: it"
                " was purged, or a consumer holds them and cannot commit (see 'make logs'); import"
                " the file again, nothing is repeated"
            )
        logger.warning("%s; still waiting for %d events", why, missing)
        if self._complained:
            self._moved_at += GIVE_UP_SECONDS
        self._complained = True


def _progress() -> Progress:
    return Progress(
        TextColumn("user events {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
