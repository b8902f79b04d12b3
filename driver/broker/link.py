"""A link is one connection with one channel, which a consumer or a publisher uses.

It has a thread of its own, so heartbeats go on whatever the caller waits for. Only
`add_callback_threadsafe` crosses over to that thread. Nothing is reused after a loss: delivery tags
die with their channel, the caller opens a new link.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Self

import pika
from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel
from pika.exceptions import ChannelWrongStateError
from pika.frame import Method

from driver.broker.faults import explain
from driver.errors import BrokerError
from driver.settings import Settings

CONNECT_SECONDS: Final = 15.0
CLOSE_SECONDS: Final = 1.0
# RabbitMQ 4 drops a message after 20 deliveries unless the queue says otherwise. Here only faults
# cause another delivery: the database takes or quarantines whatever is in a message.
QUEUE_ARGUMENTS: Final = {"x-queue-type": "quorum", "x-delivery-limit": 2**31 - 1}
# The caller learns of the loss from `take` or `publish`.
LOST_CHANNEL: Final = suppress(ChannelWrongStateError)


class Link:
    """Opens on entering, closes on leaving; raises BrokerError when that fails."""

    _connection_type = SelectConnection

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
            self._connection = self._connection_type(
                self._parameters,
                on_open_callback=self._on_connected,
                on_open_error_callback=self._on_lost,
                on_close_callback=self._on_lost,
            )
            try:
                self._connection.ioloop.start()
            finally:
                self._connection.ioloop.close()  # its pair of sockets
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
                self._error = explain(self._where, reason, self._ready)
            self._changed.notify_all()
