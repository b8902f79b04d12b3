"""Where the servers are. PostgreSQL's own settings are libpq's PG* variables."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from driver.broker.address import addresses
from driver.errors import UsageError


@dataclass(frozen=True)
class Settings:
    """What the environment says about the broker."""

    rabbitmq_url: str = field(repr=False)  # of one broker or several; holds passwords
    queue: str

    @classmethod
    def from_environment(cls) -> Self:
        """Read RABBITMQ_URL, or the file that RABBITMQ_URL_FILE names, and USER_EVENTS_QUEUE.

        Raises UsageError when there is no address, or none of a broker.
        """
        url = os.environ.get("RABBITMQ_URL")
        if not url and (file := os.environ.get("RABBITMQ_URL_FILE")):
            try:
                url = Path(file).read_text("utf-8").strip()
            except OSError as error:
                raise UsageError(f"RABBITMQ_URL_FILE: {file}: {error.strerror}") from error
        if not url:
            raise UsageError('RABBITMQ_URL is not set: run eval "$(make -s env)" first')
        addresses(url)
        return cls(url, os.environ.get("USER_EVENTS_QUEUE") or "user_events")
