"""Puts messages into the queue, and knows which ones the broker has."""

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from pika.frame import Method
from pika.spec import Basic, BasicProperties

from driver.broker.link import LOST_CHANNEL, Link
from driver.settings import Settings

logger = logging.getLogger(__name__)

CONFIRM_SECONDS: Final = 10.0
SLOW: Final = "see its log"


class Message(NamedTuple):
    """One message to publish."""

    message_id: str
    correlation_id: str
    body: bytes


class Publisher(Link):
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

    # From here on: the link's own thread.

    def _prepare(self) -> None:
        self._connection.add_on_connection_blocked_callback(self._on_blocked)
        self._connection.add_on_connection_unblocked_callback(self._on_unblocked)
        self._channel.queue_declare(self._queue, passive=True, callback=self._confirm)

    def _on_blocked(self, _connection: object, frame: Method[Any]) -> None:
        reason = frame.method.reason
        self._why_slow = f"it blocks publishers: {reason} (free some where it runs)"

    def _on_unblocked(self, *_: object) -> None:
        self._why_slow = SLOW

    def _confirm(self, _frame: object) -> None:
        self._channel.confirm_delivery(self._on_confirm)
        self._channel.add_on_return_callback(
            lambda *_: self._give_up(f"queue {self._queue} was deleted")
        )
        self._publish(list(self._unconfirmed.values()))
        self._set_ready()

    def _publish(self, messages: Sequence[Message]) -> None:
        with LOST_CHANNEL:
            for message in messages:
                self._channel.basic_publish(
                    "", self._queue, message.body, self._properties(message), mandatory=True
                )

    def _properties(self, message: Message) -> BasicProperties:
        return BasicProperties(
            content_type="application/json",
            delivery_mode=2,
            message_id=message.message_id,
            correlation_id=message.correlation_id,
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
