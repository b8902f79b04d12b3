"""What `make setup` asks the servers, against real ones."""

import re
from collections.abc import Callable
from typing import Any

import pika
import psycopg
import pytest

from driver.broker.inspector import queue_state
from driver.broker.publisher import Message, Publisher
from driver.cli import main
from driver.database import connect
from driver.settings import Settings
from driver.tests.conftest import until


def test_servers_that_work_are_ready(
    conn: psycopg.Connection[Any], settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """The queue is declared for that; a message in it stays."""
    assert conn
    assert main(["ready"]) == 0
    with Publisher(settings) as publisher:
        publisher.publish([Message("message", "", b"{}")])
        publisher.wait_until_unconfirmed(0)
    assert main(["ready"]) == 0
    until(lambda: queue_state(settings) == (1, 0))
    assert main(["ready", "--consumers", "1"]) == 1
    output = capsys.readouterr()
    assert (output.out, output.err) == (
        "",
        f"error: queue {settings.queue} has 0 of 1 consumers\n",
    )


def test_risks_are_said(
    conn: psycopg.Connection[Any], settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """How a queue that somebody declared may lose messages, or stop."""
    assert conn
    with pika.BlockingConnection(pika.URLParameters(settings.rabbitmq_url)) as connection:
        connection.channel().queue_declare(settings.queue, arguments={"x-expires": 60_000})
    assert main(["ready", "--risks"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split(" (")[0] for line in said[:2]] == [
        f"queue {settings.queue} is not durable: a restart of the broker loses it",
        f"queue {settings.queue} is deleted when nobody uses it",
    ]


def test_no_statement_is_prepared(conn: psycopg.Connection[Any]) -> None:
    """A pooler in transaction mode may bring the next one to another session."""
    assert conn
    with connect("test") as connection:
        for _ in range(10):
            connection.execute("SELECT %s::integer", (1,))
        count = connection.execute("SELECT count(*) FROM pg_prepared_statements")
        assert count.fetchone() == (0,)


def test_consumers_are_counted(
    start_consumer: Callable[[], object], capsys: pytest.CaptureFixture[str]
) -> None:
    """By the broker; missing ones are waited for."""
    start_consumer()
    assert main(["ready", "--consumers", "1"]) == 0
    assert main(["ready", "--consumers", "2", "--seconds", "0.5"]) == 1
    start_consumer()
    assert main(["ready", "--consumers", "2", "--seconds", "5"]) == 0
    assert re.fullmatch("error: queue .* has 1 of 2 consumers\n", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [("PGPORT", "1", "PostgreSQL: .*"), ("RABBITMQ_URL", "amqp://127.0.0.1:1/", "RabbitMQ at .*")],
)
def test_a_server_that_is_away_is_not_ready(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    line: str,
) -> None:
    """One line says which."""
    assert settings
    monkeypatch.setenv(name, value)
    assert main(["ready"]) == 1
    assert re.fullmatch(f"error: {line}\n", capsys.readouterr().err)
