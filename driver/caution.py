"""How many messages a consumer takes at a time after it lost the broker."""

from typing import Final

from driver.broker.consumer import Consumer
from driver.errors import UndeliverableError

# Messages at a time until one comes that no consumer lost before.
FEW: Final = 100
# So often a message on which the broker fails is asked for at short intervals: twice the number of
# deliveries after which our queue puts it aside.
TRIES: Final = 40


class Caution:
    """How many messages at a time to begin with, after what ended a link."""

    def __init__(self) -> None:
        self.few = FEW
        self._tries = 0

    def is_short_lived(self, error: Exception, consumer: Consumer) -> bool:
        """Learn what ended a link; return whether the broker will soon put its cause aside.

        One that could not be opened, as while a server starts, tells nothing.
        """
        is_undeliverable = isinstance(error, UndeliverableError)
        if is_undeliverable or consumer.has_opened:
            self.few = FEW if consumer.acknowledged and not is_undeliverable else 1
            self._tries = 0 if consumer.acknowledged else self._tries + 1
        return is_undeliverable and self._tries < TRIES
