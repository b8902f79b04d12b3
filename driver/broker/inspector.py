"""Looks at the queue."""

from typing import Any

from pika.frame import Method

from driver.broker.link import Link
from driver.settings import Settings


def queue_state(settings: Settings) -> tuple[int, int]:
    """Return how many messages the queue holds ready, and how many consumers it has.

    Raises BrokerError, also when there is no such queue yet.
    """
    with _Inspector(settings) as inspector:
        return inspector.state


class _Inspector(Link):
    """Looks at the queue and changes nothing."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.state = (0, 0)

    def _prepare(self) -> None:
        self._channel.queue_declare(self._queue, passive=True, callback=self._on_state)

    def _on_state(self, frame: Method[Any]) -> None:
        self.state = (frame.method.message_count, frame.method.consumer_count)
        self._set_ready()
