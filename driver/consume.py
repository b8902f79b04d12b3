"""The consumer: queue to raw, in batches. Commit first, acknowledge after."""

import logging
import threading
import time
from collections import deque
from concurrent.futures import Future
from typing import Final

import psycopg

from driver.broker.consumer import Consumer
from driver.broker.frames import Delivery
from driver.database import explain
from driver.errors import BrokerError, BrokerRefusedError
from driver.ingest import BATCH, Ingester, Outcome
from driver.patience import Patience
from driver.settings import Settings

logger = logging.getLogger(__name__)

REPORT_SECONDS: Final = 10.0
# Batches: the database need not wait for the next one, and takes a second core when it has one.
IN_FLIGHT: Final = 2

InFlight = deque[tuple[list[Delivery], Future[Outcome]]]


def consume(
    settings: Settings, stop: threading.Event, batch_size: int = BATCH, batch_seconds: float = 0.2
) -> None:
    """Ingest what comes until *stop* is set; the batches in hand are finished first.

    A batch is at most *batch_size* messages, or what came within *batch_seconds*; the database
    works on IN_FLIGHT of them at once. While it is away they are kept, and tried again after a
    growing delay. When the broker was lost, what was not acknowledged comes again. Raises Fault
    when a server refuses us before we ever listened.
    """
    patience = Patience(stop)
    listened = False
    while not stop.is_set():
        try:
            with (
                Ingester("consumer", patience.wait, IN_FLIGHT) as ingester,
                Consumer(settings, prefetch=(IN_FLIGHT + 1) * batch_size) as consumer,
            ):
                logger.info("listening on queue %s", settings.queue)
                listened = True
                in_flight: InFlight = deque()
                tally = Outcome()
                reported_at = time.monotonic()
                stopping = False
                while not stopping:
                    stopping = stop.is_set()
                    if not stopping and (batch := consumer.take(batch_size, batch_seconds)):
                        in_flight.append((batch, ingester.submit([one[1:] for one in batch])))
                    most = 0 if stopping else IN_FLIGHT - 1
                    while in_flight and (len(in_flight) > most or in_flight[0][1].done()):
                        tally = tally.plus(_acknowledge_oldest(in_flight, consumer))
                    if not in_flight:
                        patience.restore()
                    if any(tally) and time.monotonic() - reported_at >= REPORT_SECONDS:
                        logger.info("ingested %s", tally)
                        tally = Outcome()
                        reported_at = time.monotonic()
        except (BrokerError, psycopg.Error) as error:
            if not listened and (
                isinstance(error, BrokerRefusedError) or "authentication failed" in str(error)
            ):
                raise explain(error) if isinstance(error, psycopg.Error) else error from error
            patience.wait(error)
    logger.info("stopped")


def _acknowledge_oldest(in_flight: InFlight, consumer: Consumer) -> Outcome:
    """Acknowledge the oldest batch once it is committed; return what became of its messages.

    A crash in between delivers them again, and raw.ingest_user_events counts them as duplicates.
    """
    batch, future = in_flight.popleft()
    outcome = future.result()
    if committed := sum(outcome):
        consumer.acknowledge(batch[committed - 1].tag)
    if committed < len(batch):  # told to stop; a later tag would acknowledge the rest as well
        in_flight.clear()
    return outcome
