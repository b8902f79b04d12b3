"""What only a consumer knows, told to the database for `make status`."""

import logging
import os
import socket
import time
from typing import Final, LiteralString

import psycopg

from driver.database import connect, explain

logger = logging.getLogger(__name__)

NOTE: Final[LiteralString] = "SELECT etl.note_of_consumer(%s, %s, %s, %s)"
RENEW_SECONDS: Final = 30.0
MYSELF: Final = f"consumer {socket.gethostname()} {os.getpid()}"


class Notes:
    """Notes of one consumer; each is written when it changes, and renewed while it holds."""

    def __init__(self) -> None:
        self._written: dict[str, tuple[str | None, float]] = {}  # by subject: the note, and when

    def put(
        self, subject: str, note: str | None, remedy: str = "", is_problem: bool = True
    ) -> None:
        """Say what holds of the subject; None when nothing does any more."""
        written, when = self._written.get(subject, ("", 0.0))
        if note == written and (note is None or time.monotonic() < when + RENEW_SECONDS):
            return
        try:
            with connect("notes") as connection:
                connection.execute(NOTE, (subject, note, remedy, is_problem))
        except psycopg.Error as error:
            logger.warning("%s; not noted: %s", explain(error), note)
        self._written[subject] = note, time.monotonic()
