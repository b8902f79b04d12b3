"""The consumer: queue to raw, in batches. Commit first, acknowledge after."""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Final

import psycopg

from driver.broker.consumer import Consumer
from driver.broker.deliveries import Delivery
from driver.broker.inspector import queue_risks
from driver.caution import Caution
from driver.database import explain, is_refused
from driver.errors import BrokerError, UndeliverableError
from driver.ingest import BATCH, Arrived, Outcome
from driver.ingester import Ingester
from driver.notes import MYSELF, Notes
from driver.retry_delay import RetryDelay
from driver.settings import Settings
from driver.unpack import unpack

logger = logging.getLogger(__name__)

REPORT_SECONDS: Final = 10.0
# Batches: the database need not wait for the next one, and takes a second core when it has one.
IN_FLIGHT: Final = 2

DATABASE_REMEDY: Final = "it tries again by itself; make logs shows since when"
QUEUE_REMEDY: Final = "docs/producers.md says what a queue needs"

InFlight = deque[tuple[list[Delivery], Future[Outcome]]]


def consume(
    settings: Settings, stop: threading.Event, batch_size: int = BATCH, batch_seconds: float = 0.2
) -> None:
    """Ingest what comes until *stop* is set; the batches in hand are finished first.

    A batch is at most *batch_size* messages, or what came within *batch_seconds*; the database
    works on IN_FLIGHT of them at once. While it is away they are kept, and tried again after a
    growing delay. When the broker was lost, what was not acknowledged comes again: one by one if
    the broker fails on one of them, so that it counts no other as failed. Raises Fault when a
    server refuses us before we ever listened.
    """
    with Notes(settings.queue) as notes:
        _consume(settings, stop, notes, batch_size, batch_seconds)
    logger.info("stopped")


def _consume(
    settings: Settings,
    stop: threading.Event,
    notes: Notes,
    batch_size: int,
    batch_seconds: float,
) -> None:
    retry_delay = RetryDelay(stop)
    risks: list[str] | None = None
    caution = Caution()
    listened = False

    def wait(error: BrokerError | psycopg.Error) -> bool:
        notes.put(MYSELF, str(explain(error)), getattr(error, "remedy", DATABASE_REMEDY))
        return retry_delay.wait(error)

    while not stop.is_set():
        consumer = Consumer(settings, caution.few, (IN_FLIGHT + 1) * batch_size)
        try:
            if risks is None:
                risks = queue_risks(settings)
            with Ingester("consumer", wait, IN_FLIGHT) as ingester:
                with consumer:
                    logger.info("listening on queue %s", settings.queue)
                    listened = True
                    notes.watch(consumer)
                    report = _Report()
                    for outcome in _ingest(consumer, ingester, stop, batch_size, batch_seconds):
                        report.add(outcome)
                        retry_delay.restore()
                        _note(notes, settings.queue, risks, consumer.dead_letters)
        except (BrokerError, psycopg.Error) as error:
            if not listened and is_refused(error):
                raise explain(error) from error
            if caution.is_short_lived(error, consumer):
                retry_delay.hurry()
            notes.watch(None)
            wait(error)


class _Report:
    """Says in a line now and then what became of messages."""

    def __init__(self) -> None:
        self._tally = Outcome()
        self._reported_at = time.monotonic()

    def add(self, outcome: Outcome) -> None:
        """Count them."""
        self._tally = self._tally.plus(outcome)
        if any(self._tally) and time.monotonic() - self._reported_at >= REPORT_SECONDS:
            logger.info("ingested %s", self._tally)
            self._tally = Outcome()
            self._reported_at = time.monotonic()


def _note(notes: Notes, queue: str, risks: list[str], dead_letters: int) -> None:
    """Say what a consumer that works knows of its queue."""
    notes.put(MYSELF, None)
    notes.put(f"queue {queue}", "; ".join(risks) or None, QUEUE_REMEDY, is_problem=False)
    aside = "1 message could not be delivered and lies in its dead-letter queue"
    if dead_letters != 1:
        aside = f"{dead_letters} messages could not be delivered and lie in its dead-letter queue"
    aside = f"queue {queue}: {aside}"
    notes.put(
        f"dead letters of {queue}", aside if dead_letters else None, UndeliverableError.remedy
    )


def _ingest(
    consumer: Consumer,
    ingester: Ingester,
    stop: threading.Event,
    batch_size: int,
    batch_seconds: float,
) -> Iterator[Outcome]:
    """Yield what became of messages, once they are committed; of none while nothing comes."""
    in_flight: InFlight = deque()
    stopping = False
    while not stopping:
        stopping = stop.is_set()
        most = min(batch_size, consumer.window)
        if not stopping and (batch := consumer.take(most, batch_seconds)):
            in_flight.append((batch, ingester.submit([_message(one) for one in batch])))
        while in_flight and (
            stopping
            or len(in_flight) == IN_FLIGHT
            or sum(len(batch) for batch, _ in in_flight) >= consumer.window  # no more will come
            or in_flight[0][1].done()
        ):
            yield _acknowledge_oldest(in_flight, consumer)
        if not in_flight:
            yield Outcome()


def _message(one: Delivery) -> Arrived:
    body = unpack(one.body, one.content_encoding) if one.content_encoding else one.body
    return Arrived(body, one.message_id, one.correlation_id, one.headers, one.is_redelivered)


def _acknowledge_oldest(in_flight: InFlight, consumer: Consumer) -> Outcome:
    """Acknowledge the oldest batch once it is committed; return what became of its messages.

    A crash in between delivers them again, and raw.ingest_user_events counts them as duplicates.
    """
    batch, future = in_flight.popleft()
    outcome = future.result()
    if committed := sum(outcome):
        # In this order: what the acknowledgment would bring it, a consumer that ends gives back.
        if consumer.is_cautious and not any(one.is_redelivered for one in batch):
            consumer.hurry()
        consumer.acknowledge(batch[committed - 1].tag)
    if committed < len(batch):  # told to stop; a later tag would acknowledge the rest as well
        in_flight.clear()
    return outcome
