"""What only a consumer knows, told to the database for `make status`."""

import logging
import os
import socket
import threading
import time
from contextlib import suppress
from typing import Final, LiteralString, NamedTuple, Self

import psycopg

from driver.broker.consumer import Consumer
from driver.database import connect, explain

logger = logging.getLogger(__name__)

HEAR: Final[LiteralString] = "SELECT etl.hear_consumer(%s, %s, %s, make_interval(secs => %s))"
NOTE: Final[LiteralString] = "SELECT etl.note_of_consumer(%s, %s, %s, %s)"
HEARD_SECONDS: Final = 10.0
RENEW_SECONDS: Final = 30.0
CLOSE_SECONDS: Final = 1.0
MYSELF: Final = f"consumer {socket.gethostname()} {os.getpid()}"


class Note(NamedTuple):
    """What holds of a subject: nothing if the text is None."""

    text: str | None
    remedy: str
    is_problem: bool


class Notes:
    """A thread that tells what one consumer holds and knows, while that one waits as well.

    A note is told when it changes, and again while it holds.
    """

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._notes: dict[str, Note] = {}
        self._told: dict[str, tuple[Note, float]] = {}  # and when
        self._consumer: Consumer | None = None
        self._acknowledged = 0
        self._moved_at = time.monotonic()
        self._fault = ""
        self._closing = False
        self._changed = threading.Event()
        # A daemon: the database may answer never.
        self._thread = threading.Thread(target=self._run, name="notes", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        self._changed.set()
        self._thread.join(CLOSE_SECONDS)

    def put(
        self, subject: str, text: str | None, remedy: str = "", is_problem: bool = True
    ) -> None:
        """Say what holds of the subject; None when nothing does any more."""
        note = Note(text, remedy, is_problem)
        if note != self._notes.get(subject):
            self._notes[subject] = note
            self._changed.set()

    def watch(self, consumer: Consumer | None) -> None:
        """Tell from now on what this one holds; None holds nothing."""
        self._consumer = consumer
        self._changed.set()

    # From here on: the thread.

    def _run(self) -> None:
        while not self._closing:
            self._changed.wait(HEARD_SECONDS)
            self._changed.clear()
            self._tell(self._consumer)
        with suppress(psycopg.Error), connect("notes") as connection:
            connection.execute(HEAR, (MYSELF, None, None, None))

    def _tell(self, consumer: Consumer | None) -> None:
        now = time.monotonic()
        acknowledged = consumer.acknowledged if consumer else 0
        held = consumer.delivered - acknowledged if consumer else 0
        if not held or acknowledged != self._acknowledged:
            self._acknowledged, self._moved_at = acknowledged, now
        told = [
            (subject, note)
            for subject, note in self._notes.copy().items()
            if self._told.get(subject, (None, 0.0))[0] != note
            or note.text
            and self._told[subject][1] < now - RENEW_SECONDS
        ]
        try:
            with connect("notes") as connection, connection.transaction():
                seconds = now - self._moved_at if held else None
                connection.execute(HEAR, (MYSELF, self._queue, held, seconds))
                for subject, note in told:
                    connection.execute(NOTE, (subject, *note))
            self._told.update({subject: (note, now) for subject, note in told})
            self._fault = ""
        except psycopg.Error as error:
            if str(error) != self._fault:
                self._fault = str(error)
                logger.warning("%s; status does not know what this consumer holds", explain(error))
