"""How far an import is: what the consumers have committed of it, and why they do not go on."""

import logging
import time
from typing import Final, LiteralString, Self
from uuid import UUID

import psycopg

from driver.broker.inspector import queue_state
from driver.database import connect, explain
from driver.errors import BrokerError, Fault
from driver.ingest import Outcome
from driver.settings import Settings

logger = logging.getLogger(__name__)

IMPORT_PROGRESS: Final[LiteralString] = (
    "SELECT inserted, duplicates, rejected FROM etl.import_progress(%s)"
)

POLL_SECONDS: Final = 0.25
PATIENCE_SECONDS: Final = 5.0
GIVE_UP_SECONDS: Final = 60.0


class ImportProgress:
    """Reads from the database how far an import is, and says so when it does not move."""

    def __init__(self, import_id: UUID) -> None:
        self._import_id = import_id
        self._connection = connect("import")
        self._outcome = Outcome()
        self._read_at = self._moved_at = time.monotonic()
        self._complained = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def read(self) -> Outcome:
        """Return what is committed, as it was a moment ago at the earliest."""
        now = time.monotonic()
        if now - self._read_at >= POLL_SECONDS:
            self._read_at = now
            was_away = self._connection.closed
            try:
                if was_away:
                    self._connection = connect("import")
                row = self._connection.execute(IMPORT_PROGRESS, (str(self._import_id),)).fetchone()
            except psycopg.OperationalError as error:
                self._connection.close()
                if not was_away:
                    logger.warning("%s; still waiting", explain(error))
                return self._outcome
            assert row
            outcome = Outcome(*row)
            if outcome != self._outcome:
                self._outcome = outcome
                self._moved_at = now
                self._complained = False
        return self._outcome

    def wait_from_now(self) -> None:
        """Forget how long nothing has moved: the file may be a slow pipe, the broker be blocked."""
        self._moved_at = time.monotonic()

    def complain(self, settings: Settings, missing: int) -> None:
        """Say now and then why nothing moves; raise Fault when nobody consumes for long.

        Or when there is nothing left to consume: consumers commit within seconds what they hold.
        """
        waited = time.monotonic() - self._moved_at
        if waited < (GIVE_UP_SECONDS if self._complained else PATIENCE_SECONDS):
            return
        ready = consumers = None
        try:
            ready, consumers = queue_state(settings)
            why = "the consumers commit nothing: see their log"
        except BrokerError as error:
            why = str(error)
        if consumers == 0:
            why = f"nobody consumes queue {settings.queue}: start a consumer"
            if self._complained:
                raise Fault(f"{why}; until then {missing} events stay in it")
        elif ready == 0 and self._complained:
            raise Fault(
                f"{missing} events are neither committed nor waiting in queue {settings.queue}: it"
                " was purged, or a consumer holds them and cannot commit (see 'make logs'); import"
                " the file again, nothing is repeated"
            )
        logger.warning("%s; still waiting for %d events", why, missing)
        if self._complained:
            self._moved_at += GIVE_UP_SECONDS
        self._complained = True
