"""Reads deliveries out of the frames that carry them.

A delivery is a method frame, Basic.Deliver, a header frame, and as many body frames as it needs.
Nothing of it is decoded that the warehouse does not use: the table of headers is skipped by its
length. A header frame that cannot be read costs its properties, never the message.
"""

import struct
from contextlib import suppress
from functools import cache
from typing import Final, NamedTuple

from pika.exceptions import InvalidFrameError
from pika.spec import Basic

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


class Begun:
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


def take_whole(data: bytes, start: int, heads: Heads, deliveries: list[Delivery]) -> int:
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


def _as_text(value: bytes | None) -> str | None:
    """Make an AMQP short string one that PostgreSQL's text can hold."""
    if value is None:
        return None
    return value.decode("utf-8", "backslashreplace").replace("\0", "\\0")
