"""The consumer: queue to raw, in batches. Commit first, acknowledge after."""

import logging
import threading
import time
from typing import Final

import psycopg

from driver.broker import Consumer
from driver.database import connect, explain
from driver.errors import BrokerError, BrokerRefusedError
from driver.ingest import BATCH, Outcome, ingest
from driver.settings import Settings

logger = logging.getLogger(__name__)

LONGEST_DELAY: Final = 30.0
REPORT_SECONDS: Final = 10.0


def consume(
    settings: Settings, stop: threading.Event, batch_size: int = BATCH, batch_seconds: float = 0.2
) -> None:
    """Ingest what comes until *stop* is set; the batch in hand is finished first.

    A batch is at most *batch_size* messages, or what came within *batch_seconds*. When a server is
    lost, both are connected anew after a growing delay; what was not acknowledged comes again.
    Raises Fault when a server refuses us before we ever listened.
    """
    delay = 1.0
    listened = False
    while not stop.is_set():
        try:
            with (
                connect("consumer") as connection,
                Consumer(settings, prefetch=2 * batch_size) as consumer,
            ):
                logger.info("listening on queue %s", settings.queue)
                listened = True
                tally = Outcome()
                reported_at = time.monotonic()
                while not stop.is_set():
                    batch = consumer.take(batch_size, batch_seconds)
                    if batch:
                        tags, *messages = zip(*batch, strict=True)
                        tally = tally.plus(ingest(connection, *messages))
                        # Committed. A crash before the next line delivers the batch again, and
                        # raw.ingest_user_events counts it as duplicates.
                        consumer.acknowledge(tags[-1])
                    delay = 1.0
                    if any(tally) and time.monotonic() - reported_at >= REPORT_SECONDS:
                        logger.info("ingested %s", tally)
                        tally = Outcome()
                        reported_at = time.monotonic()
        except (BrokerError, psycopg.Error) as error:
            fault = explain(error) if isinstance(error, psycopg.Error) else error
            if not listened and (
                isinstance(error, BrokerRefusedError) or "authentication failed" in str(error)
            ):
                raise fault from error
            logger.warning("%s; trying again in %.0f s", fault, delay)
            stop.wait(delay)
            delay = min(2 * delay, LONGEST_DELAY)
    logger.info("stopped")
