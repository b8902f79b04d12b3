"""Takes messages from the queue."""

import queue
import time
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from pika.frame import Method

from driver.broker.frames import Delivery, DeliveryConnection
from driver.broker.link import LOST_CHANNEL, Link
from driver.settings import Settings

BATCH_BYTES: Final = 8 << 20
INBOX_BYTES: Final = 32 << 20
INBOX_SECONDS: Final = 10.0


class Consumer(Link):
    """Takes messages from the queue; nothing is acknowledged before `acknowledge`."""

    _connection: DeliveryConnection
    _connection_type = DeliveryConnection

    def __init__(self, settings: Settings, prefetch: int) -> None:
        super().__init__(settings)
        self._prefetch = prefetch
        self._inbox: queue.SimpleQueue[list[Delivery] | None] = queue.SimpleQueue()
        self._opened: Iterator[Delivery] = iter(())  # what is left of the last ones from the inbox
        self._bytes_received = self._bytes_taken = 0  # each written by one thread only

    def take(self, most: int, seconds: float) -> list[Delivery]:
        """Return up to *most* messages, all that come within *seconds*; an empty list if none do.

        Large ones are fewer: a batch ends with the message that makes it larger than BATCH_BYTES.
        Raises BrokerError once the link is lost: what was taken and not acknowledged will be
        delivered again, to the next link.
        """
        batch: list[Delivery] = []
        deadline = time.monotonic() + seconds
        last_byte = self._bytes_taken + BATCH_BYTES
        while True:
            for delivery in self._opened:
                batch.append(delivery)
                self._bytes_taken += len(delivery.body)
                if len(batch) == most or self._bytes_taken >= last_byte:
                    return batch
            try:
                deliveries = self._inbox.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                return batch
            if deliveries is None:
                assert self._error
                raise self._error
            self._opened = iter(deliveries)

    def acknowledge(self, tag: int) -> None:
        """Acknowledge every message up to the one with this tag."""
        self._call(partial(self._acknowledge, tag))

    # From here on: the link's own thread.

    def _acknowledge(self, tag: int) -> None:
        with LOST_CHANNEL:
            self._channel.basic_ack(tag, multiple=True)

    def _prepare(self) -> None:
        self._declare(self._consume)

    def _consume(self, _frame: Method[Any]) -> None:
        self._channel.add_on_cancel_callback(
            lambda _frame: self._give_up(f"queue {self._queue} was deleted")
        )
        self._channel.basic_qos(prefetch_count=self._prefetch)
        self._connection.consume(self._channel, self._queue, self._on_deliveries, self._set_ready)

    def _on_deliveries(self, deliveries: list[Delivery]) -> None:
        # Reading no further holds the broker back; not for so long that it misses our heartbeat.
        patience = time.monotonic() + INBOX_SECONDS
        while self._bytes_received - self._bytes_taken > INBOX_BYTES:
            if self._error or time.monotonic() > patience:
                break
            time.sleep(0.01)
        self._bytes_received += sum(len(delivery.body) for delivery in deliveries)
        self._inbox.put(deliveries)

    def _fail(self, reason: BaseException | str) -> None:
        super()._fail(reason)
        self._inbox.put(None)
