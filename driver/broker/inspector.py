"""Looks at the queue."""

import re
from typing import Any, Final

from pika.channel import Channel
from pika.frame import Method

from driver.broker.faults import reply_code
from driver.broker.link import ACCESS_REFUSED, NOT_FOUND, Link
from driver.broker.queues import dead_letters_of
from driver.errors import BrokerRefusedError
from driver.settings import Settings

# The broker names the kind of a queue that does not know an argument, and of an argument that is
# declared otherwise the value that the queue has.
KIND: Final = re.compile("of queue type rabbit_([a-z]+)_queue")
OTHERWISE: Final = re.compile(
    "inequivalent arg '(?P<name>[^']+)'.* but current is "
    "(?:none|the value '(?P<value>.*)' of type '(?P<type>[a-z]+)'|'(?P<word>.*)')"
)


def queue_state(settings: Settings) -> tuple[int, int]:
    """Return how many messages the queue holds ready, and how many consumers it has.

    Raises BrokerError, also when there is no such queue yet.
    """
    with _Inspector(settings) as inspector:
        return inspector.state


def queue_risks(settings: Settings) -> list[str]:
    """Return how the queue may lose messages or stop, a sentence each, as far as we may know.

    What policies say stays unknown. Raises BrokerRefusedError for a stream, BrokerError.
    """
    with _Surveyor(settings) as surveyor:
        return surveyor.risks()


class _Inspector(Link):
    """Looks at the queue and changes nothing."""

    _declares = False

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.state = (0, 0)

    def _prepare(self) -> None:
        self._channel.queue_declare(self._queue, passive=True, callback=self._on_state)

    def _on_state(self, frame: Method[Any]) -> None:
        self.state = (frame.method.message_count, frame.method.consumer_count)
        self._set_ready()


class _Surveyor(Link):
    """Asks for things that the broker refuses, saying what the queue has instead."""

    _declares = False

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._kind = ""
        self._arguments: dict[str, Any] = {"durable": True, "auto_delete": False}
        self._is_known = False  # else we may not declare it, and so not ask
        self._has_dead_letters = False

    def _prepare(self) -> None:
        declare = self._channel.queue_declare
        if not self._kind:
            # Of all kinds only a stream takes this consumer; another one names its kind.
            self._channel.basic_qos(prefetch_count=1)
            self._channel.basic_consume(
                self._queue,
                lambda *_: None,
                arguments={"x-stream-offset": "next"},
                callback=lambda _: self._refuse(),
            )
        elif not self._is_known:
            given = {name: value for name, value in self._arguments.items() if value is not None}
            is_durable, is_deleted = given.pop("durable"), given.pop("auto_delete")
            declare(
                self._queue,
                durable=is_durable,
                auto_delete=is_deleted,
                arguments=given,
                callback=lambda _: self._on_known(),
            )
        else:
            name = dead_letters_of(self._queue)
            declare(name, passive=True, callback=lambda _: self._on_dead_letters())

    def _refuse(self) -> None:
        self._give_up(
            BrokerRefusedError(
                f"queue {self._queue} is a stream, which keeps what is consumed: name another queue"
                " by USER_EVENTS_QUEUE"
            )
        )

    def _on_known(self) -> None:
        self._is_known = True
        self._prepare()

    def _on_dead_letters(self) -> None:
        self._has_dead_letters = True
        self._set_ready()

    def _on_channel_closed(self, channel: Channel, reason: Exception) -> None:
        kind, found = KIND.search(str(reason)), OTHERWISE.search(str(reason))
        if self._failure or self._ready:
            super()._on_channel_closed(channel, reason)
        elif kind:
            self._kind = self._arguments["x-queue-type"] = kind[1]
            self._on_connected(self._connection)
        elif found:
            self._arguments[found["name"]] = _value(found)
            self._on_connected(self._connection)
        elif reply_code(reason) in (ACCESS_REFUSED, NOT_FOUND):
            self._set_ready()  # no more is to be known
        else:
            super()._on_channel_closed(channel, reason)

    def risks(self) -> list[str]:
        """Return them once it is ready."""
        if not self._is_known:
            return []
        given = {name for name, value in self._arguments.items() if value is not None}
        may_drop = self._arguments.get("x-overflow", "drop-head") == "drop-head"
        is_limited = "x-delivery-limit" in given
        risks = {
            "is not durable: a restart of the broker loses it": not self._arguments["durable"],
            "is deleted when its last consumer ends (auto-delete)": self._arguments["auto_delete"],
            "is deleted when nobody uses it (x-expires)": "x-expires" in given,
            "drops messages by their age (x-message-ttl)": "x-message-ttl" in given,
            "drops the oldest messages when it is full (x-max-length)": may_drop
            and given & {"x-max-length", "x-max-length-bytes"},
            "is no quorum queue: a message that the broker cannot deliver holds it up for ever": (
                self._kind != "quorum"
            ),
            "has no dead-letter exchange: a message that the broker cannot deliver is dropped, or"
            " holds it up for ever": self._kind == "quorum"
            and not (self._has_dead_letters or is_limited and "x-dead-letter-exchange" in given),
        }
        return [risk for risk, is_there in risks.items() if is_there]


def _value(found: re.Match[str]) -> Any:
    """Return the value of an argument from how the broker writes it."""
    if (word := found["word"]) is not None:
        return word == "true" if word in ("true", "false") else word
    value = found["value"]
    return (
        int(value)
        if found["type"] != "longstr" and re.fullmatch("-?[0-9]+", value or "")
        else value
    )
