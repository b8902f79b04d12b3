"""Takes whole deliveries out of what the broker sends; pika decodes everything else.

pika's decoding is most of what a consumer does. A plain delivery is three frames in a row, all of
the consumer's channel: the method Basic.Deliver, a content header without a table, and one body.
Other frames, and those that are not as they should be, go to pika one by one.
"""

import struct
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel
from pika.spec import Basic, BasicProperties

CONSUMER: Final = "consumer"

# A frame is its type, its channel, a size, so many octets, and END.
KINDS: Final = (b"\1", b"\2", b"\3")  # method, header, body
END: Final = 0xCE
FRAME: Final = struct.Struct(">3sI")
# The octets of a delivery's method begin with these, the tag, and whether it was delivered before.
DELIVER: Final = struct.pack(">IB", Basic.Deliver.INDEX, len(CONSUMER)) + CONSUMER.encode()
DELIVERY: Final = struct.Struct(f">{len(DELIVER)}sQB")
# Those of its header begin with class, weight, size of the body, and flags of the properties.
CONTENT: Final = struct.Struct(">HHQH")
# The properties in the order of their flags: how many octets each, 0 for a short string.
PROPERTIES: Final = (0, 0, -1, 1, 1, 0, 0, 0, 0, 8, 0, 0, 0, 0)
CORRELATION_ID, MESSAGE_ID = 5, 8
NOT_PLAIN: Final = 0x2003  # flags of the table, and those of no property


class Delivery(NamedTuple):
    """One message as it came, with the tag that acknowledges it."""

    tag: int
    body: bytes
    message_id: str | None
    correlation_id: str | None


class DeliveryConnection(SelectConnection):
    """A connection for one consumer.

    Of pika's own it overrides one method, to which all data goes, and adds to two counters.
    """

    bytes_received: int
    frames_received: int
    _on_deliveries: Callable[[list[Delivery]], object]
    _channel = b""
    _rest = b""  # a frame or plain delivery of which more has to come
    _takes = False  # while there is a consumer, and pika has no part of a delivery

    def consume(
        self,
        channel: Channel,
        queue: str,
        on_deliveries: Callable[[list[Delivery]], object],
        on_ready: Callable[[], object],
    ) -> None:
        """Start the consumer, which gets its deliveries in order, some at a time."""

        def on_ok(_frame: object) -> None:
            self._takes = True
            on_ready()

        def on_delivery(
            _channel: Channel, method: Basic.Deliver, properties: BasicProperties, body: bytes
        ) -> None:
            self._takes = True
            ids = _as_text(properties.message_id), _as_text(properties.correlation_id)
            on_deliveries([Delivery(method.delivery_tag or 0, body, *ids)])

        self._on_deliveries = on_deliveries
        self._channel = channel.channel_number.to_bytes(2, "big")
        channel.basic_consume(queue, on_delivery, consumer_tag=CONSUMER, callback=on_ok)

    def _on_data_available(self, data_in: bytes) -> None:
        data = self._rest + data_in
        start = 0
        while True:
            if self._takes:
                deliveries, end, is_begun = _plain_deliveries(data, start, self._channel)
                if deliveries:
                    self.bytes_received += end - start
                    self.frames_received += 3 * len(deliveries)
                    self._on_deliveries(deliveries)
                    start = end
                if is_begun:
                    break
            end = _end(data, start)
            if end > len(data):
                break
            if data.startswith(self._channel, start + 1):
                self._takes = False
            super()._on_data_available(data[start:end])  # type: ignore[misc]
            start = end
        self._rest = data[start:]


def _plain_deliveries(data: bytes, start: int, channel: bytes) -> tuple[list[Delivery], int, bool]:
    """Return the plain deliveries, where they end, and whether the rest of one has to come."""
    method_head, header_head, body_head = (kind + channel for kind in KINDS)
    deliveries: list[Delivery] = []
    try:
        while True:
            method = _octets(data, start, method_head)
            tag = _tag(method)
            at = start + 8 + len(method)
            header = _octets(data, at, header_head)
            size, *ids = _content(header)
            at += 8 + len(header)
            body = _octets(data, at, body_head)
            if len(body) != size:
                return deliveries, start, False
            deliveries.append(Delivery(tag, body, *ids))
            start = at + 8 + size
    except EOFError:
        return deliveries, start, True
    except (ValueError, IndexError, struct.error):
        return deliveries, start, False


def _octets(data: bytes, start: int, head: bytes) -> bytes:
    """Return what is in the frame that starts there.

    Raises EOFError when more of it has to come, ValueError when it is another one.
    """
    if len(data) < start + FRAME.size:
        raise EOFError
    found, size = FRAME.unpack_from(data, start)
    if found != head:
        raise ValueError
    end = start + 8 + size
    if end > len(data):
        raise EOFError
    if data[end - 1] != END:
        raise ValueError
    return data[start + 7 : end - 1]


def _tag(method: bytes) -> int:
    """Return the delivery tag. Raises ValueError for another method or consumer."""
    deliver, tag, _ = DELIVERY.unpack_from(method)
    exchange = DELIVERY.size
    routing_key = exchange + 1 + method[exchange]
    if deliver != DELIVER or len(method) != routing_key + 1 + method[routing_key]:
        raise ValueError
    return int(tag)


def _content(header: bytes) -> tuple[int, str | None, str | None]:
    """Return size of the body, message id and correlation id. Raises ValueError for odd ones."""
    class_id, _, size, flags = CONTENT.unpack_from(header)
    if class_id != BasicProperties.INDEX or size == 0 or flags & NOT_PLAIN:
        raise ValueError
    at = CONTENT.size
    strings: dict[int, bytes] = {}
    for number, octets in _properties(flags):
        if octets == 0:
            octets = 1 + header[at]
            strings[number] = header[at + 1 : at + octets]
        at += octets
    if at != len(header):
        raise ValueError
    return size, _as_text(strings.get(MESSAGE_ID)), _as_text(strings.get(CORRELATION_ID))


@cache
def _properties(flags: int) -> tuple[tuple[int, int], ...]:
    """Return the number and the octets of each property that is there."""
    present = [number for number in range(len(PROPERTIES)) if flags & 0x8000 >> number]
    return tuple((number, PROPERTIES[number]) for number in present)


def _end(data: bytes, start: int) -> int:
    """Return where the frame ends: beyond the data unless all of it is there."""
    if data.startswith(b"AMQP", start):  # no frame: the broker asks for another protocol
        return start + 8
    return start + 8 + int.from_bytes(data[start + 3 : start + 7], "big")


def _as_text(value: str | bytes | None) -> str | None:
    """Make an AMQP short string one that PostgreSQL's text can hold."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "backslashreplace")
    return value.replace("\0", "\\0") if value else value
