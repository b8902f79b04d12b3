"""Messages that the broker cannot deliver: it puts them aside, alone, and nothing waits for them.

Each is sent by a real client of AMQP 1.0, to a broker of the tests' own that has the plugin.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pika
import psycopg
import pytest

from driver.broker.definitions import definitions
from driver.broker.inspector import queue_state
from driver.broker.queues import DELIVERY_LIMIT, UNLIMITED, dead_letters_of, queue_arguments
from driver.settings import Settings
from driver.tests.conftest import NEEDS_SERVERS, ROOT, until
from driver.tests.test_consume import count, event, publish, waiting

Connection = psycopg.Connection[Any]
StartConsumer = Callable[..., subprocess.Popen[bytes]]

CLIENT: Final = Path(__file__).with_name("amqp_1_0.py")
SYSTEM_PYTHON: Final = "/usr/bin/python3"  # for which Debian packages the client

pytestmark = NEEDS_SERVERS


@pytest.fixture(name="queue")
def fixture_queue(started_broker: object, own_broker: object, settings: Settings) -> Settings:
    """A queue of the test's own on the broker that knows AMQP 1.0."""
    assert started_broker and own_broker
    return settings


def send_undeliverable(settings: Settings, name: str = "") -> None:
    """Send two messages, of which the broker cannot deliver one: which, depends on its version."""
    address = f"amqp://{urlsplit(settings.rabbitmq_url).netloc}"
    command = [SYSTEM_PYTHON, str(CLIENT), address, settings.queue, name]
    subprocess.run(command, check=True, timeout=30)


def declare(settings: Settings, limit: int) -> None:
    """Declare the queue as a consumer does, but for the limit."""
    with pika.BlockingConnection(pika.URLParameters(settings.rabbitmq_url)) as connection:
        channel = connection.channel()
        channel.queue_declare(dead_letters_of(settings.queue), durable=True)
        arguments = queue_arguments(settings.queue) | {"x-delivery-limit": limit}
        channel.queue_declare(settings.queue, durable=True, arguments=arguments)


def dead_letters(settings: Settings) -> int:
    """Return how many messages were put aside."""
    return queue_state(Settings(settings.rabbitmq_url, dead_letters_of(settings.queue)))[0]


@pytest.mark.parametrize(("limit", "consumers"), [(3, 1), (5, 4)])
def test_a_message_that_cannot_be_delivered_is_put_aside_alone(
    conn: Connection,
    queue: Settings,
    start_consumer: StartConsumer,
    limit: int,
    consumers: int,
) -> None:
    """Whatever the limit is: none is lost, none comes twice, no other is put aside."""
    declare(queue, limit)
    publish(queue, *map(event, range(300)))
    send_undeliverable(queue)
    publish(queue, *map(event, range(300, 600)))
    for _ in range(consumers):
        start_consumer()
    until(lambda: dead_letters(queue) == 1, 60)
    until(lambda: count(conn, "raw.user_events") == 601)
    until(lambda: queue_state(queue) == (0, consumers))
    assert dead_letters(queue) == 1


def test_status_says_why_the_line_stands(
    conn: Connection,
    queue: Settings,
    own_broker: Callable[..., str],
    start_consumer: StartConsumer,
) -> None:
    """A queue as earlier versions declared it; then the broker learns to put aside, as at setup.

    What lies aside can be looked at and given back: as what could have been delivered.
    """

    def problem(pattern: str) -> bool:
        return conn.execute("SELECT FROM etl.problems WHERE problem ~ %s", (pattern,)).rowcount == 1

    def handle(verb: str) -> str:
        command = [SYSTEM_PYTHON, str(ROOT / "services" / "dead_letters.py"), verb]
        return subprocess.check_output(command, text=True, timeout=30)

    with pika.BlockingConnection(pika.URLParameters(queue.rabbitmq_url)) as connection:
        connection.channel().queue_declare(queue.queue, durable=True, arguments=UNLIMITED)
    send_undeliverable(queue)
    publish(queue, event(1))
    start_consumer()
    fails = "fails, as it does on a message that it cannot deliver.*, since "
    until(lambda: problem(fails))
    command = [sys.executable, "-m", "driver.broker.definitions"]
    printed = subprocess.check_output(command, text=True)
    assert printed == definitions(queue) + "\n"
    limit = f'"delivery-limit": {DELIVERY_LIMIT}'
    assert limit in printed
    soon = printed.replace(limit, '"delivery-limit": 8')  # tried five seconds apart
    own_broker("import_definitions", text=soon)
    until(lambda: count(conn, "raw.user_events") == 2, 60)
    until(lambda: not problem(fails))
    aside = "1 message could not be delivered and lies in its dead-letter queue, since "
    until(lambda: problem(aside))

    assert re.fullmatch("id .*\n1 messages\n", handle("show"))
    assert re.fullmatch("id .*\n1 messages\n", handle("return"))
    until(lambda: count(conn, "raw.user_events") == 3)
    until(lambda: not problem(aside))
    assert handle("drop") == "0 messages\n"


def test_consumers_that_are_killed_put_nothing_aside(
    conn: Connection, queue: Settings, start_consumer: StartConsumer
) -> None:
    """However often: each takes few messages, and none while the database takes none."""
    declare(queue, 3)
    publish(queue, *map(event, range(1000)))
    for _ in range(5):
        with conn.transaction():
            consumer = start_consumer(waits=False)
            conn.execute("LOCK TABLE raw.user_events")
            until(lambda: waiting(conn))
            consumer.kill()
            consumer.wait()
        until(lambda: queue_state(queue)[1] == 0)
    start_consumer()
    until(lambda: count(conn, "raw.user_events") == 1000)
    assert dead_letters(queue) == 0
