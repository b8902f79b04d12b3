"""What command lines share: an error is one line on stderr and an exit status."""

import argparse
import logging
import os
import re
import signal
import sys
from collections.abc import Sequence
from datetime import date, datetime
from typing import NoReturn

import psycopg

from driver.database import explain
from driver.errors import Fault, UsageError


class Parser(argparse.ArgumentParser):
    """Raises UsageError for a call that is wrong."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


def run(parser: Parser, argv: Sequence[str] | None) -> int:
    """Run the command that *argv* names; return 0, 1 for a fault or 2 for a wrong call."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    for library in ("pika", "psycopg"):  # each of their errors reaches us as ours
        logging.getLogger(library).setLevel(logging.CRITICAL)
    try:
        try:
            return _run(parser, argv)
        finally:
            print(end="", flush=True)
    except BrokenPipeError:
        # Nobody reads on, as after `| head`. SIGPIPE itself has to stay ignored, for the sockets.
        for stream in (sys.stdout, sys.stderr):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return 128 + signal.SIGPIPE


def _run(parser: Parser, argv: Sequence[str] | None) -> int:
    try:
        arguments = parser.parse_args(argv)
        return int(arguments.run(arguments))
    except UsageError as error:
        return _fail(2, error)
    except (Fault, psycopg.Error) as error:
        return _fail(1, explain(error))
    except KeyboardInterrupt:
        print("interrupted: the same command again goes on from here", file=sys.stderr)
        return 130


def _fail(status: int, error: Exception) -> int:
    print(f"error: {printable(str(error))}", file=sys.stderr)
    return status


def printable(text: str) -> str:
    """Write out what a terminal would obey or hide: the text may come from anywhere."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def day(text: str) -> date:
    """Read a day of the command line."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise UsageError(f"'{text}' is no day: write it as YYYY-MM-DD") from None


def positive(text: str) -> int:
    """Read a whole number of the command line that is at least 1."""
    if not re.fullmatch("0*[1-9][0-9]*", text):
        raise UsageError(f"'{text}': must be at least 1")
    return int(text)


def seconds(text: str) -> float:
    """Read a time of the command line."""
    if not re.fullmatch("[0-9]+(\\.[0-9]+)?", text):
        raise UsageError(f"'{text}' is no number of seconds")
    return float(text)
