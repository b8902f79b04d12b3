"""Says how long the cores of this machine have worked for us and for the servers."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from driver.database import Connection
from driver.settings import Settings

TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")


class Cores:
    """Reads the times of processes; what runs in a container or on another machine is not seen."""

    def __init__(self, settings: Settings, connection: Connection) -> None:
        self._broker = _listener(urlsplit(settings.rabbitmq_url).port or 5672)
        self._postmaster = _listener(connection.info.port)

    def seconds(self) -> dict[str, float]:
        """Return them for the servers, with all of their processes, and for us."""
        seconds: dict[str, float] = {}
        for pid, parent, so_far in _processes():
            if pid == self._broker:
                seconds["RabbitMQ"] = so_far
            elif self._postmaster in (pid, parent):
                seconds["PostgreSQL"] = seconds.get("PostgreSQL", 0) + so_far
        return {**dict(sorted(seconds.items(), reverse=True)), "consumer": time.process_time()}


def _processes() -> Iterator[tuple[int, int, float]]:
    """Yield each process, its parent, and its seconds."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text("ascii", "replace").rpartition(")")[2].split()
            seconds = (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND
            yield int(stat.parent.name), int(fields[1]), seconds


def _listener(port: int) -> int | None:
    """Return the process that listens on a port."""
    sockets = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text("ascii").splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == "0A" and int(local.rpartition(":")[2], 16) == port:
                sockets.add(f"socket:[{inode}]")
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if os.readlink(link) in sockets:
                return int(link.parts[2])
    return None
