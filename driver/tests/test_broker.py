"""The links to RabbitMQ, against a real one."""

import resource
import socket
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

import pika
import pytest

from driver.broker.consumer import Consumer
from driver.broker.inspector import queue_risks, queue_state
from driver.broker.publisher import Message, Publisher
from driver.errors import BrokerError, BrokerRefusedError
from driver.settings import Settings
from driver.tests.conftest import NEEDS_SERVERS, until


def message(number: int) -> Message:
    """Return a message of its own."""
    return Message(f"message {number}", f"correlation {number}", b"%d" % number)


def test_messages_keep_their_order_and_properties(settings: Settings) -> None:
    """Published in parts, taken in parts, and gone once acknowledged."""
    with Publisher(settings) as publisher:
        publisher.publish([message(0), message(1)])
        publisher.publish([message(2)])
        publisher.wait_until_unconfirmed(0)
    with Consumer(settings, few=10, many=10) as consumer:
        taken = consumer.take(2, 5) + consumer.take(2, 0.5)
        assert [(one.message_id, one.correlation_id, one.body) for one in taken] == [
            tuple(message(number)) for number in range(3)
        ]
        consumer.acknowledge(taken[-1].tag)
    assert queue_state(settings) == (0, 0)


def test_what_is_not_acknowledged_comes_again(settings: Settings) -> None:
    """To the next link."""
    with Publisher(settings) as publisher:
        publisher.publish([message(0), message(1)])
        publisher.wait_until_unconfirmed(0)
    for expected in (2, 1):
        with Consumer(settings, few=10, many=10) as consumer:
            taken = consumer.take(2, 2)
            assert len(taken) == expected
            consumer.acknowledge(taken[0].tag)
    assert queue_state(settings) == (0, 0)


def test_a_full_window_waits(settings: Settings) -> None:
    """No more than the window is unconfirmed when publish returns."""
    with Publisher(settings, window=10) as publisher:
        for start in range(0, 500, 50):
            publisher.publish([message(number) for number in range(start, start + 50)])
            assert len(publisher.unconfirmed) <= 10
        publisher.wait_until_unconfirmed(0)
    assert queue_state(settings) == (500, 0)


def test_a_lost_link_leaves_what_is_unconfirmed_to_the_next(
    settings: Settings, delete_queue: Callable[[], None]
) -> None:
    """A message that cannot be routed is not confirmed silently, it ends the link."""
    with pytest.raises(BrokerError, match="was deleted"):
        with Publisher(settings) as publisher:
            delete_queue()
            publisher.publish([message(0), message(1)])
            publisher.wait_until_unconfirmed(0)
    assert publisher.unconfirmed == [message(0), message(1)]
    with Publisher(settings, publisher.unconfirmed) as publisher:
        publisher.wait_until_unconfirmed(0)
    assert queue_state(settings) == (2, 0)


def test_a_consumer_says_when_its_queue_is_deleted(
    settings: Settings, delete_queue: Callable[[], None]
) -> None:
    """Instead of waiting for messages that cannot come."""
    with Consumer(settings, few=10, many=10) as consumer:
        delete_queue()
        with pytest.raises(BrokerError, match="was deleted"):
            consumer.take(1, 5)


def test_a_broker_that_cannot_be_used_is_one_line(settings: Settings) -> None:
    """Which says what to look at, and never the password."""
    url = urlsplit(settings.rabbitmq_url)
    for bad, error, text in (
        (url._replace(netloc=f"nobody-{url.netloc}"), BrokerRefusedError, "refuses the user"),
        (url._replace(path="/nowhere"), BrokerRefusedError, "refuses the user"),
        (url._replace(netloc="user:secret@host.invalid"), BrokerError, "run .make setup."),
    ):
        with pytest.raises(error, match=text) as caught:
            queue_state(Settings(bad.geturl(), settings.queue))
        assert "\n" not in str(caught.value)
        assert "secret" not in str(caught.value)
        assert str(url.password) not in str(caught.value)


def test_a_broker_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that takes the connection and says nothing."""
    monkeypatch.setattr("driver.broker.link.CONNECT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"amqp://user:secret@127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(BrokerError, match="does not answer within"):
            queue_state(Settings(url, "scratch"))


def test_a_machine_without_free_files_is_one_line(settings: Settings) -> None:
    """As is everything else that keeps a link from being opened."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with pytest.raises(BrokerError, match="Too many open files"):
            queue_state(settings)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_name_too_long_for_a_queue_is_one_line(settings: Settings) -> None:
    """It is refused before the broker sees it."""
    with pytest.raises(BrokerError, match="RabbitMQ at .*255"):
        queue_state(Settings(settings.rabbitmq_url, "q" * 256))


def test_a_link_may_be_lost_between_two_calls(
    settings: Settings, delete_queue: Callable[[], None]
) -> None:
    """What is published then is not confirmed, what is acknowledged was gone anyway."""
    with Publisher(settings) as publisher, Consumer(settings, few=10, many=10) as consumer:
        publisher.publish([message(0)])
        taken = consumer.take(1, 5)[0]
        delete_queue()
        with pytest.raises(BrokerError, match="was deleted"):
            consumer.take(1, 5)
        consumer.acknowledge(taken.tag)
        with pytest.raises(BrokerError, match="was deleted"):
            publisher.publish([message(1)])
            publisher.wait_until_unconfirmed(0)
        with pytest.raises(BrokerError, match="was deleted"):
            publisher.publish([message(2)])
    assert publisher.unconfirmed == [message(1), message(2)]


QUORUM: Final = {"x-queue-type": "quorum"}
DEAD_LETTERS: Final = {"x-dead-letter-exchange": "amq.fanout"}
NO_QUORUM: Final = "is no quorum queue"
NO_DEAD_LETTERS: Final = "has no dead-letter exchange"
# Queues as producers declare them, and how they may lose messages, or stop.
QUEUES: Final[list[tuple[dict[str, Any], dict[str, Any], list[str]]]] = [
    ({}, {}, [NO_QUORUM]),
    ({"durable": False}, {}, ["is not durable", NO_QUORUM]),
    ({"auto_delete": True}, {}, ["is deleted when its last consumer ends", NO_QUORUM]),
    ({}, {"x-message-ttl": 60_000, "x-expires": 60_000}, ["x-expires", "x-message", NO_QUORUM]),
    ({}, {"x-max-priority": 5, "x-queue-mode": "lazy"}, [NO_QUORUM]),
    ({}, {"x-max-length": 1000, "x-overflow": "reject-publish"}, [NO_QUORUM]),
    ({}, QUORUM, [NO_DEAD_LETTERS]),
    ({}, QUORUM | DEAD_LETTERS, [NO_DEAD_LETTERS]),
    ({}, QUORUM | DEAD_LETTERS | {"x-delivery-limit": 7}, []),
    ({}, QUORUM | {"x-delivery-limit": 5}, [NO_DEAD_LETTERS]),
    ({}, QUORUM | {"x-max-length-bytes": 9**9}, ["x-max-length", NO_DEAD_LETTERS]),
    ({}, QUORUM | {"x-single-active-consumer": True}, [NO_DEAD_LETTERS]),
]


@pytest.mark.parametrize(("options", "arguments", "risks"), QUEUES)
def test_any_queue_is_consumed(
    settings: Settings, options: dict[str, Any], arguments: dict[str, Any], risks: list[str]
) -> None:
    """As it is, with a word on what it may lose."""
    with pika.BlockingConnection(pika.URLParameters(settings.rabbitmq_url)) as connection:
        options = {"durable": True, **options}
        connection.channel().queue_declare(settings.queue, **options, arguments=arguments)
        with Publisher(settings) as publisher:
            publisher.publish([message(0), message(1)])
            publisher.wait_until_unconfirmed(0)
        found = queue_risks(settings)
        assert len(found) == len(risks)
        assert all(risk in text for risk, text in zip(risks, found, strict=True))
        with Consumer(settings, few=1, many=10) as consumer:
            for number in range(2):
                taken = consumer.take(1, 5)
                assert [one.body for one in taken] == [b"%d" % number]
                consumer.hurry()
                consumer.acknowledge(taken[0].tag)


def test_a_queue_that_we_declare_has_no_risk(settings: Settings) -> None:
    """Nor has one that is not there."""
    assert not queue_risks(settings)
    with Consumer(settings, few=1, many=1):
        pass
    assert not queue_risks(settings)


def test_a_stream_is_refused(settings: Settings) -> None:
    """What is consumed stays in it."""
    with pika.BlockingConnection(pika.URLParameters(settings.rabbitmq_url)) as connection:
        stream = {"x-queue-type": "stream"}
        connection.channel().queue_declare(settings.queue, durable=True, arguments=stream)
    with pytest.raises(BrokerRefusedError, match="is a stream.*name another queue"):
        queue_risks(settings)


def test_the_first_broker_that_works_is_taken(settings: Settings) -> None:
    """Of a list; why none works, if so, is said of each."""
    url = settings.rabbitmq_url
    dead = "amqp://u:p@127.0.0.1:1/"
    wrong = urlsplit(url)._replace(path="/nowhere").geturl()
    with Consumer(settings, few=1, many=1):
        assert queue_state(Settings(f"{dead}, {wrong}, {url}", settings.queue)) == (0, 1)
    with pytest.raises(BrokerError, match=r"127.0.0.1:1: .*; RabbitMQ at .* refuses") as caught:
        queue_state(Settings(f"{dead},{wrong}", settings.queue))
    assert not isinstance(caught.value, BrokerRefusedError)
    with pytest.raises(BrokerRefusedError):
        queue_state(Settings(f"{wrong},{wrong}", settings.queue))


@NEEDS_SERVERS
def test_a_user_with_few_rights(
    settings: Settings, own_broker: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may read consumes; who may declare the queue alone gets one that puts nothing aside."""
    queue = f"few_{settings.queue}"
    monkeypatch.setenv("USER_EVENTS_QUEUE", queue)
    own_broker("add_user", "few", "secret")
    own_broker("set_permissions", "few", f"^{queue}$", "^(amq.default|few.*)$", f"^{queue}$")
    owner = urlsplit(Settings.from_environment().rabbitmq_url)
    url = owner._replace(netloc=owner.netloc.replace(f"warehouse:{owner.password}", "few:secret"))
    few = Settings(url.geturl(), queue)
    with Consumer(few, few=1, many=1):
        pass
    (risk,) = queue_risks(few)
    assert NO_DEAD_LETTERS in risk
    own_broker("set_permissions", "few", "^$", "^$", f"^{queue}$")
    assert not queue_risks(few)  # it cannot know
    with Consumer(few, few=1, many=1):
        pass
    own_broker("delete_queue", queue)
    with pytest.raises(BrokerRefusedError, match="ACCESS_REFUSED .*`configure` where it has to"):
        with Consumer(few, few=1, many=1):
            pass


def test_a_queue_that_cannot_be_had_is_refused(settings: Settings) -> None:
    """Waiting does not help, nor does `make setup`: the line names what does."""
    parameters = pika.URLParameters(settings.rabbitmq_url)
    with pika.BlockingConnection(parameters) as connection:
        connection.channel().queue_declare(settings.queue, durable=True, exclusive=True)
        with pytest.raises(BrokerRefusedError, match="RESOURCE_LOCKED"):
            queue_risks(settings)
        for link in (Publisher(settings), Consumer(settings, few=1, many=1)):
            with pytest.raises(BrokerRefusedError, match="RESOURCE_LOCKED .*end the") as caught:
                with link:
                    pass
            assert "or set USER_EVENTS_QUEUE" in str(caught.value)
            assert "make setup" not in str(caught.value)
    with pytest.raises(BrokerRefusedError, match="ACCESS_REFUSED .*grant"):
        with Publisher(Settings(settings.rabbitmq_url, "amq.reserved")):
            pass


def test_a_late_refusal_does_not_speak_of_the_queue(settings: Settings) -> None:
    """A broker closes a channel for other reasons with the same code."""
    with Consumer(settings, few=1, many=1) as consumer:
        consumer.acknowledge(17)
        with pytest.raises(BrokerError, match="unknown delivery tag 17.*make setup") as caught:
            consumer.take(1, 5)
    assert not isinstance(caught.value, BrokerRefusedError)


def test_a_refused_message_ends_the_link(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker may answer a message with a nack, here because the queue is full."""
    limits = {"x-max-length": 1, "x-overflow": "reject-publish"}
    arguments = {"x-queue-type": "quorum", **limits}
    monkeypatch.setattr("driver.broker.link.queue_arguments", lambda _: arguments)
    with pytest.raises(BrokerError, match="refused a message"):
        with Publisher(settings) as publisher:
            for number in range(100):
                publisher.publish([message(number)])
                publisher.wait_until_unconfirmed(0)
    assert publisher.unconfirmed


def test_a_slow_broker_is_spoken_of(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """While confirms do not come, a line now and then."""
    monkeypatch.setattr("driver.broker.publisher.CONFIRM_SECONDS", 0.001)
    with Publisher(settings) as publisher:
        publisher.publish([message(number) for number in range(3000)])
    assert "has not confirmed" in caplog.text


def test_a_broker_that_blocks_publishers_is_spoken_of(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With the reason it gives, until it takes it back."""
    monkeypatch.setattr("driver.broker.publisher.CONFIRM_SECONDS", 0.001)
    with Publisher(settings) as publisher:
        for method, text in (
            (pika.spec.Connection.Blocked("low on disk"), "it blocks publishers: low on disk"),
            (pika.spec.Connection.Unblocked(), "see its log"),
        ):
            data = pika.frame.Method(0, method).marshal()
            link: Any = publisher
            # pylint: disable-next=protected-access
            link._call(partial(link._connection._on_data_available, data))
            publisher.publish([message(number) for number in range(3000)])
            publisher.wait_until_unconfirmed(0)
            assert text in caplog.messages[-1]


@NEEDS_SERVERS
def test_an_alarm_of_the_broker_is_spoken_of(
    own_broker: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It has too little memory for a while; then it takes what waits."""
    monkeypatch.setattr("driver.broker.publisher.CONFIRM_SECONDS", 0.1)
    with Publisher(Settings.from_environment()) as publisher:
        own_broker("set_vm_memory_high_watermark", "absolute", "1")
        publisher.publish([message(0)])
        waiter = Thread(target=publisher.wait_until_unconfirmed, args=(0,))
        waiter.start()
        until(lambda: "it blocks publishers: low on memory" in caplog.text)
        own_broker("set_vm_memory_high_watermark", "0.4")
        waiter.join(20)
        assert not publisher.unconfirmed


def test_odd_properties_are_made_text(settings: Settings) -> None:
    """A NUL or broken UTF-8 in an id must not stop the line; nor must no id at all."""
    with Consumer(settings, few=10, many=10) as consumer:
        with pika.BlockingConnection(pika.URLParameters(settings.rabbitmq_url)) as connection:
            channel = connection.channel()
            for message_id in ("a\0b", b"a\xff", "", None):
                properties = pika.BasicProperties(message_id=message_id)  # type: ignore[arg-type]
                channel.basic_publish("", settings.queue, b"", properties)
        taken = consumer.take(4, 30)
    assert [one.message_id for one in taken] == ["a\\0b", "a\\xff", "", None]


def test_a_consumer_may_hurry_before_it_acknowledges(settings: Settings) -> None:
    """Each message comes once, in order."""
    with Publisher(settings) as publisher:
        publisher.publish([message(number) for number in range(5)])
        publisher.wait_until_unconfirmed(0)
    with Consumer(settings, few=1, many=10) as consumer:
        taken = consumer.take(1, 5)
        consumer.hurry()
        taken += consumer.take(4, 5)
        assert [one.body for one in taken] == [b"%d" % number for number in range(5)]
        assert not any(one.is_redelivered for one in taken)
        time.sleep(0.5)
        consumer.acknowledge(taken[-1].tag)
    until(lambda: queue_state(settings) == (0, 0))


def test_a_full_inbox_is_not_filled_further(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until something is taken from it, or a heartbeat is due. What one read brings is put in."""
    monkeypatch.setattr("driver.broker.consumer.INBOX_BYTES", 100_000)
    monkeypatch.setattr("driver.broker.consumer.INBOX_SECONDS", 0.5)
    with Publisher(settings) as publisher:
        publisher.publish([Message(str(number), "", b"x" * 100_000) for number in range(5)])
        publisher.wait_until_unconfirmed(0)
    with Consumer(settings, few=10, many=10) as consumer:
        began = time.monotonic()
        time.sleep(1.2)  # two messages at once, another one each half second
        assert len(consumer.take(10, 0)) < 5
        assert len(consumer.take(10, 1)) > 0
        assert time.monotonic() - began < 3


@NEEDS_SERVERS
@pytest.mark.usefixtures("own_broker")
def test_no_message_is_acknowledged_twice(
    started_broker: tuple[str, Path], settings: Settings
) -> None:
    """Also when the consumer ends: the broker would call the second time an error."""
    with Publisher(settings) as publisher:
        publisher.publish([message(0), message(1)])
        publisher.wait_until_unconfirmed(0)
    with Consumer(settings, few=1, many=2) as consumer:
        for _ in range(2):
            taken = consumer.take(1, 5)[0]
            if consumer.is_cautious:
                consumer.hurry()
            consumer.acknowledge(taken.tag)
        until(lambda: queue_state(settings) == (0, 1))
    until(lambda: queue_state(settings) == (0, 0))
    assert "unknown delivery tag" not in (started_broker[1] / "broker.log").read_text("utf-8")
