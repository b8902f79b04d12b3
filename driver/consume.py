"""The consumer: queue to raw, in batches. Commit first, acknowledge after."""

import logging
import threading
import time
from typing import Final

import psycopg

from driver.broker.consumer import Consumer
from driver.database import explain
from driver.errors import BrokerError, BrokerRefusedError
from driver.ingest import BATCH, Ingester, Outcome
from driver.patience import Patience
from driver.settings import Settings

logger = logging.getLogger(__name__)

REPORT_SECONDS: Final = 10.0


def consume(
    settings: Settings, stop: threading.Event, batch_size: int = BATCH, batch_seconds: float = 0.2
) -> None:
    """Ingest what comes until *stop* is set; the batch in hand is finished first.

    A batch is at most *batch_size* messages, or what came within *batch_seconds*. While the
    database is away the batch is kept, and tried again after a growing delay. When the broker was
    lost, what was not acknowledged comes again. Raises Fault when a server refuses us before we
    ever listened.
    """
    patience = Patience(stop)
    listened = False
    while not stop.is_set():
        try:
            with (
                Ingester("consumer", patience.wait) as ingester,
                Consumer(settings, prefetch=2 * batch_size) as consumer,
            ):
                logger.info("listening on queue %s", settings.queue)
                listened = True
                tally = Outcome()
                reported_at = time.monotonic()
                while not stop.is_set():
                    if batch := consumer.take(batch_size, batch_seconds):
                        done = 0
                        for count, outcome in ingester.ingest([one[1:] for one in batch]):
                            # Committed. A crash before the next line delivers them again, and
                            # raw.ingest_user_events counts them as duplicates.
                            done += count
                            consumer.acknowledge(batch[done - 1].tag)
                            tally = tally.plus(outcome)
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
