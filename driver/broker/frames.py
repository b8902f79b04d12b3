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
RECEIVE_BYTES: Final = 1 << 16  # at once; pika takes 4096

# A frame is its type, its channel, a size, so many octets, and END.
KINDS: Final = (b"\1", b"\2", b"\3")  # method, header, body
END: Final = 0xCE
FRAME: Final = struct.Struct(">3sI")
# After its size the frame of a delivery's method has these, the tag, whether it was delivered
# before, and how many octets the name of the exchange has.
DELIVER: Final = struct.pack(">IB", Basic.Deliver.INDEX, len(CONSUMER)) + CONSUMER.encode()
DELIVERY: Final = struct.Struct(f"{FRAME.format}{len(DELIVER)}sQBB")
# That of its header has class, weight, size of the body, and flags of the properties.
CONTENT: Final = struct.Struct(f"{FRAME.format}HHQH")
# The properties in the order of their flags: how many octets each, 0 for a short string.
PROPERTIES: Final = (0, 0, -1, 1, 1, 0, 0, 0, 0, 8, 0, 0, 0, 0)
CORRELATION_ID, MESSAGE_ID = 5, 8
NOT_PLAIN: Final = 0x2001  # flags of the table, and of further flags

Heads = tuple[bytes, ...]  # how frames of the consumer's channel begin, for each of KINDS
Ids = tuple[str | None, str | None]  # message id, correlation id


class Delivery(NamedTuple):
    """One message as it came, with the tag that acknowledges it."""

    tag: int
    body: bytes
    message_id: str | None
    correlation_id: str | None


class DeliveryConnection(SelectConnection):
    """A connection for one consumer.

    Of pika's own it overrides one method, to which all data goes, and how much is read at once, and
    adds to two counters.
    """

    bytes_received: int
    frames_received: int
    _transport: object
    _on_deliveries: Callable[[list[Delivery]], object]
    _heads: Heads = ()
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
        self._heads = tuple(kind + channel.channel_number.to_bytes(2, "big") for kind in KINDS)
        setattr(self._transport, "_MAX_RECV_BYTES", RECEIVE_BYTES)
        channel.basic_consume(queue, on_delivery, consumer_tag=CONSUMER, callback=on_ok)

    def _on_data_available(self, data_in: bytes) -> None:
        data = self._rest + data_in
        start = 0
        while True:
            if self._takes:
                deliveries, end, is_begun = _plain_deliveries(data, start, self._heads)
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
            if data.startswith(self._heads, start):
                self._takes = False
            super()._on_data_available(data[start:end])  # type: ignore[misc]
            start = end
        self._rest = data[start:]


def _plain_deliveries(data: bytes, start: int, heads: Heads) -> tuple[list[Delivery], int, bool]:
    """Return the plain deliveries, where they end, and whether the rest of one has to come."""
    deliveries: list[Delivery] = []
    frame = start
    try:
        while True:
            head, size, deliver, tag, _, octets = DELIVERY.unpack_from(data, frame)
            routing_key = frame + DELIVERY.size + octets
            end = routing_key + 1 + data[routing_key]
            if head != heads[0] or deliver != DELIVER or end != frame + FRAME.size + size:
                break
            if data[end] != END:
                break
            frame = end + 1
            end, body_size, ids = _content(data, frame, heads[1])
            frame = end + 1
            head, size = FRAME.unpack_from(data, frame)
            end = frame + FRAME.size + size
            if head != heads[2] or size != body_size or data[end] != END:
                break
            deliveries.append(Delivery(tag, data[frame + FRAME.size : end], *ids))
            frame = start = end + 1
    except (ValueError, IndexError, struct.error):
        pass
    return deliveries, start, _end(data, frame) > len(data)


def _content(data: bytes, frame: int, header_head: bytes) -> tuple[int, int, Ids]:
    """Return where the content header has its END, the size of the body, and its ids.

    Raises ValueError for an odd one, that or another error when not all of it is there.
    """
    head, size, class_id, _, body_size, flags = CONTENT.unpack_from(data, frame)
    if head != header_head or class_id != BasicProperties.INDEX or flags & NOT_PLAIN:
        raise ValueError
    end = frame + CONTENT.size
    strings: dict[int, bytes] = {}
    for number, octets in _properties(flags):
        if octets == 0:
            octets = 1 + data[end]
            strings[number] = data[end + 1 : end + octets]
        end += octets
    if end != frame + FRAME.size + size or data[end] != END or body_size == 0:
        raise ValueError
    ids = _as_text(strings.get(MESSAGE_ID)), _as_text(strings.get(CORRELATION_ID))
    return end, body_size, ids


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
