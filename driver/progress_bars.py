"""How far an import or the loads are, for who looks at a terminal."""

import re
import sys
from contextlib import suppress
from typing import Self, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from driver.command_line import printable


def bars(stream: TextIO) -> Progress:
    """Return bars with the share, the time that passed and the time left; only for a terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(16),
        TextColumn("{task.fields[count]:,}"),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(file=stream),
        disable=not stream.isatty(),
    )


def show(progress: Progress, task: TaskID, count: int, share: float | None) -> None:
    """Show how many are done, and which share of all they are, if that is known."""
    if share is None:
        progress.update(task, count=count)
    else:
        progress.update(task, count=count, completed=share, total=1)


class Loads:
    """Prints a line for each load, and on a terminal how far they are below."""

    def __init__(self) -> None:
        self._bars = bars(sys.stdout)
        self._bars.live.transient = True
        self._task = self._bars.add_task("loads", total=None, visible=False, count=0)
        self.count = 0

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        self._bars.stop()
        if not failed and not self.count and not self._bars.disable:
            print("nothing to do: all these days are loaded, and no event waits")

    def say(self, line: str) -> None:
        """Take a notice of the database: 3/14 users_dim 2020-12-08: …."""
        if self._bars.disable:
            with suppress(BrokenPipeError):  # psycopg would log it; the last flush says it to main
                print(printable(line))
        else:
            self._bars.console.print(printable(line), markup=False, highlight=False, soft_wrap=True)
        if turn := re.match("([0-9]+)/([0-9]+) ", line):
            self.count = int(turn[1])
            self._bars.update(
                self._task,
                count=self.count,
                completed=self.count,
                total=int(turn[2]),
                visible=True,
                refresh=True,
            )
