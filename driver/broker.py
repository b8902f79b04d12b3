"""RabbitMQ: the only module that knows pika.

A link is one connection with one channel on a thread of its own, so heartbeats go on whatever the
caller waits for. Only `add_callback_threadsafe` crosses over to that thread. Nothing is reused
after a loss: delivery tags die with their channel, the caller opens a new link.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, NamedTuple, Self

import pika
from pika import exceptions
from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel
from pika.frame import Method
from pika.spec import Basic, BasicProperties

from driver.errors import BrokerError, BrokerRefusedError
from driver.settings import Settings

logger = logging.getLogger(__name__)

CONNECT_SECONDS: Final = 15.0
CLOSE_SECONDS: Final = 1.0
CONFIRM_SECONDS: Final = 10.0
SLOW: Final = "see its log"
BATCH_BYTES: Final = 8 << 20
INBOX_BYTES: Final = 32 << 20
INBOX_SECONDS: Final = 10.0
# RabbitMQ 4 drops a message after 20 deliveries unless the queue says otherwise. Here only faults
# cause another delivery: the database takes or quarantines whatever is in a message.
QUEUE_ARGUMENTS: Final = {"x-queue-type": "quorum", "x-delivery-limit": 2**31 - 1}
# What helps against a reply code to the declaration of the queue, besides another queue.
QUEUE_REMEDIES: Final = {
    403: "grant the user of RABBITMQ_URL the rights to it",
    405: "end the connection that has the queue to itself",
    406: "the queue exists as another kind: let its messages be consumed and delete it",
}
# The caller learns of the loss from `take` or `publish`.
LOST_CHANNEL: Final = suppress(exceptions.ChannelWrongStateError)


class Delivery(NamedTuple):
    """One message as it came, with the tag that acknowledges it."""

    tag: int
    body: bytes
    message_id: str | None
    correlation_id: str | None


class Message(NamedTuple):
    """One message to publish."""

    message_id: str
    correlation_id: str
    body: bytes


class _Link:
    """Opens on entering, closes on leaving; raises BrokerError when that fails."""

    def __init__(self, settings: Settings) -> None:
        self._queue = settings.queue
        self._parameters = pika.URLParameters(settings.rabbitmq_url)
        self._where = f"{self._parameters.host}:{self._parameters.port}"
        self._changed = threading.Condition()
        self._ready = False
        self._error: BrokerError | None = None
        self._connection: SelectConnection
        self._channel: Channel
        self._thread = threading.Thread(target=self._run, name="rabbitmq", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._error, CONNECT_SECONDS)
        if not self._ready:
            self.__exit__()
            raise self._error or BrokerError(
                f"RabbitMQ at {self._where} does not answer within {CONNECT_SECONDS:.0f} s"
            )
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "_connection"):
            self._call(self._close)
            self._thread.join(CLOSE_SECONDS)

    def _call(self, function: Callable[[], object]) -> None:
        self._connection.ioloop.add_callback_threadsafe(function)

    # From here on: the link's own thread.

    def _run(self) -> None:
        try:
            self._connection = SelectConnection(
                self._parameters,
                on_open_callback=self._on_connected,
                on_open_error_callback=self._on_lost,
                on_close_callback=self._on_lost,
            )
            self._connection.ioloop.start()
        except Exception as error:  # pylint: disable=broad-exception-caught
            self._fail(error)  # raised in the caller's thread

    def _close(self) -> None:
        if self._connection.is_open:
            self._connection.close()
        elif not self._connection.is_closing:
            self._connection.ioloop.stop()

    def _on_connected(self, connection: SelectConnection) -> None:
        connection.channel(on_open_callback=self._on_channel)

    def _on_channel(self, channel: Channel) -> None:
        self._channel = channel
        channel.add_on_close_callback(self._on_channel_closed)
        self._prepare()

    def _prepare(self) -> None:
        """Do what has to be done on a new channel, then call _set_ready."""
        raise NotImplementedError

    def _declare(self, then: Callable[[Method[Any]], object]) -> None:
        self._channel.queue_declare(
            self._queue, durable=True, arguments=QUEUE_ARGUMENTS, callback=then
        )

    def _set_ready(self) -> None:
        with self._changed:
            self._ready = True
            self._changed.notify_all()

    def _on_channel_closed(self, _channel: Channel, reason: BaseException) -> None:
        self._give_up(reason)

    def _on_lost(self, connection: SelectConnection, reason: BaseException | str) -> None:
        self._fail(reason)
        connection.ioloop.stop()

    def _give_up(self, reason: BaseException | str) -> None:
        if self._connection.is_open:
            self._fail(reason)
            self._connection.close()

    def _fail(self, reason: BaseException | str) -> None:
        with self._changed:
            if self._error is None:
                self._error = _explain(self._where, reason, self._ready)
            self._changed.notify_all()


class Consumer(_Link):
    """Takes messages from the queue; nothing is acknowledged before `acknowledge`."""

    def __init__(self, settings: Settings, prefetch: int) -> None:
        super().__init__(settings)
        self._prefetch = prefetch
        self._inbox: queue.SimpleQueue[Delivery | None] = queue.SimpleQueue()
        self._bytes_received = self._bytes_taken = 0  # each written by one thread only

    def take(self, most: int, seconds: float) -> list[Delivery]:
        """Return up to *most* messages, all that come within *seconds*; an empty list if none do.

        Large ones are fewer: a batch ends with the message that makes it larger than BATCH_BYTES.
        Raises BrokerError once the link is lost: what was taken and not acknowledged will be
        delivered again, to the next link.
        """
        batch: list[Delivery] = []
        deadline = time.monotonic() + seconds
        last_byte = self._bytes_taken + BATCH_BYTES
        try:
            while len(batch) < most and self._bytes_taken < last_byte:
                delivery = self._inbox.get(timeout=max(0, deadline - time.monotonic()))
                if delivery is None:
                    assert self._error
                    raise self._error
                batch.append(delivery)
                self._bytes_taken += len(delivery.body)
        except queue.Empty:
            pass
        return batch

    def acknowledge(self, tag: int) -> None:
        """Acknowledge every message up to the one with this tag."""
        self._call(partial(self._acknowledge, tag))

    def _acknowledge(self, tag: int) -> None:
        with LOST_CHANNEL:
            self._channel.basic_ack(tag, multiple=True)

    def _prepare(self) -> None:
        self._declare(self._consume)

    def _consume(self, _frame: Method[Any]) -> None:
        self._channel.add_on_cancel_callback(
            lambda _frame: self._give_up(f"queue {self._queue} was deleted")
        )
        self._channel.basic_qos(prefetch_count=self._prefetch)
        self._channel.basic_consume(
            self._queue, self._on_delivery, callback=lambda _frame: self._set_ready()
        )

    def _on_delivery(
        self, _channel: Channel, method: Basic.Deliver, properties: BasicProperties, body: bytes
    ) -> None:
        # Reading no further holds the broker back; not for so long that it misses our heartbeat.
        patience = time.monotonic() + INBOX_SECONDS
        while self._bytes_received - self._bytes_taken > INBOX_BYTES:
            if self._error or time.monotonic() > patience:
                break
            time.sleep(0.01)
        self._bytes_received += len(body)
        assert method.delivery_tag
        self._inbox.put(
            Delivery(
                method.delivery_tag,
                body,
                _as_text(properties.message_id),
                _as_text(properties.correlation_id),
            )
        )

    def _fail(self, reason: BaseException | str) -> None:
        super()._fail(reason)
        self._inbox.put(None)


class _Inspector(_Link):
    """Looks at the queue and changes nothing."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.state = (0, 0)

    def _prepare(self) -> None:
        self._channel.queue_declare(self._queue, passive=True, callback=self._on_state)

    def _on_state(self, frame: Method[Any]) -> None:
        self.state = (frame.method.message_count, frame.method.consumer_count)
        self._set_ready()


class Publisher(_Link):
    """Publishes persistent, mandatory messages with confirms in flight."""

    def __init__(
        self, settings: Settings, pending: Sequence[Message] = (), window: int = 2000
    ) -> None:
        """On opening, publish *pending*: what a lost link's `unconfirmed` left."""
        super().__init__(settings)
        self._window = window
        # By delivery tag: the order in which they are published on the channel, counted from 1.
        self._unconfirmed = dict(enumerate(pending, start=1))
        self._last_tag = len(pending)
        self._why_slow = SLOW

    @property
    def unconfirmed(self) -> list[Message]:
        """The messages the broker has not confirmed, in the order of publishing."""
        with self._changed:
            return list(self._unconfirmed.values())

    def publish(self, messages: Sequence[Message]) -> None:
        """Send the messages, waiting while too many are unconfirmed. Raises BrokerError."""
        with self._changed:
            self._unconfirmed.update(enumerate(messages, start=self._last_tag + 1))
            self._last_tag += len(messages)
        self._call(partial(self._publish, messages))
        self.wait_until_unconfirmed(self._window)

    def wait_until_unconfirmed(self, most: int) -> None:
        """Wait until at most *most* messages are unconfirmed. Raises BrokerError."""
        with self._changed:
            while not self._changed.wait_for(
                lambda: self._error or len(self._unconfirmed) <= most, CONFIRM_SECONDS
            ):
                logger.warning(
                    "RabbitMQ at %s has not confirmed %d messages for %.0f s: %s",
                    self._where,
                    len(self._unconfirmed),
                    CONFIRM_SECONDS,
                    self._why_slow,
                )
            if self._error:
                raise self._error

    def _prepare(self) -> None:
        self._connection.add_on_connection_blocked_callback(self._on_blocked)
        self._connection.add_on_connection_unblocked_callback(self._on_unblocked)
        self._declare(self._confirm)

    def _on_blocked(self, _connection: object, frame: Method[Any]) -> None:
        reason = frame.method.reason
        self._why_slow = f"it blocks publishers: {reason} (free some where it runs)"

    def _on_unblocked(self, *_: object) -> None:
        self._why_slow = SLOW

    def _confirm(self, _frame: Method[Any]) -> None:
        self._channel.confirm_delivery(self._on_confirm)
        self._channel.add_on_return_callback(
            lambda *_: self._give_up(f"queue {self._queue} was deleted")
        )
        self._publish(list(self._unconfirmed.values()))
        self._set_ready()

    def _publish(self, messages: Sequence[Message]) -> None:
        with LOST_CHANNEL:
            for message in messages:
                properties = BasicProperties(
                    content_type="application/json",
                    delivery_mode=2,
                    message_id=message.message_id,
                    correlation_id=message.correlation_id,
                )
                self._channel.basic_publish(
                    "", self._queue, message.body, properties, mandatory=True
                )

    def _on_confirm(self, frame: Method[Any]) -> None:
        if isinstance(frame.method, Basic.Nack):
            self._give_up("it refused a message")
            return
        tag = frame.method.delivery_tag
        with self._changed:
            if self._error:  # a message that was returned is confirmed nevertheless: it stays ours
                return
            if frame.method.multiple:
                while self._unconfirmed and (first := next(iter(self._unconfirmed))) <= tag:
                    del self._unconfirmed[first]
            else:
                self._unconfirmed.pop(tag, None)
            self._changed.notify_all()


def queue_state(settings: Settings) -> tuple[int, int]:
    """Return how many messages the queue holds ready, and how many consumers it has.

    Raises BrokerError, also when there is no such queue yet.
    """
    with _Inspector(settings) as inspector:
        return inspector.state


def _as_text(value: str | bytes | None) -> str | None:
    """Make an AMQP short string one that PostgreSQL's text can hold."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "backslashreplace")
    return value.replace("\0", "\\0") if value else value


def _explain(where: str, reason: BaseException | str, ready: bool) -> BrokerError:
    """Say in one line what happened to a link, one that had been *ready* or not."""
    if isinstance(
        reason, (exceptions.ProbableAuthenticationError, exceptions.ProbableAccessDeniedError)
    ):
        return BrokerRefusedError(
            f"RabbitMQ at {where} refuses the user, password or virtual host: check RABBITMQ_URL"
        )
    if (
        isinstance(reason, exceptions.ChannelClosedByBroker)
        and reason.reply_code in QUEUE_REMEDIES
        and not ready
    ):
        return BrokerRefusedError(
            f"RabbitMQ at {where}: {reason.reply_text} ({QUEUE_REMEDIES[reason.reply_code]},"
            " or set USER_EVENTS_QUEUE to another name)"
        )
    if isinstance(reason, str):
        return BrokerError(f"RabbitMQ at {where}: {reason}")
    causes = "; ".join(dict.fromkeys(_causes(reason)))
    return BrokerError(f"RabbitMQ at {where}: {causes} (run 'make setup', or check RABBITMQ_URL)")


def _causes(reason: BaseException) -> Iterator[str]:
    """Yield the innermost of pika's nested errors, one for each address of the host at least."""
    nested = [
        *getattr(reason, "exceptions", ()),
        getattr(reason, "exception", None),
        *reason.args,
    ]
    inner = [error for error in nested if isinstance(error, BaseException)]
    for error in inner:
        yield from _causes(error)
    if not inner:
        yield str(reason) or type(reason).__name__
