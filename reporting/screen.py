"""The terminal."""

import sys

from rich.console import Console


class Screen(Console):
    """As wide as the terminal; 120 columns elsewhere."""

    def __init__(self) -> None:
        super().__init__(width=None if sys.stdout.isatty() else 120)

    def on_broken_pipe(self) -> None:
        """Leave it to the caller: rich would end the program with status 1."""
        raise BrokenPipeError
