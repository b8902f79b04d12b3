"""Whether the servers and the consumers really work: a process may exist and answer nobody."""

import time

import psycopg

from driver.broker.consumer import Consumer
from driver.broker.inspector import queue_state
from driver.database import connect
from driver.errors import BrokerError
from driver.settings import Settings


def wait_until_ready(settings: Settings, consumers: int, seconds: float) -> None:
    """Return once both servers work and the queue has this many consumers at least.

    Raises what keeps them from it after *seconds*: BrokerError or psycopg.Error.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            _check(settings, consumers)
            return
        except (BrokerError, psycopg.Error):
            if time.monotonic() >= deadline:
                raise
        time.sleep(0.2)


def _check(settings: Settings, consumers: int) -> None:
    with connect("ready") as connection:
        connection.execute("SELECT 1")
    if not consumers:
        # A broker whose queues are dead still lets us connect, and declare a queue that exists.
        # It does not let us consume. The message that we may get goes back to the queue.
        with Consumer(settings, few=1, many=1):
            return
    _, found = queue_state(settings)
    if found < consumers:
        raise BrokerError(f"queue {settings.queue} has {found} of {consumers} consumers")
