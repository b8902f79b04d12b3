"""The command line of what people look at."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from driver.command_line import Parser, day, printable, run
from driver.errors import UsageError
from driver.settings import Settings
from reporting.page import write_html
from reporting.report import print_report, read_numbers, write_csv
from reporting.status import print_json, print_prometheus, print_status, read_status


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    parser = Parser(
        prog="python -m reporting",
        description="Shows what the warehouse holds, and how it is.",
        epilog="PostgreSQL is where libpq's PG* variables say, RabbitMQ where RABBITMQ_URL says.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    report = commands.add_parser("report", help="show the daily numbers, and write them as HTML")
    for option, text in (("--from", "the first day"), ("--to", "the last day")):
        report.add_argument(
            option, type=day, metavar="YYYY-MM-DD", dest=option[2:] + "_day", help=text
        )
    report.add_argument("--html", type=Path, metavar="FILE", help="write a page with charts")
    report.add_argument("--csv", type=Path, metavar="FILE", help="write the days as CSV")
    report.set_defaults(run=_report)

    status = commands.add_parser(
        "status", help="show what is where; the exit status is 1 when something needs a person"
    )
    status.set_defaults(run=_status, printer=print_status)
    formats = status.add_mutually_exclusive_group()
    for option, printer, text in (
        ("--json", print_json, "for programs"),
        ("--prometheus", print_prometheus, "for node_exporter's textfile collector"),
    ):
        formats.add_argument(option, dest="printer", action="store_const", const=printer, help=text)
    return run(parser, argv)


def _report(arguments: argparse.Namespace) -> int:
    first, last = arguments.from_day, arguments.to_day
    if first and last and first > last:
        raise UsageError(f"the first day, {first}, is after the last day, {last}")
    numbers = read_numbers(first, last)
    print_report(numbers)
    for what, write, file in (
        ("charts", write_html, arguments.html),
        ("days as CSV", write_csv, arguments.csv),
    ):
        if file:
            try:
                write(numbers, file)
            except OSError as error:
                raise UsageError(f"{file}: {error.strerror}") from error
            print(f"{what}: {printable(str(file))}")
    return 0


def _status(arguments: argparse.Namespace) -> int:
    status = read_status(Settings.from_environment())
    arguments.printer(status)
    return 1 if status.problems else 0
