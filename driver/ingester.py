"""Threads that ingest batches, and find the message on which the database fails."""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from datetime import datetime, timezone
from typing import Final, Self

import psycopg

from driver.database import connect, explain
from driver.ingest import Arrived, Outcome, ingest

logger = logging.getLogger(__name__)

# How SQLSTATEs begin that speak of what is in a message: it fails again whenever it comes.
OF_A_MESSAGE: Final = ("22", "P0")
# And those that speak of the server, its schema or our rights. Any other failure may be for the
# one or the other, the loss of the connection included.
OF_THE_SERVER: Final = (
    *("08", "25", "28", "3D", "3F", "40", "42", "53100", "53300"),
    *("55", "57P03", "57P04", "57P05", "58", "F0", "XX001", "XX002"),
)
# Then a message is blamed when it failed so often while the server took another one each time.
FAILURES_OF_A_CULPRIT: Final = 3
RETRY_SECONDS: Final = 1.0  # after the first of them; after the next one twice as long
GOOD_EVENT: Final = (
    '{"id": "good", "event_type": "User Created", "received_at": "%Y-%m-%dT%H:%M:%SZ"}'
)
CLOSE_SECONDS: Final = 1.0

Work = tuple[Sequence[Arrived], Future[Outcome]]


class Ingester:
    """Threads that ingest, each over a database connection of its own, opened anew when lost."""

    def __init__(
        self, application_name: str, wait: Callable[[psycopg.Error], bool], threads: int = 1
    ) -> None:
        """Connect, and see that the database takes messages. Raises psycopg.Error.

        Later, *wait* is called when the server does not work, and returns whether to go on.
        """
        self._application_name = application_name
        self._wait = wait
        self._work: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._in_trouble = threading.RLock()
        self._closing = threading.Event()
        self._connections = [connect(application_name) for _ in range(threads)]
        # Not before it is known to work: what we hold when we are lost is counted as failed.
        self._try_out(0)
        # Daemons: what has to stop stops, whatever the database does.
        self._threads = [
            threading.Thread(target=self._run, args=(number,), name="ingest", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        for connection in self._connections:
            with suppress(psycopg.Error):  # it does not answer, so nothing is to be cancelled
                connection.cancel_safe(timeout=CLOSE_SECONDS)
            self._work.put(None)
        for thread in self._threads:
            thread.join(CLOSE_SECONDS)

    def submit(self, messages: Sequence[Arrived]) -> Future[Outcome]:
        """Let a thread commit the messages in their order; the result is what became of them.

        When the database fails on them they are halved until the culprit is alone. That one goes
        to quarantine, with the error as its reason. The work ends early when *wait* says so: the
        last of the messages are missing in the result then.
        """
        future: Future[Outcome] = Future()
        self._work.put((messages, future))
        return future

    # From here on: the threads.

    def _run(self, number: int) -> None:
        for messages, future in iter(self._work.get, None):
            try:
                future.set_result(self._ingest(messages, number))
            except Exception as error:  # pylint: disable=broad-exception-caught
                future.set_exception(error)  # raised where the result is asked for
        self._connections[number].close()

    def _ingest(self, messages: Sequence[Arrived], number: int) -> Outcome:
        parts = [messages]
        committed = Outcome()
        failures = 0
        reason = None
        with ExitStack() as stack:
            while parts:
                part = parts[-1]
                try:
                    if self._connections[number].closed:
                        self._connections[number] = connect(self._application_name)
                except psycopg.Error as error:  # of the server: it may recover from a crash
                    if self._closing.is_set() or not self._wait(error):
                        break
                    continue
                try:
                    outcome = ingest(self._connections[number], part, reason)
                except psycopg.Error as error:
                    if self._closing.is_set():
                        break
                    # One thread at a time tries again: a culprit may end the sessions of all,
                    # and what another thread has in hand must not be blamed for it.
                    stack.enter_context(self._in_trouble)
                    is_sure = _is(error, OF_A_MESSAGE)
                    if reason or _is(error, OF_THE_SERVER):
                        if not self._wait(error):
                            break
                        failures, reason = 0, None
                    elif not (is_sure or self._takes_others(number)):
                        break
                    elif len(part) > 1:
                        logger.warning(
                            "%s; trying %d messages by halves", explain(error), len(part)
                        )
                        middle = len(part) // 2
                        parts[-1:] = [part[middle:], part[:middle]]
                    elif is_sure or failures == FAILURES_OF_A_CULPRIT - 1:
                        logger.error(
                            "%s; the message goes to quarantine: id %r",
                            explain(error),
                            part[0].message_id,
                        )
                        said = error.diag.message_primary or error
                        reason = f"the database fails on it: {said}"
                    else:
                        failures += 1
                        self._closing.wait(failures * RETRY_SECONDS)
                    continue
                parts.pop()
                committed = committed.plus(outcome)
                failures, reason = 0, None
        return committed

    def _takes_others(self, number: int) -> bool:
        """Wait until the server takes another message, in a new session; return whether it does.

        It may have to recover from a crash first.
        """
        while True:
            try:
                self._connections[number] = connect(self._application_name)
                self._try_out(number)
                return True
            except psycopg.Error as error:
                if self._closing.is_set() or not self._wait(error):
                    return False

    def _try_out(self, number: int) -> None:
        """See that the server takes a good message, and leave nothing of it. Raises psycopg.Error.

        A hook may dislike that message, and others not.
        """
        good = Arrived(datetime.now(timezone.utc).strftime(GOOD_EVENT).encode())
        try:
            ingest(self._connections[number], [good], is_trial=True)
        except psycopg.Error as error:
            if not _is(error, OF_A_MESSAGE):
                raise


def _is(error: psycopg.Error, states: tuple[str, ...]) -> bool:
    return (error.sqlstate or "").startswith(states)
