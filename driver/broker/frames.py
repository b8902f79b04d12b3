"""Takes the consumer's deliveries out of what the broker sends; pika decodes everything else.

pika's decoding is most of what a consumer does, and a table of headers can make it fail.
"""

from collections.abc import Callable
from typing import Final

from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel
from pika.exceptions import InvalidFrameError

from driver.broker.deliveries import (
    BODY,
    DELIVER,
    END,
    FRAME,
    HEADER,
    METHOD,
    Begun,
    Delivery,
    Heads,
    take_whole,
)

RECEIVE_BYTES: Final = 1 << 16  # at once; pika takes 4096


class DeliveryConnection(SelectConnection):
    """A connection for consumers on one channel.

    Of pika's own it overrides one method, to which all data goes, and how much is read at once, and
    adds to a counter by which pika tells that the broker is alive.
    """

    bytes_received: int
    _transport: object
    _on_deliveries: Callable[[list[Delivery]], object]
    _heads: Heads | None = None  # while there is no consumer
    _rest = b""  # a frame of which more has to come
    _begun: Begun | None = None  # a delivery of which more frames have to come

    def consume(
        self,
        channel: Channel,
        queue: str,
        consumer: str,
        on_deliveries: Callable[[list[Delivery]], object],
        on_ready: Callable[[], object],
    ) -> None:
        """Start a consumer, which gets its deliveries in order, some at a time.

        Its name has CONSUMER_OCTETS. Another one may follow on the same channel.
        """
        self._on_deliveries = on_deliveries
        number = channel.channel_number.to_bytes(2)
        self._heads = METHOD + number, HEADER + number, BODY + number
        setattr(self._transport, "_MAX_RECV_BYTES", RECEIVE_BYTES)
        channel.basic_consume(
            queue, lambda *_: None, consumer_tag=consumer, callback=lambda _: on_ready()
        )

    def _on_data_available(self, data_in: bytes) -> None:
        data = self._rest + data_in
        deliveries: list[Delivery] = []
        start = 0
        try:
            while True:
                if self._heads and not self._begun:
                    end = take_whole(data, start, self._heads, deliveries)
                    self.bytes_received += end - start
                    start = end
                end = _end(data, start)
                if end > len(data):
                    break
                if self._heads and self._take(data[start:end], self._heads, deliveries):
                    self.bytes_received += end - start
                else:
                    self._hand_over(deliveries)
                    super()._on_data_available(data[start:end])  # type: ignore[misc]
                start = end
            self._rest = data[start:]
        finally:
            self._hand_over(deliveries)

    def _hand_over(self, deliveries: list[Delivery]) -> None:
        if deliveries:
            self._on_deliveries(deliveries.copy())
            deliveries.clear()

    def _take(self, frame: bytes, heads: Heads, deliveries: list[Delivery]) -> bool:
        """Take a frame if it is of a delivery; add the delivery if it is whole then."""
        method, header, body = heads
        if frame.startswith(method):
            is_delivery = frame.startswith(DELIVER, FRAME.size)
            self._begun = Begun(frame) if is_delivery else None
        elif self._begun and frame.startswith(header):
            self._begun.take_header(frame)
        elif self._begun and frame.startswith(body):
            self._begun.take_body(frame)
        else:
            return False
        if self._begun is None:
            return False
        if frame[-1] != END:
            raise InvalidFrameError("a frame of a delivery does not end where it says")
        if self._begun.missing == 0:
            deliveries.append(self._begun.delivery())
            self._begun = None
        return True


def _end(data: bytes, start: int) -> int:
    """Return where the frame ends: beyond the data unless all of it is there."""
    if data.startswith(b"AMQP", start):  # no frame: the broker asks for another protocol
        return start + 8
    return start + 8 + int.from_bytes(data[start + 3 : start + 7])
