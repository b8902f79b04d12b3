"""The terminal."""

import sys

from rich.console import Console
from rich.table import Table


class Screen(Console):
    """As wide as the terminal; 120 columns elsewhere."""

    def __init__(self) -> None:
        super().__init__(width=None if sys.stdout.isatty() else 120)

    def needs(self, table: Table) -> int:
        """Return how many columns a table needs so that nothing is cut or broken."""
        return self.measure(table, options=self.options.update(width=10_000)).minimum

    def print_whole(self, table: Table) -> None:
        """Print all of a table: lines that are too long go on in the next one."""
        width = self.width
        self.width = max(width, self.needs(table))
        self.print(table)
        self.width = width

    def on_broken_pipe(self) -> None:
        """Leave it to the caller: rich would end the program with status 1."""
        raise BrokenPipeError
