"""A link is one connection with one channel, which a consumer or a publisher uses.

It has a thread of its own, so heartbeats go on whatever the caller waits for. Only
`add_callback_threadsafe` crosses over to that thread. Nothing is reused after a loss: delivery tags
die with their channel, the caller opens a new link.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final, Self

from pika import URLParameters
from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel
from pika.exceptions import ChannelWrongStateError

from driver.broker.address import addresses
from driver.broker.faults import explain, reply_code, together
from driver.broker.queues import UNLIMITED, dead_letters_of, queue_arguments
from driver.errors import BrokerError
from driver.settings import Settings

CONNECT_SECONDS: Final = 15.0  # for all brokers together
LEAST_SECONDS: Final = 5.0  # for one of several
CLOSE_SECONDS: Final = 1.0
ACCESS_REFUSED, NOT_FOUND = 403, 404
# The caller learns of the loss from `take` or `publish`.
LOST_CHANNEL: Final = suppress(ChannelWrongStateError)


class Link:
    """Opens on entering, closes on leaving; raises BrokerError when that fails.

    Of several brokers the first one that works is taken. Raises UsageError for a wrong address.
    """

    _connection_type = SelectConnection
    _declares = True  # the queue, if there is none

    def __init__(self, settings: Settings) -> None:
        self._queue = settings.queue
        self._addresses = addresses(settings.rabbitmq_url)
        self._where = ""
        self._changed = threading.Condition()
        self._ready = False
        self._failure: BrokerError | None = None  # of the broker in hand
        self._error: BrokerError | None = None  # of the link
        self._connection: SelectConnection
        self._channel: Channel
        self._is_missing = False  # the queue was not there
        self._may_put_aside = True
        self._thread = threading.Thread(target=self._run, name="rabbitmq", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._error)
        if not self._ready:
            assert self._error
            raise self._error
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._close)
        self._thread.join(CLOSE_SECONDS)

    def _call(self, function: Callable[[], object]) -> None:
        self._connection.ioloop.add_callback_threadsafe(function)

    @property
    def has_opened(self) -> bool:
        """Whether it worked, be it for an instant."""
        return self._ready

    # From here on: the link's own thread.

    def _run(self) -> None:
        seconds = max(CONNECT_SECONDS / len(self._addresses), LEAST_SECONDS)
        failures = []
        for address in self._addresses:
            self._where = f"{address.host}:{address.port}"
            try:
                self._serve(address, seconds)
            except Exception as error:  # pylint: disable=broad-exception-caught
                self._fail(error)  # raised in the caller's thread
            if self._ready:
                return
            failures += [self._failure] if self._failure else []
            self._failure = None
        with self._changed:
            self._error = together(failures)
            self._changed.notify_all()

    def _serve(self, address: URLParameters, seconds: float) -> None:
        self._connection = self._connection_type(
            address,
            on_open_callback=self._on_connected,
            on_open_error_callback=self._on_lost,
            on_close_callback=self._on_lost,
        )
        ioloop = self._connection.ioloop
        try:
            ioloop.call_later(seconds, partial(self._on_late, seconds))
            ioloop.start()
        finally:
            ioloop.close()  # its pair of sockets

    def _on_late(self, seconds: float) -> None:
        if not self._ready:
            self._fail(f"does not answer within {seconds:.0f} s")
            self._connection.ioloop.stop()

    def _close(self) -> None:
        if self._connection.is_open:
            self._connection.close()

    def _on_connected(self, connection: SelectConnection) -> None:
        connection.channel(on_open_callback=self._on_channel)

    def _on_channel(self, channel: Channel) -> None:
        self._channel = channel
        channel.add_on_close_callback(self._on_channel_closed)
        if self._is_missing:
            self._declare()
        else:
            self._prepare()

    def _prepare(self) -> None:
        """Do what has to be done on a new channel, then call _set_ready."""
        raise NotImplementedError

    def _declare(self) -> None:
        def declare_queue(arguments: dict[str, Any]) -> None:
            declare(self._queue, arguments=arguments, callback=lambda _: self._prepare())

        declare = partial(self._channel.queue_declare, durable=True)
        if self._may_put_aside:
            declare(
                dead_letters_of(self._queue),
                arguments=UNLIMITED,
                callback=lambda _: declare_queue(queue_arguments(self._queue)),
            )
        else:
            declare_queue(UNLIMITED)

    def _set_ready(self) -> None:
        with self._changed:
            self._ready = True
            self._changed.notify_all()

    def _on_channel_closed(self, _channel: Channel, reason: Exception) -> None:
        code = reply_code(reason)
        if self._ready or not self._declares:
            self._give_up(reason)
        elif code == NOT_FOUND and not self._is_missing:
            self._is_missing = True
            self._on_connected(self._connection)
        elif code == ACCESS_REFUSED and self._is_missing and self._may_put_aside:
            self._may_put_aside = False
            self._on_connected(self._connection)
        else:
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
            if self._failure is None:
                self._failure = explain(self._where, reason, self._ready)
            if self._ready:
                self._error = self._failure
            self._changed.notify_all()
