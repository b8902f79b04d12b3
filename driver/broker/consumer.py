"""Takes messages from the queue."""

import queue
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from pika.channel import Channel
from pika.frame import Method

from driver.broker.deliveries import Delivery
from driver.broker.frames import DeliveryConnection
from driver.broker.link import LOST_CHANNEL, Link
from driver.broker.queues import dead_letters_of
from driver.settings import Settings

BATCH_BYTES: Final = 8 << 20
INBOX_BYTES: Final = 32 << 20
INBOX_SECONDS: Final = 10.0
DEAD_LETTERS_SECONDS: Final = 10.0
# The names of the two consumers that follow one another.
CAUTIOUS, EAGER = "cautious", "consumer"


class Consumer(Link):
    """Takes messages from the queue; nothing is acknowledged before `acknowledge`.

    The broker counts each message that was with a consumer when that one was lost, and puts it
    aside when it was counted too often. So a consumer begins with few messages at a time, and takes
    many once `hurry` is called.
    """

    _connection: DeliveryConnection
    _connection_type = DeliveryConnection

    def __init__(self, settings: Settings, few: int, many: int) -> None:
        super().__init__(settings)
        self._few = min(few, many)
        self._many = many
        self.is_cautious = True
        self.delivered = self.acknowledged = 0  # the tags of the last messages
        self.dead_letters = 0  # messages that the broker put aside, as of a moment ago
        self._inbox: queue.SimpleQueue[list[Delivery] | None] = queue.SimpleQueue()
        self._opened: Iterator[Delivery] = iter(())  # what is left of the last ones from the inbox
        self._is_changing = False  # from one consumer to the other
        self._held_tag = 0  # to be acknowledged then
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

    @property
    def window(self) -> int:
        """How many messages it gets at most before it acknowledges some."""
        return self._few if self.is_cautious else self._many

    def acknowledge(self, tag: int) -> None:
        """Acknowledge every message up to the one with this tag."""
        self.acknowledged = tag
        self._call(partial(self._acknowledge, tag))

    def hurry(self) -> None:
        """Take many messages at a time from now on."""
        self.is_cautious = False
        self._call(self._hurry)

    # From here on: the link's own thread.

    def _acknowledge(self, tag: int) -> None:
        if self._is_changing:
            self._held_tag = tag
            return
        with LOST_CHANNEL:
            self._channel.basic_ack(tag, multiple=True)

    def _hurry(self) -> None:
        # The new consumer comes first: a queue may be deleted when it has none. What the broker
        # sends to one that ends goes back and is counted: nothing is acknowledged meanwhile.
        self._is_changing = True
        self._consume(EAGER, self._many, self._end_cautious)

    def _end_cautious(self) -> None:
        self._channel.basic_cancel(CAUTIOUS, callback=lambda _: self._on_changed())

    def _on_changed(self) -> None:
        self._is_changing = False
        held, self._held_tag = self._held_tag, 0
        if held:
            self._acknowledge(held)

    def _close(self) -> None:
        self._on_changed()
        super()._close()

    def _prepare(self) -> None:
        self._channel.add_on_cancel_callback(
            lambda _frame: self._give_up(f"queue {self._queue} was deleted")
        )
        self._consume(CAUTIOUS, self._few, self._set_ready)
        # On a channel of its own: there may be no such queue, and that ends a channel.
        self._connection.channel(on_open_callback=self._count_dead_letters)

    def _consume(self, name: str, most: int, on_ready: Callable[[], object]) -> None:
        with LOST_CHANNEL:
            self._channel.basic_qos(prefetch_count=most)
            self._connection.consume(
                self._channel, self._queue, name, self._on_deliveries, on_ready
            )

    def _count_dead_letters(self, channel: Channel) -> None:
        def on_count(frame: Method[Any]) -> None:
            self.dead_letters = frame.method.message_count
            again = partial(self._count_dead_letters, channel)
            self._connection.ioloop.call_later(DEAD_LETTERS_SECONDS, again)

        with LOST_CHANNEL:
            channel.queue_declare(dead_letters_of(self._queue), passive=True, callback=on_count)

    def _on_deliveries(self, deliveries: list[Delivery]) -> None:
        # Reading no further holds the broker back; not for so long that it misses our heartbeat.
        patience = time.monotonic() + INBOX_SECONDS
        while self._bytes_received - self._bytes_taken > INBOX_BYTES:
            if self._error or time.monotonic() > patience:
                break
            time.sleep(0.01)
        self._bytes_received += sum(len(delivery.body) for delivery in deliveries)
        self.delivered = deliveries[-1].tag
        self._inbox.put(deliveries)

    def _fail(self, reason: BaseException | str) -> None:
        super()._fail(reason)
        if self._error:
            self._inbox.put(None)
