"""The consumer against the real servers: nothing lost, nothing twice, the line never stops."""

import gzip
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pika
import psycopg
import pytest
from psycopg import sql

from driver.broker.consumer import Consumer
from driver.broker.inspector import queue_state
from driver.broker.publisher import Message, Publisher
from driver.caution import FEW, Caution
from driver.cli import main
from driver.consume import consume
from driver.database import connect, is_refused
from driver.errors import BrokerError, Fault, UndeliverableError
from driver.notes import Notes
from driver.settings import Settings
from driver.tests.conftest import until
from driver.tests.test_frames import HOSTILE

Connection = psycopg.Connection[Any]
StartConsumer = Callable[..., subprocess.Popen[bytes]]

LOCK = "LOCK TABLE raw.user_events"


def event(number: int) -> Message:
    """Return a message with an event of its own."""
    body = (
        f'{{"id": "user {number}", "event_type": "User Created",'
        f' "received_at": "2020-12-08 10:00:00"}}'
    )
    return Message(f"message {number}", "", body.encode())


def publish(settings: Settings, *messages: Message) -> None:
    """Publish and wait for the confirms."""
    with Publisher(settings) as publisher:
        publisher.publish(messages)
        publisher.wait_until_unconfirmed(0)


def count(conn: Connection, table: str) -> int:
    """Return how many rows a table has."""
    row = conn.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row
    return int(row[0])


def sessions(conn: Connection) -> list[int]:
    """Return the consumers' backends."""
    return [
        pid
        for (pid,) in conn.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE application_name = 'warehouse consumer' AND datname = current_database()"
        )
    ]


def waiting(conn: Connection) -> bool:
    """Return whether a consumer waits for a lock; pg_stat_activity is the same all transaction."""
    return bool(
        conn.execute(
            "SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE relation = 'raw.user_events'::regclass AND NOT granted"
            " AND datname = current_database()"
        ).rowcount
    )


def test_what_is_published_is_in_raw_once(
    conn: Connection, settings: Settings, start_consumer: StartConsumer
) -> None:
    """Good ones in raw, a bad one in quarantine, a repeated one counted; SIGTERM ends with 0."""
    process = start_consumer()
    publish(settings, *map(event, range(2500)), event(7), Message("bad", "", b"\xff"))
    until(lambda: count(conn, "raw.user_events") == 2500)
    until(lambda: count(conn, "raw.rejected_user_events") == 1)
    process.terminate()
    assert process.wait(10) == 0
    totals = conn.execute("SELECT sum(inserted), sum(duplicates), sum(rejected) FROM etl.ingests")
    assert totals.fetchone() == (2500, 1, 1)
    assert queue_state(settings) == (0, 0)


class RawHeaders(pika.BasicProperties):
    """Properties with nothing but a table of headers, as it is."""

    def __init__(self, table: bytes) -> None:
        super().__init__()
        self._table = table

    def encode(self) -> list[bytes]:
        """Return the flags, and what they announce."""
        return [b"\x20\0", len(self._table).to_bytes(4), self._table]


def test_no_header_stops_the_line(
    conn: Connection, settings: Settings, start_consumer: StartConsumer, tmp_path: Path
) -> None:
    """Of those that a broker takes: pika fails on most of them."""
    start_consumer()
    with pika.BlockingConnection(pika.URLParameters(settings.rabbitmq_url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        for number, table in enumerate(HOSTILE):
            body = event(number).body
            channel.basic_publish("", settings.queue, body, RawHeaders(table), mandatory=True)
    publish(settings, *map(event, range(100, 200)))
    until(lambda: count(conn, "raw.user_events") == len(HOSTILE) + 100)
    assert "trying again" not in (tmp_path / "consumer_0.log").read_text("utf-8")


def test_a_killed_consumer_loses_nothing(
    conn: Connection, settings: Settings, start_consumer: StartConsumer
) -> None:
    """What it had taken and not committed comes again: it is not acknowledged before the commit."""
    process = start_consumer()
    with conn.transaction():
        conn.execute(LOCK)
        publish(settings, *map(event, range(10)))
        until(lambda: waiting(conn))
        process.kill()
        process.wait()
        until(lambda: queue_state(settings) == (10, 0))
        for pid in sessions(conn):
            conn.execute("SELECT pg_terminate_backend(%s)", (pid,))
    start_consumer()
    until(lambda: count(conn, "raw.user_events") == 10)


def test_a_lost_database_connection_loses_nothing(
    conn: Connection, settings: Settings, start_consumer: StartConsumer
) -> None:
    """In the middle of a batch; the same consumer goes on by itself."""
    process = start_consumer()
    with conn.transaction():
        conn.execute(LOCK)
        publish(settings, *map(event, range(10)))
        until(lambda: waiting(conn))
        for pid in sessions(conn):
            conn.execute("SELECT pg_terminate_backend(%s)", (pid,))
    until(lambda: count(conn, "raw.user_events") == 10)
    assert process.poll() is None
    until(lambda: queue_state(settings) == (0, 1))


def test_a_full_disk_is_waited_out(
    conn: Connection, settings: Settings, start_consumer: StartConsumer, tmp_path: Path
) -> None:
    """An error of the database ends no consumer and drops no batch."""
    start_consumer()
    conn.execute("""
        CREATE FUNCTION public.fill_disk() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE disk_full USING MESSAGE = 'no space left on device'; END $$""")
    conn.execute("""
        CREATE TRIGGER full_disk BEFORE INSERT ON raw.user_events
        EXECUTE FUNCTION public.fill_disk()""")
    publish(settings, *map(event, range(10)))
    log = tmp_path / "consumer_0.log"
    until(lambda: "no space left on device; trying again in 2 s" in log.read_text())
    conn.execute("DROP FUNCTION public.fill_disk CASCADE")
    until(lambda: count(conn, "raw.user_events") == 10)
    until(lambda: queue_state(settings) == (0, 1))


def test_the_batch_in_hand_is_finished(
    conn: Connection, settings: Settings, start_consumer: StartConsumer
) -> None:
    """SIGINT in the middle of a batch: committed and acknowledged before the consumer ends."""
    process = start_consumer()
    with conn.transaction():
        conn.execute(LOCK)
        publish(settings, *map(event, range(10)))
        until(lambda: waiting(conn))
        process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    assert count(conn, "raw.user_events") == 10
    assert queue_state(settings) == (0, 0)


def test_a_batch_has_the_size_it_is_told(
    conn: Connection, settings: Settings, start_consumer: StartConsumer
) -> None:
    """At most."""
    publish(settings, *map(event, range(5)))
    start_consumer("--batch-size", "2", "--batch-seconds", "5")
    until(lambda: count(conn, "raw.user_events") == 5)
    batches = conn.execute("SELECT received FROM etl.ingests ORDER BY received DESC").fetchall()
    assert batches == [(2,), (2,), (1,)]


def test_two_consumers_share_the_queue(
    conn: Connection, settings: Settings, start_consumer: StartConsumer
) -> None:
    """Each message goes to one of them."""
    start_consumer()
    start_consumer()
    publish(settings, *map(event, range(3000)))
    until(lambda: count(conn, "raw.user_events") == 3000)
    assert conn.execute("SELECT sum(duplicates) FROM etl.ingests").fetchone() == (0,)


def test_a_deleted_queue_is_declared_again(
    conn: Connection,
    settings: Settings,
    start_consumer: StartConsumer,
    delete_queue: Callable[[], None],
    tmp_path: Path,
) -> None:
    """The consumer notices, and is back."""
    start_consumer()
    delete_queue()
    log = tmp_path / "consumer_0.log"
    until(lambda: log.read_text().count("listening on queue") == 2)
    assert "was deleted; trying again in 1 s" in log.read_text()
    publish(settings, event(1))
    until(lambda: count(conn, "raw.user_events") == 1)


def test_a_missing_database_is_waited_for(
    conn: Connection,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The consumer says what it waits for, after a growing delay tries again, stops when told."""
    assert conn
    stop = threading.Event()
    delays: list[float | None] = []

    def wait(seconds: float | None = None) -> bool:
        delays.append(seconds)
        if len(delays) == 7:
            stop.set()
        return True

    monkeypatch.setattr(stop, "wait", wait)
    monkeypatch.setenv("PGDATABASE", "scratch_missing")
    consume(settings, stop)
    assert delays == [1, 2, 4, 5, 5, 5, 5]
    assert 'database "scratch_missing" does not exist' in caplog.text


def test_a_refused_consumer_ends(
    conn: Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong password at the start is a fault, not something to wait for."""
    assert conn
    wrong = Settings(settings.rabbitmq_url.replace("://", "://nobody"), settings.queue)
    with pytest.raises(Fault, match="refuses the user, password"):
        consume(wrong, threading.Event())
    monkeypatch.setenv("PGPASSWORD", "wrong")
    monkeypatch.setenv("PGUSER", "scratch_nobody")
    monkeypatch.setenv("USER_EVENTS_QUEUE", settings.queue)
    assert main(["consume"]) == 1


def test_who_is_away_refuses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """In whatever words libpq says that nobody answers, or that a password is wrong."""
    monkeypatch.setenv("PGPASSWORD", "wrong")
    for port, answer in ((os.environ["PGPORT"], True), ("1", False)):
        monkeypatch.setenv("PGPORT", port)
        with pytest.raises(psycopg.OperationalError) as caught:
            connect("test")
        assert is_refused(caught.value) is answer


def test_the_consumer_reports(
    conn: Connection,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What became of the messages, in a line now and then."""
    assert conn
    caplog.set_level("INFO")
    monkeypatch.setattr("driver.consume.REPORT_SECONDS", 0.0)
    stop = threading.Event()
    thread = threading.Thread(target=consume, args=(settings, stop))
    thread.start()
    try:
        publish(settings, event(1), event(1), Message("bad", "", b""))
        until(lambda: "ingested 1 new, 1 duplicate, 1 rejected" in caplog.text)
    finally:
        stop.set()
        thread.join()


def test_a_batch_that_cannot_be_finished_is_left(
    conn: Connection, settings: Settings, start_consumer: StartConsumer
) -> None:
    """A consumer that is told to stop is gone after 10 s, whatever the database does."""
    process = start_consumer()
    with conn.transaction():
        conn.execute(LOCK)
        publish(settings, *map(event, range(10)))
        until(lambda: waiting(conn))
        process.terminate()
        assert process.wait(10) == 0
    assert queue_state(settings) == (10, 0)
    assert count(conn, "raw.user_events") == 0
    start_consumer()
    until(lambda: count(conn, "raw.user_events") == 10)


def test_a_consumer_may_be_stopped_while_it_waits(
    conn: Connection,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """With a batch in hand that the database does not take: it goes back to the queue."""
    assert conn
    stop = threading.Event()
    publish(settings, event(1))
    # A standby takes nothing either.
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    thread = threading.Thread(target=consume, args=(settings, stop))
    thread.start()
    until(lambda: bool(re.search("read-only .*; trying again in 2 s", caplog.text)))
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    until(lambda: queue_state(settings) == (1, 0))


def test_large_messages_come_in_small_batches(
    conn: Connection, settings: Settings, start_consumer: StartConsumer
) -> None:
    """Neither the consumer nor a statement holds more than some of them."""
    publish(settings, *(Message(f"large {number}", "", b"x" * 3_000_000) for number in range(30)))
    start_consumer()
    until(lambda: count(conn, "raw.rejected_user_events") == 30)
    assert conn.execute("SELECT max(received) FROM etl.ingests").fetchone() == (3,)


def test_headers_reach_the_function_of_the_user(
    conn: Connection, settings: Settings, start_consumer: StartConsumer
) -> None:
    """What is compressed is unpacked before; what is no event is put aside with its headers."""
    conn.execute("""
        CREATE OR REPLACE FUNCTION raw.adapt_user_event(p_content jsonb, p_headers jsonb)
        RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN p_content || p_headers""")
    start_consumer()
    body = gzip.compress(event(1).body)
    with pika.BlockingConnection(pika.URLParameters(settings.rabbitmq_url)) as connection:
        channel = connection.channel()
        for encoding in ("gzip", "none"):
            headers = {"username": "Anna"}
            properties = pika.BasicProperties(content_encoding=encoding, headers=headers)
            channel.basic_publish("", settings.queue, body, properties)
    until(lambda: count(conn, "raw.rejected_user_events") == 1)
    assert conn.execute("SELECT username FROM raw.user_events").fetchall() == [("Anna",)]
    kept = conn.execute("SELECT internal.decode_headers(headers) FROM raw.rejected_user_events")
    assert kept.fetchone() == ({"username": "Anna"},)
    conn.execute("""
        CREATE OR REPLACE FUNCTION raw.adapt_user_event(p_content jsonb, p_headers jsonb)
        RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN p_content""")


def test_a_consumer_that_finds_no_broker_takes_as_many_as_before(settings: Settings) -> None:
    """Only a link that worked, and brought nothing, makes it take one message at a time."""
    caution = Caution()
    away = Consumer(Settings("amqp://127.0.0.1:1/", settings.queue), few=1, many=1)
    with pytest.raises(BrokerError) as caught:
        with away:
            pass
    assert not caution.is_short_lived(caught.value, away)
    assert caution.few == FEW
    with Consumer(settings, few=1, many=1) as consumer:
        pass
    assert not caution.is_short_lived(caught.value, consumer)
    assert caution.few == 1
    assert caution.is_short_lived(UndeliverableError("it fails"), away)


def test_a_note_that_cannot_be_written_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The database may be away as well."""
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setattr("driver.notes.HEARD_SECONDS", 0.05)
    with Notes("user_events") as notes:
        notes.put("the queue", "is full")
        until(lambda: "status does not know what this consumer holds" in caplog.text)
    assert caplog.text.count("status does not know") == 1


def test_a_server_that_was_read_only_is_used_again(
    conn: Connection, settings: Settings, start_consumer: StartConsumer
) -> None:
    """The consumer's sessions are anew after an error, whatever was wrong with them."""
    read_only = sql.SQL("ALTER DATABASE {} {} default_transaction_read_only").format
    name = sql.Identifier(conn.info.dbname)
    start_consumer()
    conn.execute(read_only(name, sql.SQL("SET")) + sql.SQL(" = on"))
    for pid in sessions(conn):
        conn.execute("SELECT pg_terminate_backend(%s)", (pid,))
    publish(settings, event(1))
    conn.execute(read_only(name, sql.SQL("RESET")))
    until(lambda: count(conn, "raw.user_events") == 1)


def test_status_knows_what_a_consumer_holds(
    conn: Connection,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And since when it has committed none of it, also while the database keeps it waiting."""

    def states(query: str) -> Any:
        return conn.execute(f"SELECT {query} FROM etl.consumer_states").fetchall()

    monkeypatch.setattr("driver.notes.HEARD_SECONDS", 0.05)
    stop = threading.Event()
    thread = threading.Thread(target=consume, args=(settings, stop), daemon=True)
    thread.start()
    queue = settings.queue
    publish(settings, event(10))
    until(lambda: conn.execute("SELECT FROM raw.user_events").rowcount == 1)  # it consumes
    until(lambda: states("queue, is_heard, unacknowledged, held_since") == [(queue, True, 0, None)])
    with conn.transaction():
        conn.execute(LOCK)
        publish(settings, *map(event, range(10)))
        # The first that it reads keep it waiting; those that come later it has not read yet.
        holds = "unacknowledged BETWEEN 1 AND 10, held_since IS NULL"
        until(lambda: states(holds) == [(True, False)])
    until(lambda: states("unacknowledged, held_since") == [(0, None)])
    stop.set()
    thread.join(10)
    assert states("consumer") == []


def test_what_the_broker_delivers_again_is_counted_apart(
    conn: Connection, settings: Settings, start_consumer: StartConsumer
) -> None:
    """A consumer that commits and is lost before it acknowledges: no producer sent it twice."""
    conn.execute("SELECT raw.ingest_user_events(%b, %s)", ([event(1).body], [event(1).message_id]))
    publish(settings, event(1))
    with Consumer(settings, few=1, many=1) as consumer:
        assert len(consumer.take(1, 5)) == 1
    start_consumer()
    publish(settings, event(1))
    totals = "SELECT inserted, duplicates, redelivered FROM etl.ingest_totals"
    until(lambda: conn.execute(totals).fetchone() == (1, 2, 1))
