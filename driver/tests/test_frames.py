"""Whatever the broker sends, in whatever parts: a consumer gets of it what pika alone would give.

The broker here is a stream of bytes. What a real one sends is in the tests of the consumer.
"""

# pylint: disable=protected-access

import logging
import struct
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any, Final

import pika
import pytest
from pika import frame, spec
from pika.adapters.select_connection import IOLoop, SelectConnection
from pika.adapters.utils import io_services_utils

from driver.broker.frames import CONSUMER, DeliveryConnection

STREAMS: Final = 2000
SPLITS: Final = 5
OWN, OTHER = 1, 2  # channels
STRINGS: Final = ("", "an id", "ä€", "a\0b", b"\xff\xfe", "x" * 255)
IOLOOP: Final = IOLoop()  # never runs
SIZES: Final = (0, 1, 2, 10, 270, 270, 270, 270, 3_000, 20_000)


class Wire(logging.Handler):
    """A connection without a socket, and what came of the bytes that it got.

    It has a consumer on each channel. The one of the channel OWN is the driver's, if the
    connection is.
    """

    def __init__(self, kind: Any, *channels: int) -> None:
        super().__init__()
        self.log: list[Any] = []
        self._connection = kind(
            pika.ConnectionParameters(), custom_ioloop=IOLOOP, internal_connection_workflow=False
        )
        self._connection._proto_connection_made(self)
        self._get(0, spec.Connection.Start(server_properties={}))
        self._get(0, spec.Connection.Tune(heartbeat=0))
        self._get(0, spec.Connection.OpenOk())
        for number in channels:
            channel = self._connection.channel(on_open_callback=lambda _: None)
            self._get(number, spec.Channel.OpenOk())
            channel.add_on_cancel_callback(lambda what: self.log.append(what.method))
            channel.add_on_close_callback(lambda _, why: self.log.append(repr(why)))
            channel.add_on_return_callback(lambda _, *what: self.log.append(what))
            if number == OWN and kind is DeliveryConnection:
                self._connection.consume(channel, "queue", self.log.extend, lambda: None)
            else:
                channel.basic_consume("queue", self._on_delivery, consumer_tag=CONSUMER)
            self._get(number, spec.Basic.ConsumeOk(CONSUMER))
        self.log.clear()

    def _get(self, number: int, method: Any) -> None:
        self._connection._proto_data_received(frame.Method(number, method).marshal())

    def _on_delivery(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        ids = properties.message_id, properties.correlation_id
        got = (method.delivery_tag, body, *map(as_text, ids))
        self.log.append(got if channel.channel_number == OWN else (OTHER, *got))

    def write(self, data: bytes) -> None:
        """Keep what is sent."""
        self.log.append(data)

    def abort(self) -> None:
        """Keep that the connection was ended; pika reads what came before."""
        self.log.append("end")

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what pika complains of."""
        self.log.append(record.msg)

    def receive(self, parts: Iterable[bytes]) -> list[Any]:
        """Return what comes of it, an error and pika's counters included."""
        connection = self._connection
        logger = logging.getLogger("pika")
        logger.addHandler(self)
        try:
            for part in parts:
                connection._proto_data_received(part)
        except Exception as error:  # pylint: disable=broad-exception-caught
            return [*self.log, repr(error)]
        finally:
            logger.removeHandler(self)
        # Frames that were not counted, since the rest of a delivery has to come.
        rest = connection.__dict__.get("_rest", b"")
        frames = octets = 0
        while (read := frame.decode_frame(rest[octets:]))[1]:
            frames += 1
            octets += read[0]
        return [
            *self.log,
            ("frames", connection.frames_received + frames),
            ("octets", connection.bytes_received + octets),
        ]


def as_text(value: str | bytes | None) -> str | None:
    """Return what the driver has to make of a short string that pika decoded."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace").replace("\0", "\\0")
    return value and value.replace("\0", "\\0")


def delivery(random: Random, number: int = OWN, consumer: str = CONSUMER) -> list[bytes]:
    """Return the frames of one, mostly plain."""
    tag = random.randrange(1, 2**33)
    keys: Any = random.choices(STRINGS, k=2)
    method = spec.Basic.Deliver(consumer, tag, random.random() < 0.2, *keys)
    likely = random.choice((0.1, 0.5))
    values: dict[str, Any] = {
        name: random.choice(STRINGS)
        for name in vars(spec.BasicProperties())
        if random.random() < likely
    }
    for name, value in (("delivery_mode", 2), ("priority", 9), ("timestamp", 2**40)):
        if name in values:
            values[name] = value
    values["headers"] = random.choice((None, None, None, {}, {"a": [1, {"b": "c"}]}))
    body = random.randbytes(random.choice(SIZES))
    frames = [
        frame.Method(number, method),
        frame.Header(number, len(body), spec.BasicProperties(**values)),
    ]
    limit = random.choice((len(body), len(body), len(body), 1 + len(body) // 3)) or 1
    for start in range(0, len(body), limit):
        frames.append(frame.Body(number, body[start : start + limit]))
    return [one.marshal() for one in frames]


def other(random: Random) -> list[bytes]:
    """Return a frame that has nothing to do with deliveries to the consumer, or may end them."""
    number = random.choice((OWN, OTHER))
    whole: Any = random.choice(
        (
            frame.Heartbeat(),
            frame.Heartbeat(),
            frame.Method(number, spec.Basic.Cancel(random.choice((CONSUMER, "nobody")))),
            frame.Method(number, spec.Channel.Close(404, "NOT_FOUND", 60, 40)),
            frame.Method(number, spec.Channel.Flow(True)),
            frame.Method(0, spec.Connection.Blocked("low on memory")),
            frame.Method(0, spec.Connection.Close(320, "CONNECTION_FORCED", 0, 0)),
            frame.Header(number, 3, spec.BasicProperties()),
            frame.Body(number, b"abc"),
        )
    )
    return [random.choice((b"AMQP\0\0\x09\1", whole.marshal(), whole.marshal()))]


def returned(random: Random) -> list[bytes]:
    """Return the frames of a message that comes back: those of a delivery but for the method."""
    method = spec.Basic.Return(312, "NO_ROUTE", "", "queue")
    return [frame.Method(OWN, method).marshal(), *delivery(random)[1:]]


def stream(random: Random) -> bytes:
    """Return what a broker may send; often one that does not keep to the protocol."""
    frames: list[bytes] = []
    for _ in range(random.randrange(1, 12)):
        kinds: tuple[Callable[[], list[bytes]], ...] = (
            lambda: delivery(random),
            lambda: delivery(random, OTHER),
            lambda: delivery(random, OWN, "nobody"),
            lambda: returned(random),
            lambda: other(random),
        )
        (kind,) = random.choices(kinds, (20, 2, 1, 1, 3))
        frames.extend(kind())
    place = random.randrange(len(frames))
    head, octets = frames[place][:3], frames[place][7:-1]
    wrong = random.randrange(20)
    if wrong == 0:  # between the frames of a delivery, perhaps
        frames[place:place] = other(random)
    elif wrong == 1:
        del frames[place]
    elif wrong == 2:
        frames[place] = frames[place][:-1] + b"\0"
    elif wrong == 3:
        head = random.choice((head[:1] + b"\0\2", b"\7" + head[1:]))
    elif wrong == 4:
        octets = octets[: -random.randrange(1, 9)]
    elif wrong == 5:
        octets += random.choice((b"\1", b"\xce"))
    elif wrong == 6 and octets:  # where the numbers are
        changed = min(random.randrange(len(octets)), random.randrange(20))
        octets = octets[:changed] + random.randbytes(1) + octets[changed + 1 :]
    if wrong in (3, 4, 5, 6):
        frames[place] = head + len(octets).to_bytes(4, "big") + octets + b"\xce"
    data = bytearray(b"".join(frames))
    if wrong == 7:
        data[random.randrange(len(data))] = random.randrange(256)
    return bytes(data[: random.randrange(len(data))] if wrong == 8 else data)


def split(random: Random, data: bytes) -> Iterator[bytes]:
    """Yield the parts of the data, cut anywhere."""
    if len(data) < 600 and random.random() < 0.3:
        cuts = list(range(1, len(data)))
    else:
        cuts = sorted(random.randrange(len(data) + 1) for _ in range(random.randrange(9)))
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        if start < end:
            yield data[start:end]


def test_a_consumer_gets_what_pika_would_give() -> None:
    """The same deliveries and other frames, answers, errors and counters, in the same order."""
    for number in range(STREAMS):
        random = Random(number)
        data = stream(random)
        channels = (OWN, OTHER) if number % 3 == 0 else (OWN,)
        expected = Wire(SelectConnection, *channels).receive([data])
        for _ in range(SPLITS):
            got = Wire(DeliveryConnection, *channels).receive(split(random, data))
            assert got == expected, number


def small(tag: int, values: Any) -> list[bytes]:
    """Return the frames of a delivery with these properties."""
    frames = (
        frame.Method(OWN, spec.Basic.Deliver(CONSUMER, tag, False, "", "queue")),
        frame.Header(OWN, 4, spec.BasicProperties(**values)),
        frame.Body(OWN, b"body"),
    )
    return [one.marshal() for one in frames]


NUMBERS: Final = {"delivery_mode": 1, "priority": 2, "timestamp": 3}
PROPERTIES: Final = [name for name in vars(spec.BasicProperties()) if name != "headers"]
VALUES: Final = {name: NUMBERS.get(name, name) for name in PROPERTIES}


def test_a_frame_may_end_too_early() -> None:
    """Anywhere."""
    for values in (VALUES, NUMBERS):
        for place in range(3):
            whole = small(1, values)[place]
            for size in range(len(whole) - 7):
                frames = small(1, values)
                frames[place] = whole[:3] + size.to_bytes(4, "big") + whole[7 : 7 + size] + b"\xce"
                data = b"".join([*frames, *small(2, {})])
                expected = Wire(SelectConnection, OWN).receive([data])
                assert Wire(DeliveryConnection, OWN).receive([data]) == expected, (place, size)


def test_what_stands_before_an_id_is_not_taken_for_one() -> None:
    """A table or further flags, however long the strings are that one could see in them."""
    begin = struct.Struct(">HHQH")
    for octet in range(256):
        table = small(1, {"headers": {"a": "x" * octet}, "message_id": "id"})[1][7:-1]
        flags = begin.pack(60, 0, 4, 0x0081) + bytes((octet, 0, 100)) + b"x" * 100
        for octets in (table, flags):
            frames = small(1, {})
            frames[1] = frames[1][:3] + len(octets).to_bytes(4, "big") + octets + b"\xce"
            data = b"".join(frames)
            expected = Wire(SelectConnection, OWN).receive([data])
            assert Wire(DeliveryConnection, OWN).receive([data]) == expected, octet


def test_pika_decodes_no_plain_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its properties, in two parts or one, also after one that pika had to decode."""

    def decode(octets: bytes) -> tuple[int, None]:
        assert not octets
        return 0, None

    odd = b"".join(small(1, {"headers": {}}))
    plain = b""
    for flags in range(2 ** len(PROPERTIES)):
        present = [name for number, name in enumerate(PROPERTIES) if flags >> number & 1]
        plain += b"".join(small(2 + flags, {name: VALUES[name] for name in present}))
    expected = Wire(SelectConnection, OWN).receive([odd, plain])
    wire = Wire(DeliveryConnection, OWN)
    wire.receive([odd])
    monkeypatch.setattr(frame, "decode_frame", decode)
    assert wire.receive(plain[at : at + 4096] for at in range(0, len(plain), 4096)) == expected


def test_pika_has_what_is_used_of_it() -> None:
    """Of what is private a method, which gets all data, part by part, and how much is read."""
    received: list[bytes] = []

    class Probe(SelectConnection):
        """Keeps the data."""

        def _on_data_available(self, data_in: bytes) -> None:
            received.append(data_in)

    connection: Any = Probe(custom_ioloop=IOLOOP, internal_connection_workflow=False)
    connection._proto_data_received(b"data")
    changed = f"pika {pika.__version__} works another way: see driver/broker/frames.py"
    assert received == [b"data"], changed
    assert (connection.bytes_received, connection.frames_received) == (0, 0), changed
    assert hasattr(io_services_utils._AsyncTransportBase, "_MAX_RECV_BYTES"), changed
