"""Whatever the broker sends, in whatever parts: a consumer gets each message as it is.

The broker here is a stream of bytes. What a real one sends is in the tests of the consumer.
"""

# pylint: disable=protected-access

import logging
import struct
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random
from typing import Any, Final

import pika
import pytest
from pika import frame, spec
from pika.adapters.select_connection import IOLoop, SelectConnection
from pika.adapters.utils import io_services_utils
from pika.data import encode_table

from driver.broker.deliveries import Delivery
from driver.broker.frames import DeliveryConnection

STREAMS: Final = 1000
SPLITS: Final = 5
OWN, OTHER = 1, 2  # channels
STRINGS: Final = ("", "an id", "ä€", "a\0b", b"\xff\xfe", "x" * 255)
CONSUMER: Final = "consumer"
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
                self._connection.consume(channel, "queue", CONSUMER, self.log.extend, lambda: None)
            else:
                channel.basic_consume("queue", self._on_delivery, consumer_tag=CONSUMER)
            self._get(number, spec.Basic.ConsumeOk(CONSUMER))
        self.log.clear()

    def _get(self, number: int, method: Any) -> None:
        self._connection._proto_data_received(frame.Method(number, method).marshal())

    def _on_delivery(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        got = Delivery(
            method.delivery_tag,
            method.redelivered,
            body,
            as_text(properties.message_id),
            as_text(properties.correlation_id),
            as_octets(properties.headers),
            as_text(properties.content_encoding),
        )
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
        # Octets that were not counted, since the rest of a frame has to come.
        rest = connection.__dict__.get("_rest", b"")
        octets = 0
        while (read := frame.decode_frame(rest[octets:]))[1]:
            octets += read[0]
        return [*self.log, ("octets", connection.bytes_received + octets)]


def as_text(value: str | bytes | None) -> str | None:
    """Return what the driver has to make of a short string that pika decoded."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace").replace("\0", "\\0")
    return value and value.replace("\0", "\\0")


def as_octets(headers: Any) -> bytes | None:
    """Return a table of headers that pika decoded as it came, but for its length."""
    pieces: list[bytes] = []
    encode_table(pieces, headers or {})
    return b"".join(pieces)[4:] or None


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
    """Return a frame that has nothing to do with deliveries to the consumer."""
    number = random.choice((OWN, OTHER))
    whole: Any = random.choice(
        (
            frame.Heartbeat(),
            frame.Heartbeat(),
            frame.Method(number, spec.Basic.Cancel("nobody")),
            frame.Method(number, spec.Channel.Flow(True)),
            frame.Method(0, spec.Connection.Blocked("low on memory")),
        )
    )
    return [whole.marshal()]


def ending(random: Random) -> bytes:
    """Return a frame after which nothing comes, or nothing that can be used."""
    number = random.choice((OWN, OTHER))
    whole: Any = random.choice(
        (
            frame.Method(number, spec.Basic.Cancel(CONSUMER)),
            frame.Method(number, spec.Channel.Close(404, "NOT_FOUND", 60, 40)),
            frame.Method(0, spec.Connection.Close(320, "CONNECTION_FORCED", 0, 0)),
            frame.Header(number, 3, spec.BasicProperties()),
            frame.Body(number, b"abc"),
        )
    )
    return random.choice((b"", b"", b"AMQP\0\0\x09\1", whole.marshal()))


def returned(random: Random) -> list[bytes]:
    """Return the frames of a message that comes back: those of a delivery but for the method."""
    method = spec.Basic.Return(312, "NO_ROUTE", "", "queue")
    return [frame.Method(OWN, method).marshal(), *delivery(random)[1:]]


def stream(random: Random) -> list[bytes]:
    """Return the frames of what a broker may send."""
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
    return frames


def broken(random: Random, frames: list[bytes]) -> tuple[bytes, bytes]:
    """Return a stream that does not keep to the protocol, and that before the place."""
    frames = frames.copy()
    place = random.randrange(len(frames))
    before = b"".join(frames[:place])
    head, octets = frames[place][:3], frames[place][7:-1]
    match random.randrange(8):
        case 0:  # between the frames of a delivery, perhaps
            frames[place:place] = random.choice((other(random), [ending(random)]))
        case 1:
            frames[place] = b""
        case 2:
            frames[place] = frames[place][:-1] + b"\0"
        case 3:
            head = random.choice((head[:1] + b"\0\2", b"\7" + head[1:]))
        case 4:
            octets = octets[: -random.randrange(1, 9)]
        case 5:
            octets += random.choice((b"\1", b"\xce"))
        case 6 if octets:  # where the numbers are
            changed = min(random.randrange(len(octets)), random.randrange(20))
            octets = octets[:changed] + random.randbytes(1) + octets[changed + 1 :]
        case _:
            frames[place] = random.randbytes(len(frames[place]))
    if (head, octets) != (frames[place][:3], frames[place][7:-1]) and frames[place]:
        frames[place] = head + len(octets).to_bytes(4) + octets + b"\xce"
    return b"".join(frames), before


def split(random: Random, data: bytes) -> Iterator[bytes]:
    """Yield the parts of the data, cut anywhere."""
    if len(data) < 600 and random.random() < 0.3:
        cuts = list(range(1, len(data)))
    else:
        cuts = sorted(random.randrange(len(data) + 1) for _ in range(random.randrange(9)))
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        if start < end:
            yield data[start:end]


def on_two_cores(compare: Callable[[range], None], count: int) -> None:
    """Compare what comes of each of so many streams."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        half = pool.submit(compare, range(0, count, 2))
        compare(range(1, count, 2))
        half.result()


def compare_with_pika(numbers: range) -> None:
    """See that each stream, however it is split, comes to what pika makes of the whole."""
    for number in numbers:
        random = Random(number)
        data = b"".join(stream(random)) + ending(random)
        data = data[: random.choice((len(data), random.randrange(len(data) + 1)))]
        channels = (OWN, OTHER) if number % 3 == 0 else (OWN,)
        expected = Wire(SelectConnection, *channels).receive([data])
        for _ in range(SPLITS):
            got = Wire(DeliveryConnection, *channels).receive(split(random, data))
            assert got == expected, number


def test_a_consumer_gets_what_pika_would_give() -> None:
    """The same deliveries and other frames, answers, errors and octets, in the same order."""
    on_two_cores(compare_with_pika, STREAMS)


def deliveries(log: list[Any]) -> list[Any]:
    """Return what the consumer got."""
    return [one for one in log if isinstance(one, Delivery)]


def compare_broken(numbers: range) -> None:
    """See that a broken stream, however it is split, comes to the same, with all before it."""
    for number in numbers:
        random = Random(number)
        data, before = broken(random, stream(random))
        expected = deliveries(Wire(SelectConnection, OWN).receive([before]))
        whole = Wire(DeliveryConnection, OWN).receive([data])
        assert deliveries(whole)[: len(expected)] == expected, number
        for _ in range(SPLITS):
            assert Wire(DeliveryConnection, OWN).receive(split(random, data)) == whole, number


def test_a_broken_stream_costs_nothing_that_came_before() -> None:
    """And what comes of it does not depend on the parts in which it comes."""
    on_two_cores(compare_broken, STREAMS // 2)


def short_string(octets: bytes) -> bytes:
    """Return one of AMQP."""
    return len(octets).to_bytes(1) + octets


def long_string(octets: bytes) -> bytes:
    """Return one of AMQP, as which it writes tables and arrays as well."""
    return len(octets).to_bytes(4) + octets


def field(random: Random, depth: int) -> bytes:
    """Return a value of any type that RabbitMQ knows, with its type, or of none that it knows."""
    sizes = {b"t": 1, b"b": 1, b"B": 1, b"s": 2, b"u": 2, b"I": 4, b"i": 4, b"f": 4, b"D": 5}
    sizes |= {b"l": 8, b"L": 8, b"d": 8, b"T": 8, b"V": 0, b"?": random.randrange(9)}
    kind = random.choice([*sizes, b"T", b"S", b"x", b"A", b"F", b"A", b"F"])
    if kind in sizes:
        return kind + random.choice((b"\0", b"\xff", random.randbytes(1))) * sizes[kind]
    if kind in b"Sx" or depth == 0:
        return kind + long_string(random.randbytes(random.choice((0, 3, 400))))
    values = [field(random, depth - 1) for _ in range(random.randrange(3))]
    return kind + long_string(b"".join(values) if kind == b"A" else table(values))


def table(values: Iterable[bytes]) -> bytes:
    """Return a table of AMQP without its length, whose fields have all the same name."""
    return b"".join(short_string(b"name") + value for value in values)


def nested(kind: bytes, depth: int) -> bytes:
    """Return the fields of a table with one value nested as deep as that."""
    value = b"V"
    for _ in range(depth):
        value = kind + long_string(value if kind == b"A" else table([value]))
    return table([value])


def header(headers: bytes, size: int = 4) -> bytes:
    """Return a header frame with a table of headers and all strings that are used."""
    flags = struct.pack(">HHQH", 60, 0, size, 0x6480)
    strings = [short_string(one) for one in (b"gzip", b"correlation id", b"message id")]
    octets = b"".join([flags, strings[0], long_string(headers), *strings[1:]])
    return b"\2\0\1" + long_string(octets) + b"\xce"


def small(tag: int, values: Any) -> list[bytes]:
    """Return the frames of a delivery with these properties."""
    frames = (
        frame.Method(OWN, spec.Basic.Deliver(CONSUMER, tag, False, "", "queue")),
        frame.Header(OWN, 4, spec.BasicProperties(**values)),
        frame.Body(OWN, b"body"),
    )
    return [one.marshal() for one in frames]


MILLISECONDS: Final = b"T" + (1_765_000_000_000).to_bytes(8)
# Tables that a broker takes and pika mostly cannot decode; then what none takes by AMQP 0-9-1.
HOSTILE: Final = (
    *(table([value]) for value in (MILLISECONDS, b"T" + b"\xff" * 8, b"T\x80" + b"\0" * 7)),
    table([b"A" + long_string(b"F" + long_string(table([MILLISECONDS])))]),
    *(nested(kind, depth) for kind in (b"A", b"F") for depth in (900, 5000)),
    table([b"S" + long_string(b"\xff\0")]),
)
REFUSED: Final = (table([b"d" + struct.pack(">d", float("nan"))]), b"\xff no table at all")


def test_a_table_of_headers_is_only_skipped() -> None:
    """Whatever is in it: each type of field, as deep and as long as it likes, and rubbish."""
    random = Random(1)
    tables = [table(field(random, 4) for _ in range(random.randrange(9))) for _ in range(1000)]
    for headers in (*HOSTILE, *REFUSED, *tables):
        frames = small(1, {})
        frames[1] = header(headers)
        data = b"".join([*frames, *small(2, {})])
        expected = [
            Delivery(1, False, b"body", "message id", "correlation id", headers or None, "gzip"),
            Delivery(2, False, b"body", None, None, None, None),
        ]
        for parts in ([data], split(random, data)):
            assert deliveries(Wire(DeliveryConnection, OWN).receive(parts)) == expected


NUMBERS: Final = {"delivery_mode": 1, "priority": 2, "timestamp": 3}
PROPERTIES: Final = [name for name in vars(spec.BasicProperties()) if name != "headers"]
VALUES: Final = {name: NUMBERS.get(name, name) for name in PROPERTIES}


def test_a_header_frame_that_cannot_be_read_costs_no_message() -> None:
    """It may end anywhere, as may a table or string in it: the message has no properties then."""
    for values in (VALUES, NUMBERS, {"headers": {"a": "b"}}):
        whole = small(1, values)[1]
        for size in range(14, len(whole) - 8):
            frames = small(1, values)
            frames[1] = whole[:3] + long_string(whole[7 : 7 + size]) + b"\xce"
            for data in ([b"".join([*frames, *small(2, {})])], [*frames, *small(2, {})]):
                got = deliveries(Wire(DeliveryConnection, OWN).receive(data))
                assert got == [(n, False, b"body", None, None, None, None) for n in (1, 2)], size


def test_a_frame_without_what_it_must_have_ends_the_link() -> None:
    """A delivery without tag or size; nothing is taken for one."""
    for place, least in ((0, 22), (1, 14)):
        whole = small(1, {})[place]
        for size in range(len(whole) - 8):
            frames = small(1, {})
            frames[place] = whole[:3] + long_string(whole[7 : 7 + size]) + b"\xce"
            got = Wire(DeliveryConnection, OWN).receive([b"".join(frames)])
            assert len(deliveries(got)) == len(got) - 1 == (size >= least), (place, size)


def test_further_flags_are_no_properties() -> None:
    """Nobody has any yet; AMQP says how they would come."""
    for further in (b"\0\0", b"\0\1\0\2"):
        octets = struct.pack(">HHQH", 60, 0, 4, 0x0081) + further + short_string(b"an id")
        frames = small(1, {})
        frames[1] = b"\2\0\1" + long_string(octets) + b"\xce"
        (got,) = deliveries(Wire(DeliveryConnection, OWN).receive([b"".join(frames)]))
        assert got.message_id == "an id"


def test_pika_decodes_no_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its properties, in however many parts and body frames."""

    def decode(octets: bytes) -> tuple[int, None]:
        assert not octets
        return 0, None

    data = b""
    tags = 2 ** len(PROPERTIES)
    for flags in range(tags):
        present = [name for number, name in enumerate(PROPERTIES) if flags >> number & 1]
        data += b"".join(small(flags, {name: VALUES[name] for name in present}))
    begin = b"".join(small(tags, {})[:1])
    bodies = [frame.Body(OWN, part).marshal() for part in (b"", b"bo", b"", b"dy")]
    data += b"".join([begin, header(MILLISECONDS), *bodies])
    wire = Wire(DeliveryConnection, OWN)
    monkeypatch.setattr(frame, "decode_frame", decode)
    parts = [data[at : at + 4096] for at in range(0, len(data), 4096)]
    got = deliveries(wire.receive(parts))
    assert [(one.tag, one.body) for one in got] == [(tag, b"body") for tag in range(tags + 1)]


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
