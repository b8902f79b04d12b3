"""How long to wait for a server that is away."""

import logging
import threading
from typing import Final

import psycopg

from driver.database import explain
from driver.errors import BrokerError

logger = logging.getLogger(__name__)

NO_DELAY: Final = 0.1
SHORTEST_DELAY: Final = 1.0
LONGEST_DELAY: Final = 5.0


class RetryDelay:
    """Waits longer each time, and says what for."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        """Wait no longer once *stop* is set."""
        self._stop = stop or threading.Event()
        self._delay = SHORTEST_DELAY

    def wait(self, error: BrokerError | psycopg.Error) -> bool:
        """Wait; return false when told to stop meanwhile."""
        logger.warning("%s; trying again in %g s", explain(error), self._delay)
        stopped = self._stop.wait(self._delay)
        self._delay = min(max(2 * self._delay, SHORTEST_DELAY), LONGEST_DELAY)
        return not stopped

    def hurry(self) -> None:
        """Wait hardly at all the next time."""
        self._delay = NO_DELAY

    def restore(self) -> None:
        """Begin with a short delay again: the servers work."""
        self._delay = SHORTEST_DELAY
