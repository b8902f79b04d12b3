"""Work that goes on until a signal tells it to stop."""

import logging
import signal
import threading
from collections.abc import Callable
from typing import Final, NoReturn

logger = logging.getLogger(__name__)

# A consumer that is told to stop has to be gone after 10 s: this, and closing its connections.
GRACE_SECONDS: Final = 4


def until_stopped(work: Callable[[threading.Event], None], unfinished: str) -> int:
    """Work until a signal says to stop. What goes on for too long then is broken off."""
    stop = threading.Event()

    def finish(*_: object) -> None:
        stop.set()
        signal.alarm(GRACE_SECONDS)

    def give_up(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, finish)
    signal.signal(signal.SIGALRM, give_up)
    try:
        work(stop)
    except KeyboardInterrupt:
        logger.warning(unfinished)
    return 0
