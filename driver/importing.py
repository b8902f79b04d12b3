"""Files into the warehouse: organizations by COPY, user events through the queue."""

import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final, LiteralString, NoReturn
from uuid import UUID, uuid4

import psycopg

from driver.broker.publisher import Message, Publisher
from driver.database import connect
from driver.errors import BrokerError
from driver.identity import message_ids
from driver.import_progress import POLL_SECONDS, ImportProgress
from driver.ingest import BATCH, Arrived, Outcome
from driver.ingester import Ingester
from driver.progress_bars import bars, show
from driver.retry_delay import RetryDelay
from driver.settings import Settings

COPY_ORGANIZATIONS: Final[LiteralString] = (
    "COPY raw.organizations_inbox (body) FROM STDIN (FORMAT binary)"
)
INGEST_ORGANIZATIONS: Final[LiteralString] = (
    "SELECT inserted, duplicates, rejected, changed FROM raw.ingest_organizations()"
)

PUBLISH_BATCH: Final = 200

Share = Callable[[], float | None]


def import_organizations(texts: Iterator[bytes]) -> Outcome:
    """Bring a file's organizations into raw and the dimension, all or nothing.

    Raises psycopg.Error for a fault.
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


def import_user_events(
    settings: Settings, texts: Iterator[bytes], share: Share = lambda: None
) -> Outcome:
    """Publish a file's user events and wait until the consumers have committed each of them.

    *share* says how much of the file is read, for the progress. Raises Fault when a server is
    missing from the start or nobody consumes. What is published then stays in the queue; importing
    again repeats no event.
    """
    import_id = uuid4()
    published = 0
    with ImportProgress(import_id) as committed, bars(sys.stderr) as progress:
        publishing = progress.add_task("user events published", total=None, count=0)
        committing = progress.add_task("user events committed", total=None, count=0)
        for published in _publish(settings, texts, import_id):
            read = share()
            show(progress, publishing, published, read)
            done = sum(committed.read())
            show(progress, committing, done, read and read * done / published)
        show(progress, publishing, published, 1)

        committed.wait_from_now()
        while (done := sum(committed.read())) < published:
            show(progress, committing, done, done / published)
            committed.complain(settings, published - done)
            time.sleep(POLL_SECONDS)
        show(progress, committing, done, 1)
        return committed.read()


def import_user_events_directly(texts: Iterator[bytes], share: Share = lambda: None) -> Outcome:
    """Ingest a file's user events without the queue, a commit a batch.

    The events get the ids that they would get in the queue, so neither way repeats the other's.
    Raises psycopg.Error for a fault.
    """
    outcome = Outcome()
    messages = (
        Arrived(message.body, message.message_id, message.correlation_id)
        for message in _messages(texts, uuid4())
    )
    with Ingester("import", _give_up) as ingester, bars(sys.stderr) as progress:
        committing = progress.add_task("user events committed", total=None, count=0)
        while batch := list(islice(messages, BATCH)):
            outcome = outcome.plus(ingester.submit(batch).result())
            show(progress, committing, sum(outcome), share())
    return outcome


def _give_up(error: psycopg.Error) -> NoReturn:
    raise error


def _publish(settings: Settings, texts: Iterator[bytes], import_id: UUID) -> Iterator[int]:
    """Publish each of the texts, yielding how many are on their way.

    When the link is lost, what it left unconfirmed goes first over the next one: the broker may
    have it twice then, the database will not.
    """
    batches = _batches(_messages(texts, import_id))
    pending: list[Message] = []
    published = 0
    retry_delay = RetryDelay()
    while True:
        publisher = Publisher(settings, pending)
        try:
            with publisher:
                for batch in batches:
                    published += len(batch)
                    publisher.publish(batch)
                    retry_delay.restore()
                    yield published
                publisher.wait_until_unconfirmed(0)
                return
        except BrokerError as error:
            if not published:
                raise
            pending = publisher.unconfirmed
            retry_delay.wait(error)


def _messages(texts: Iterator[bytes], import_id: UUID) -> Iterator[Message]:
    for position, (message_id, text) in enumerate(message_ids(texts), start=1):
        yield Message(message_id, f"import/{import_id}/{position}", text)


def _batches(messages: Iterator[Message]) -> Iterator[list[Message]]:
    while batch := list(islice(messages, PUBLISH_BATCH)):
        yield batch
