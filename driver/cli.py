"""The command line of the driver."""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Final, NoReturn

import psycopg

from driver.consume import consume
from driver.database import explain
from driver.errors import Fault, UsageError
from driver.files import json_texts
from driver.importing import (
    import_organizations,
    import_user_events,
    import_user_events_directly,
)
from driver.ingest import BATCH, Outcome
from driver.load import LOADS, load, load_days
from driver.ready import wait_until_ready
from driver.report import print_report, read_numbers, write_html
from driver.settings import Settings
from driver.status import print_json, print_prometheus, print_status, read_status
from driver.terminal import printable

logger = logging.getLogger(__name__)

# A consumer that is told to stop has to be gone after 10 s: this, and closing its connections.
GRACE_SECONDS: Final = 4


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 for a fault or 2 for a wrong call, each said in one line."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # each of its errors reaches us as ours
    try:
        try:
            return _run(argv)
        finally:
            print(end="", flush=True)
    except BrokenPipeError:
        # Nobody reads on, as after `| head`. SIGPIPE itself has to stay ignored, for the sockets.
        for stream in (sys.stdout, sys.stderr):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return 128 + signal.SIGPIPE


def _run(argv: Sequence[str] | None) -> int:
    try:
        arguments = _parser().parse_args(argv)
        return int(arguments.run(arguments))
    except UsageError as error:
        return _fail(2, error)
    except Fault as error:
        return _fail(1, error)
    except psycopg.Error as error:
        return _fail(1, explain(error))
    except KeyboardInterrupt:
        print("interrupted: the same command again goes on from here", file=sys.stderr)
        return 130


def _fail(status: int, error: Exception) -> int:
    print(f"error: {printable(str(error))}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m driver",
        description="Moves bytes for the warehouse; all rules about data are SQL.",
        epilog="PostgreSQL is where libpq's PG* variables say, RabbitMQ where RABBITMQ_URL says;"
        " USER_EVENTS_QUEUE names the queue (default user_events).",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    consumer = commands.add_parser(
        "consume", help="move user events from the queue to raw, until told to stop"
    )
    consumer.add_argument(
        "--batch-size",
        type=_positive,
        default=BATCH,
        metavar="N",
        help="messages a commit at most (default %(default)s)",
    )
    consumer.add_argument(
        "--batch-seconds",
        type=float,
        default=0.2,
        metavar="S",
        help="longest wait for a batch to fill (default %(default)s)",
    )
    consumer.set_defaults(run=_consume)

    importer = commands.add_parser(
        "import", help="bring files into the warehouse: a JSON array, or one object a line"
    ).add_subparsers(required=True, metavar="WHAT")
    organizations = importer.add_parser("organizations", help="by COPY, into raw and the dimension")
    organizations.set_defaults(run=_import_organizations)
    user_events = importer.add_parser(
        "user-events", help="through the queue; returns when all are committed"
    )
    user_events.set_defaults(run=_import_user_events)
    both = importer.add_parser("both", help="organizations, then user events; looks at both first")
    both.set_defaults(run=_import_both)
    for command in (organizations, both):
        command.add_argument("organizations", type=Path, metavar="ORGANIZATIONS", help="a file")
    for command in (user_events, both):
        command.add_argument("user_events", type=Path, metavar="USER_EVENTS", help="a file")
        command.add_argument(
            "--direct",
            action="store_true",
            help="past the queue, into the same SQL function: for years of history",
        )

    loader = commands.add_parser("load", help="run one load for one day")
    loader.add_argument("name", choices=LOADS, help="the table to load")
    loader.add_argument(
        "--date",
        type=_day,
        default=os.environ.get("IMPORT_DATE") or None,
        metavar="YYYY-MM-DD",
        help="the UTC day (default: IMPORT_DATE of the environment)",
    )
    loader.set_defaults(run=_load)

    commands.add_parser(
        "catch-up", help="run every load for exactly the days that need it, oldest first"
    ).set_defaults(run=_load_days, days=None)

    loader = commands.add_parser(
        "load-days", help="run every load for the days of a range that are not loaded as they are"
    )
    loader.add_argument("days", type=_day, nargs=2, metavar="YYYY-MM-DD")
    loader.set_defaults(run=_load_days)

    ready = commands.add_parser(
        "ready", help="see that both servers work; the exit status is 1 when one does not"
    )
    ready.add_argument(
        "--consumers",
        type=_positive,
        default=0,
        metavar="N",
        help="and that N consumers take from the queue (default: that one could)",
    )
    ready.add_argument(
        "--seconds",
        type=float,
        default=0,
        metavar="S",
        help="longest wait for that (default: none)",
    )
    ready.set_defaults(run=_ready)

    report = commands.add_parser("report", help="show the daily numbers, and write them as HTML")
    for option, text in (("--from", "the first day"), ("--to", "the last day")):
        report.add_argument(
            option, type=_day, metavar="YYYY-MM-DD", dest=option[2:] + "_day", help=text
        )
    report.add_argument("--html", type=Path, metavar="FILE", help="the file to write")
    report.set_defaults(run=_report)

    status = commands.add_parser(
        "status", help="show what is where; the exit status is 1 when something needs a person"
    )
    formats = status.add_mutually_exclusive_group()
    formats.add_argument(
        "--json", dest="printer", action="store_const", const=print_json, help="for programs"
    )
    formats.add_argument(
        "--prometheus",
        dest="printer",
        action="store_const",
        const=print_prometheus,
        help="for node_exporter's textfile collector",
    )
    status.set_defaults(run=_status, printer=print_status)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise UsageError(f"{text}: must be at least 1")
    return number


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise UsageError(f"'{text}' is no day: write it as YYYY-MM-DD") from None


def _consume(arguments: argparse.Namespace) -> int:
    stop = threading.Event()

    def finish(*_: object) -> None:
        stop.set()
        signal.alarm(GRACE_SECONDS)

    def give_up(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, finish)
    signal.signal(signal.SIGALRM, give_up)
    try:
        consume(Settings.from_environment(), stop, arguments.batch_size, arguments.batch_seconds)
    except KeyboardInterrupt:
        logger.warning("stopped before the batch in hand was committed; it will be delivered again")
    return 0


def _import_organizations(arguments: argparse.Namespace) -> int:
    _say("organizations", import_organizations(json_texts(arguments.organizations)))
    return 0


def _import_user_events(arguments: argparse.Namespace) -> int:
    import_them = _way_of_user_events(arguments)
    _say("user events", import_them(json_texts(arguments.user_events)))
    return 0


def _import_both(arguments: argparse.Namespace) -> int:
    import_them = _way_of_user_events(arguments)
    # A file that is no good is refused before the other one is written.
    organizations = json_texts(arguments.organizations)
    user_events = json_texts(arguments.user_events)
    _say("organizations", import_organizations(organizations))
    _say("user events", import_them(user_events))
    return 0


def _way_of_user_events(arguments: argparse.Namespace) -> Callable[[Iterator[bytes]], Outcome]:
    if arguments.direct:
        return import_user_events_directly
    return partial(import_user_events, Settings.from_environment())


def _say(what: str, outcome: Outcome) -> None:
    """Print what became of a file. Raises Fault when everything in it was rejected."""
    print(f"{what}: {outcome}")
    why = f"'make status' and raw.rejected_{what.replace(' ', '_')} say why"
    if 0 < outcome.rejected == sum(outcome):
        raise Fault(f"all {what} were rejected: {why}")
    if outcome.rejected:
        print(f"{outcome.rejected} of the {what} rejected: {why}", file=sys.stderr)


def _load(arguments: argparse.Namespace) -> int:
    if arguments.date is None:
        raise UsageError("no day to load: pass --date YYYY-MM-DD or set IMPORT_DATE")
    result = load(arguments.name, arguments.date)
    rows = "1 row" if result.rows == 1 else f"{result.rows} rows"
    print(f"{arguments.name} {arguments.date}: {rows} written in {result.seconds:.2f} s")
    return 0


def _load_days(arguments: argparse.Namespace) -> int:
    def say(line: str) -> None:
        with suppress(BrokenPipeError):  # psycopg would log it; the last flush says it to main
            print(printable(line))

    load_days(arguments.days, say)
    return 0


def _ready(arguments: argparse.Namespace) -> int:
    wait_until_ready(Settings.from_environment(), arguments.consumers, arguments.seconds)
    return 0


def _report(arguments: argparse.Namespace) -> int:
    numbers = read_numbers(arguments.from_day, arguments.to_day)
    print_report(numbers)
    if arguments.html:
        try:
            write_html(numbers, arguments.html)
        except OSError as error:
            raise UsageError(f"{arguments.html}: {error.strerror}") from error
        print(f"charts: {printable(str(arguments.html))}")
    return 0


def _status(arguments: argparse.Namespace) -> int:
    status = read_status(Settings.from_environment())
    arguments.printer(status)
    return 1 if status.problems else 0
