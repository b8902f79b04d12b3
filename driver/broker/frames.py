"""Takes the consumer's deliveries out of what the broker sends; pika decodes everything else.

pika's decoding is most of what a consumer does, and a table of headers can make it fail. A delivery
is a method frame, Basic.Deliver, a header frame, and as many body frames as it needs. Nothing of it
is decoded that the warehouse does not use: the table of headers is skipped by its length. A header
frame that cannot be read costs its properties, never the message.
"""

import struct
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Final, NamedTuple

from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel
from pika.exceptions import InvalidFrameError
from pika.spec import Basic

RECEIVE_BYTES: Final = 1 << 16  # at once; pika takes 4096

# A frame is its type, its channel, a size, so many octets, and END.
METHOD, HEADER, BODY = b"\1", b"\2", b"\3"
END: Final = 0xCE
FRAME: Final = struct.Struct(">3sI")
# The octets of a method frame begin with its number. Those of Basic.Deliver go on with the name of
# the consumer, the tag, and whether it was delivered before.
CONSUMER_OCTETS: Final = 8
DELIVER: Final = struct.pack(">IB", Basic.Deliver.INDEX, CONSUMER_OCTETS)
DELIVERY: Final = struct.Struct(f"{FRAME.format}{len(DELIVER)}s{CONSUMER_OCTETS}xQB")
# Those of a header frame begin with class, weight, size of the body, and flags of the properties.
CONTENT: Final = struct.Struct(f"{FRAME.format}4xQH")
# The properties in the order of their flags: how many octets each, or what begins with its length.
SHORT_STRING, TABLE = 0, -1
OCTETS: Final = (0, 0, TABLE, 1, 1, 0, 0, 0, 0, 8, 0, 0, 0, 0)
CONTENT_ENCODING, HEADERS, CORRELATION_ID, MESSAGE_ID = 1, 2, 5, 8
FURTHER_FLAGS: Final = 1

Heads = tuple[bytes, bytes, bytes]  # how frames of the consumer's channel begin, kind by kind
# Message id, correlation id, the table of headers without its length, content encoding.
Properties = tuple[str | None, str | None, bytes | None, str | None]


class Delivery(NamedTuple):
    """One message as it came, with the tag that acknowledges it."""

    tag: int
    is_redelivered: bool
    body: bytes
    message_id: str | None
    correlation_id: str | None
    headers: bytes | None
    content_encoding: str | None


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
    _begun: "_Begun | None" = None  # a delivery of which more frames have to come

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
                    end = _take_whole(data, start, self._heads, deliveries)
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
            self._begun = _Begun(frame) if is_delivery else None
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


class _Begun:
    """A delivery whose frames come one by one. Raises InvalidFrameError for what is none."""

    def __init__(self, method: bytes) -> None:
        if len(method) <= DELIVERY.size:
            raise InvalidFrameError("a delivery without a tag")
        _, _, _, self._tag, self._redelivered = DELIVERY.unpack_from(method)
        self._properties: Properties = (None, None, None, None)
        self._parts: list[bytes] = []
        self.missing = -1  # octets of the body; below 0 before the header

    def take_header(self, frame: bytes) -> None:
        """Take the header frame."""
        if self.missing >= 0 or len(frame) <= CONTENT.size:
            raise InvalidFrameError("a delivery with two headers, or one without a size")
        _, _, self.missing, flags = CONTENT.unpack_from(frame)
        start, further = CONTENT.size, flags
        with suppress(ValueError, IndexError):  # else it is a message without properties
            while further & FURTHER_FLAGS:
                further = int.from_bytes(frame[start : start + 2])
                start += 2
            self._properties = _properties(frame, start, len(frame) - 1, flags)

    def take_body(self, frame: bytes) -> None:
        """Take a body frame."""
        self._parts.append(frame[FRAME.size : -1])
        self.missing -= len(self._parts[-1])
        if self.missing < 0:
            raise InvalidFrameError("a body that is longer than its header says")

    def delivery(self) -> Delivery:
        """Return the whole."""
        body = b"".join(self._parts)
        return Delivery(self._tag, bool(self._redelivered & 1), body, *self._properties)


def _take_whole(data: bytes, start: int, heads: Heads, deliveries: list[Delivery]) -> int:
    """Add the deliveries that begin here, each of three frames that are all there; return the end.

    The short way for nearly all of them: a delivery in parts, or an odd one, is left.
    """
    try:
        while True:
            head, size, deliver, tag, redelivered = DELIVERY.unpack_from(data, start)
            end = start + FRAME.size + size
            if head != heads[0] or deliver != DELIVER or end < start + DELIVERY.size:
                break
            if data[end] != END:
                break
            frame = end + 1
            head, size, body_size, flags = CONTENT.unpack_from(data, frame)
            end = frame + FRAME.size + size
            if head != heads[1] or flags & FURTHER_FLAGS or data[end] != END:
                break
            properties = _properties(data, frame + CONTENT.size, end, flags)
            frame = end + 1
            head, size = FRAME.unpack_from(data, frame)
            end = frame + FRAME.size + size
            if head != heads[2] or size != body_size or data[end] != END:
                break
            body = data[frame + FRAME.size : end]
            deliveries.append(Delivery(tag, redelivered & 1 == 1, body, *properties))
            start = end + 1
    except (ValueError, IndexError, struct.error):
        pass
    return start


def _properties(data: bytes, start: int, end: int, flags: int) -> Properties:
    """Read the properties that are used. Raises ValueError or IndexError if they go on too far."""
    found: dict[int, bytes] = {}
    for number, octets in _present(flags):
        if octets == SHORT_STRING:
            stop = start + 1 + data[start]
            found[number] = data[start + 1 : stop]
        elif octets == TABLE:
            stop = start + 4 + int.from_bytes(data[start : start + 4])
            found[number] = data[start + 4 : stop]
        else:
            stop = start + octets
        start = stop
    if start > end:
        raise ValueError
    return (
        _as_text(found.get(MESSAGE_ID)),
        _as_text(found.get(CORRELATION_ID)),
        found.get(HEADERS) or None,
        _as_text(found.get(CONTENT_ENCODING)),
    )


@cache
def _present(flags: int) -> tuple[tuple[int, int], ...]:
    """Return the number and the octets of each property that is there."""
    every = enumerate(OCTETS)
    return tuple((number, octets) for number, octets in every if flags & 0x8000 >> number)


def _end(data: bytes, start: int) -> int:
    """Return where the frame ends: beyond the data unless all of it is there."""
    if data.startswith(b"AMQP", start):  # no frame: the broker asks for another protocol
        return start + 8
    return start + 8 + int.from_bytes(data[start + 3 : start + 7])


def _as_text(value: bytes | None) -> str | None:
    """Make an AMQP short string one that PostgreSQL's text can hold."""
    if value is None:
        return None
    return value.decode("utf-8", "backslashreplace").replace("\0", "\\0")
