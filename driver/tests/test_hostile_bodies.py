"""What a message costs is bounded by its size, whatever is in it.

MEGABYTES: the size of the large ones (default 2).
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
import pytest

Connection = psycopg.Connection[Any]

KILOBYTES_64: Final = 64_000
MEGABYTES: Final = int(os.environ.get("MEGABYTES") or 2)

EVENT: Final = {
    b"id": b'"p1"',
    b"event_type": b'"User Created"',
    b"received_at": b'"2020-12-08 10:00:00"',
}


def event(**fields: bytes) -> bytes:
    """Return an event with these fields, which are JSON as they are."""
    content = EVENT | {name.encode(): value for name, value in fields.items()}
    return b"{%b}" % b",".join(b'"%b":%b' % item for item in content.items())


def array(item: bytes, size: int) -> bytes:
    """Return an array of so many bytes of the same item."""
    return b"[%b%b]" % ((item + b",") * (size // (len(item) + 1)), item)


def keys(size: int) -> bytes:
    """Return an object of as many keys as go into so many bytes."""
    return b"{%b}" % b",".join(b'"%07d":1' % number for number in range(size // 12))


# By name, a body of about so many bytes.
KINDS: Final[dict[str, Callable[[int], bytes]]] = {
    "huge numbers": lambda size: event(x=array(b"1e131071", size)),
    "tiny numbers": lambda size: event(x=array(b"1e-16383", size)),
    "long zeros": lambda size: event(x=array(b"0e-16383", size)),
    "largest doubles": lambda size: event(x=array(b"1e308", size)),
    "smallest doubles": lambda size: event(x=array(b"5e-324", size)),
    "many numbers": lambda size: event(x=array(b"7", size)),
    "many digits": lambda size: event(x=b"7" * size),
    "digits after the point": lambda size: event(x=b"0." + b"7" * size),
    "empty arrays": lambda size: event(x=array(b"[]", size)),
    "nested arrays": lambda size: event(x=b"[" * (size // 2) + b"]" * (size // 2)),
    "arrays nested as deep as allowed": lambda size: event(x=array(b"[" * 60 + b"]" * 60, size)),
    "nested objects": lambda size: event(x=b'{"":' * (size // 5) + b"1" + b"}" * (size // 5)),
    "open arrays": lambda size: b"[" * size,
    "many keys": lambda size: event(x=keys(size)),
    "many fields": lambda size: event()[:-1] + b"," + keys(size)[1:],
    "the same key": lambda size: b"{%b" % (b'"a":1,' * (size // 6)) + event()[1:],
    "a long key": lambda size: event(**{"x" * size: b"1e131071"}),
    "escapes": lambda size: event(username=b'"%b"' % (b"\\u00e9" * (size // 6))),
    "escaped quotes": lambda size: event(username=b'"%b"' % (b'\\"' * (size // 2))),
    "escaped control characters": lambda size: event(x=b'"%b"' % (b"\\u0001" * (size // 6))),
    "numbers for the id": lambda size: event(id=array(b"1e131071", size)),
    "doubles for the id": lambda size: event(id=array(b"1e308", size)),
    "numbers for the type": lambda size: event(event_type=array(b"1e131071", size)),
    "numbers for the instant": lambda size: event(received_at=array(b"1e131071", size)),
    "doubles for the instant": lambda size: event(received_at=array(b"1e308", size)),
    "numbers for a name": lambda size: event(username=array(b"1e131071", size)),
    "a long instant": lambda size: event(received_at=b'"2020-12-08 10:00:00.%b"' % (b"0" * size)),
    "a late instant": lambda size: event(received_at=b'"2999-12-08 10:00:00.%b"' % (b"0" * size)),
    "a long type": lambda size: event(event_type=b'"%b"' % ("é" * (size // 2)).encode()),
    "a long id": lambda size: event(id=b'"%b"' % (b" " * size)),
    "keys for the instant": lambda size: event(received_at=keys(size)),
    "a list of events": lambda size: b'{"events":' + array(b'{"id":1}', size) + b"}",
    "a long key around many": lambda size: b'{"%b":' % (b"x" * (size // 2))
    + keys(size // 2)
    + b"}",
    "many objects in one": lambda size: b"{%b}"
    % b",".join(b'"%07d":{"a":{"b":1}}' % number for number in range(size // 26)),
    "an array of events": lambda size: array(event(), size),
    "events one behind the other": lambda size: event() * (size // len(event())),
    "encoded twice": lambda size: b'"%b"' % (b'{\\"' * (size // 3)),
    "a form": lambda size: b"a=b&" * (size // 4),
    "what Python prints": lambda size: b"{'a': None}, " * (size // 13),
    "no end": lambda size: event(x=b'"' + b"a" * size)[:-1],
    "no JSON": lambda size: b"{" * size,
    "no UTF-8": lambda size: b"\xff" * size,
    "zeros": bytes,
    "white space": lambda size: b" " * size,
    "a number": lambda size: b"1" * size,
}
KIND: Final = pytest.mark.parametrize("kind", KINDS)


def spent(conn: Connection) -> float:
    """Return the seconds of a core that the session has taken, whatever else the machine does.

    Where its process is not seen, as in a container, those of a clock.
    """
    try:
        stat = Path(f"/proc/{conn.info.backend_pid}/stat").read_text("ascii")
    except FileNotFoundError:
        stat = ""
    if "(postgres)" not in stat:
        return time.monotonic()
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def ordinary(size: int) -> bytes:
    """Return an event of that size with nothing odd in it."""
    return event(username=b'"%b"' % (b"Leavitt " * (size // 8)))


def seconds_to_ingest(conn: Connection, body: bytes) -> float:
    """Return the time that the fastest of three ingests of the body takes, each a new message."""
    times = []
    for number in range(3):
        began = spent(conn)
        row = conn.execute(
            "SELECT received, inserted + rejected FROM raw.ingest_user_events(%b, %s::text[])",
            ([body], [str(number)]),
        ).fetchone()
        times.append(spent(conn) - began)
        assert row == (1, 1)
    return min(times)


def stored_bytes(conn: Connection) -> int:
    """Return what the largest row of raw and quarantine takes."""
    row = conn.execute("""
        SELECT max(bytes)
        FROM (
            SELECT pg_column_size(event.*) AS bytes FROM raw.user_events AS event
            UNION ALL
            SELECT pg_column_size(reject.*) FROM raw.rejected_user_events AS reject
        ) AS stored
        """).fetchone()
    assert row
    return int(row[0])


def seconds(conn: Connection, statement: LiteralString) -> float:
    """Run a statement; return how long it took."""
    began = spent(conn)
    conn.execute(statement)
    return spent(conn) - began


@KIND
def test_a_message_is_judged_in_a_bounded_time(conn: Connection, kind: str) -> None:
    """A hostile one of 64 KB takes at most a tenth of a second more than an ordinary one.

    It is stored in at most four times its bytes; and nobody who reads it later takes long for it.
    """
    usual = seconds_to_ingest(conn, ordinary(KILOBYTES_64))
    conn.execute("DELETE FROM raw.user_events")
    body = KINDS[kind](KILOBYTES_64)

    assert seconds_to_ingest(conn, body) < usual + 0.1
    assert stored_bytes(conn) < 4 * len(body)

    for statement in (
        "SELECT raw.replay_rejected_user_events()",
        "TABLE etl.problems",
        "CALL etl.catch_up()",
        "SELECT crm.erase_user('somebody')",
        "SELECT crm.erase_user('p1')",
        "SELECT raw.replay_rejected_user_events()",
    ):
        # The machine may have other work: once in three times it has to be as fast.
        assert any(seconds(conn, statement) < 3 * (usual + 0.1) for _ in range(3)), statement
    rest = conn.execute("SELECT FROM raw.user_events WHERE user_id = 'p1'").rowcount
    assert rest == 0


@pytest.mark.parametrize(
    "table",
    [
        b"\0V" * (KILOBYTES_64 // 2),
        b"\x01aS\0\0\0\x01\xff" * (KILOBYTES_64 // 8),
        b"\0F\0\0\0\0" * (KILOBYTES_64 // 6),
        b"\0x" + (KILOBYTES_64 - 6).to_bytes(4) + bytes(KILOBYTES_64 - 6),
        b"".join(b"\0F" + size.to_bytes(4) for size in range(KILOBYTES_64 - 6, 0, -6)),
        b"\xff" * KILOBYTES_64,
    ],
)
def test_headers_are_read_in_a_bounded_time(conn: Connection, table: bytes) -> None:
    """Whatever the 64 KB of them are; and not at all where nobody wants to know them."""
    usual = seconds_to_ingest(conn, ordinary(KILOBYTES_64))
    ingest = "SELECT inserted FROM raw.ingest_user_events(%b, NULL, p_headers => %b::bytea[])"
    began = spent(conn)
    assert conn.execute(ingest, ([event()], [table])).fetchone() == (1,)
    assert spent(conn) - began < usual + 0.1
    began = spent(conn)
    conn.execute("SELECT internal.decode_headers(%b)", (table,))
    assert spent(conn) - began < 1


def test_good_messages_land_among_hostile_ones(conn: Connection) -> None:
    """In one batch with all of them; a second delivery adds nothing."""
    bodies = [make(KILOBYTES_64) for make in KINDS.values()]
    bodies[len(bodies) // 2 : 0] = [event(id=b'"good %d"' % number) for number in range(10)]
    ingest = "SELECT received, duplicates FROM raw.ingest_user_events(%b, NULL)"
    assert conn.execute(ingest, (bodies,)).fetchone() == (len(bodies), 0)
    good = conn.execute("SELECT FROM raw.user_events WHERE user_id LIKE 'good %'")
    assert good.rowcount == 10
    assert conn.execute(ingest, (bodies,)).fetchone() == (len(bodies), len(bodies))


@KIND
def test_a_large_message_is_put_aside(conn: Connection, kind: str) -> None:
    """Its beginning, and without being read; in a time that grows no faster than its size.

    What is kept is still too large: nothing takes it for the whole.
    """
    body = KINDS[kind](MEGABYTES << 20)
    assert seconds_to_ingest(conn, body) < 0.5 * MEGABYTES
    kept = body[: (256 << 10) + 1]
    rejects = conn.execute("SELECT body = %b, reason FROM raw.rejected_user_events", (kept,))
    assert rejects.fetchall() == [(True, "body: larger than 256 KiB")] * 3
    began = spent(conn)
    for statement in ("SELECT raw.replay_rejected_user_events()", "SELECT crm.erase_user('p1')"):
        conn.execute(statement)
    assert spent(conn) - began < 1 * MEGABYTES
    reasons = conn.execute("SELECT DISTINCT reason FROM raw.rejected_user_events WHERE body <> ''")
    assert reasons.fetchall() in ([], [("body: larger than 256 KiB",)])


@KIND
def test_an_organization_is_judged_in_a_bounded_time(conn: Connection, kind: str) -> None:
    """In each of its fields, too."""
    body = KINDS[kind](KILOBYTES_64)
    field = {b'"id"': b'"organization_key"', b'"received_at"': b'"created_at"'}
    for name, ours in field.items():
        body = body.replace(name, ours, 1)
    began = spent(conn)
    for one in (body, b'{"organization_key": "good"}'):
        conn.execute("INSERT INTO raw.organizations_inbox (body) VALUES (%b)", (one,))
    row = conn.execute("SELECT received, duplicates FROM raw.ingest_organizations()").fetchone()
    assert row == (2, 0)
    assert spent(conn) - began < 0.2
    assert conn.execute("TABLE crm.organizations_dim").rowcount >= 1
