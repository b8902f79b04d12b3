"""The command line of the driver. Each command is a function, below the one that adds it."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from psycopg.errors import NullValueNotAllowed

from driver import __version__
from driver.broker.inspector import queue_risks
from driver.command_line import Parser, day, positive, run, seconds
from driver.consume import consume
from driver.errors import UsageError
from driver.import_command import add_import
from driver.ingest import BATCH
from driver.load import catch_up_every, load, load_days
from driver.ready import wait_until_ready
from driver.settings import Settings
from driver.stopping import until_stopped

Add = Callable[..., argparse.ArgumentParser]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    parser = Parser(
        prog="warehouse" if Path(sys.argv[0]).name == "warehouse" else "python -m driver",
        description="Brings user events and organizations into the warehouse and runs its loads.",
        epilog="PostgreSQL is where libpq's PG* variables say, RabbitMQ where RABBITMQ_URL says;"
        " USER_EVENTS_QUEUE names the queue (default user_events).",
    )
    parser.add_argument("--version", action="version", version=f"warehouse {__version__}")
    add = parser.add_subparsers(required=True, metavar="COMMAND").add_parser
    for add_command in (_add_consume, add_import, _add_load, _add_load_days, _add_ready):
        add_command(add)
    return run(parser, argv)


def _add_consume(add: Add) -> None:
    command = add(
        "consume", help="move user events from the queue into the database, until stopped"
    )
    command.add_argument(
        "--batch-size",
        type=positive,
        default=BATCH,
        metavar="N",
        help="the most messages that one commit takes (default %(default)s)",
    )
    command.add_argument(
        "--batch-seconds",
        type=seconds,
        default=0.2,
        metavar="S",
        help="how long to wait for more messages before a commit (default %(default)s)",
    )
    command.set_defaults(run=_consume)


def _consume(arguments: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    unfinished = "stopped before the batch in hand was committed; it will be delivered again"
    return until_stopped(
        lambda stop: consume(settings, stop, arguments.batch_size, arguments.batch_seconds),
        unfinished,
    )


def _add_load(add: Add) -> None:
    command = add("load", help="run one load for one day")
    command.add_argument(
        "name", help="the table, for example users_dim; the table etl.loads lists all"
    )
    command.add_argument(
        "--date",
        type=day,
        default=os.environ.get("IMPORT_DATE") or None,
        metavar="YYYY-MM-DD",
        help="the day, in UTC (default: the environment's IMPORT_DATE)",
    )
    command.set_defaults(run=_load)


def _load(arguments: argparse.Namespace) -> int:
    try:
        result = load(arguments.name, arguments.date)
    except NullValueNotAllowed:
        raise UsageError("no day to load: pass --date YYYY-MM-DD or set IMPORT_DATE") from None
    what = f"{arguments.name} {arguments.date}" if arguments.date else arguments.name
    print(f"{what}: {result}")
    return 0


def _add_load_days(add: Add) -> None:
    command = add("catch-up", help="load all days that have new events, the oldest first")
    command.add_argument(
        "--every",
        type=positive,
        metavar="S",
        help="do so every S seconds, until stopped",
    )
    command.set_defaults(run=_catch_up, days=None)
    command = add(
        "load-days", help="load the days of a range that are not loaded yet or have new events"
    )
    command.add_argument(
        "days", type=day, nargs=2, metavar=("FROM", "TO"), help="the first and the last day"
    )
    command.set_defaults(run=_load_days)


def _catch_up(arguments: argparse.Namespace) -> int:
    if not arguments.every:
        return _load_days(arguments)
    unfinished = "stopped in the midst of a load, which will be done by the next catch-up"
    return until_stopped(partial(catch_up_every, arguments.every), unfinished)


def _load_days(arguments: argparse.Namespace) -> int:
    # Only here: where nothing but a consumer runs there is no rich, which shows the progress.
    from driver import progress_bars  # pylint: disable=import-outside-toplevel

    with progress_bars.Loads() as loads:
        load_days(arguments.days, loads.say)
    return 0


def _add_ready(add: Add) -> None:
    command = add(
        "ready", help="check that both servers work; the exit status is 1 if one does not"
    )
    command.add_argument(
        "--consumers",
        type=positive,
        default=0,
        metavar="N",
        help="check also that N consumers are connected (default: that one could connect)",
    )
    command.add_argument(
        "--seconds",
        type=seconds,
        default=0,
        metavar="S",
        help="how long to wait for that (default: not at all)",
    )
    command.add_argument(
        "--risks", action="store_true", help="print how the queue may lose messages, or stop"
    )
    command.set_defaults(run=_ready)


def _ready(arguments: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    wait_until_ready(settings, arguments.consumers, arguments.seconds)
    for risk in queue_risks(settings) if arguments.risks else ():
        print(f"queue {settings.queue} {risk}")
    return 0
