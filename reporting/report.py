"""How fresh the tables are, the daily numbers and the users, in the terminal."""

import csv
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, LiteralString, NamedTuple

from rich import box
from rich.bar import Bar
from rich.table import Table

from driver.database import connect
from reporting.screen import Screen

FRESHNESS: Final[LiteralString] = """
    SELECT
        load_name, last_day,
        least(newest_event, lower(stale_days)::timestamp AT TIME ZONE 'UTC'),
        (SELECT coalesce(sum(upper(days) - lower(days)), 0) FROM unnest(missing_days) AS days),
        (SELECT coalesce(sum(upper(days) - lower(days)), 0) FROM unnest(stale_days) AS days),
        stale_reasons, rejected_in_24_hours
    FROM etl.freshness
    ORDER BY load_name"""
DAYS: Final[LiteralString] = """
    SELECT
        event_date, n_created, n_updated, n_deleted, n_unique, n_total,
        n_users, coalesce(n_new, 0) AS n_new, coalesce(n_gone, 0) AS n_gone
    FROM reports.user_events_daily
    JOIN reports.users_between(%(first)s, %(last)s) USING (event_date)
    LEFT JOIN reports.user_changes_between(%(first)s, %(last)s) USING (event_date)
    ORDER BY event_date"""
RESTATEMENTS: Final[LiteralString] = """
    SELECT event_date, restated_on, n_total - more_total, more_total, more_unique, n_total
    FROM reports.restatements
    WHERE event_date >= coalesce(%(first)s, date '-infinity')
      AND event_date <= coalesce(%(last)s, date 'infinity')
    ORDER BY restated_on DESC, event_date DESC"""
ORGANIZATIONS: Final[LiteralString] = """
    SELECT organization_name, plan_name, n_users
    FROM reports.users_by_organization
    ORDER BY sum(n_users) OVER (PARTITION BY organization_name), organization_name, plan_name"""

BAR: Final = 20  # columns


class Freshness(NamedTuple):
    """A row of etl.freshness, with days counted."""

    table: str
    last_day: date | None
    complete_to: datetime | None  # all events before are in the table
    missing: int
    stale: int
    reasons: str | None
    rejected: int

    @property
    def faults(self) -> str:
        """What a person should look at; empty if the table is fresh."""
        if not self.last_day:
            return "never loaded"
        stale = f"{_days(self.stale)} stale ({self.reasons})" if self.stale else ""
        missing = f"{_days(self.missing)} missing" if self.missing else ""
        return ", ".join(filter(None, (missing, stale)))


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number:,} days"


class Day(NamedTuple):
    """A row of reports.user_events_daily, with the users at its end, the new and the gone ones."""

    event_date: date
    created: int
    updated: int
    deleted: int
    unique: int
    total: int
    users: int
    new: int
    gone: int

    @property
    def further(self) -> int:
        """How many events are of a type that was added (docs/change.md)."""
        return self.total - self.created - self.updated - self.deleted

    @property
    def change(self) -> int:
        """How many users there are more than at the end of the day before."""
        return self.new - self.gone


class Restatement(NamedTuple):
    """A row of reports.restatements: all events before it, how many more, and after it."""

    event_date: date
    restated_on: date
    before: int
    more: int
    more_users: int
    after: int


class Numbers(NamedTuple):
    """What a report shows, and when it was read."""

    made_at: datetime
    freshness: list[Freshness]
    days: list[Day]
    organizations: list[tuple[str | None, str | None, int]]
    restatements: list[Restatement]

    @property
    def complete(self) -> str:
        """Up to when the tables have all events."""
        known = [table.complete_to for table in self.freshness if table.complete_to]
        if not known:
            return "nothing is loaded yet"
        moment = min(known).astimezone(UTC)
        year = "" if moment.year == self.made_at.astimezone(UTC).year else f" {moment.year}"
        return f"complete up to {moment:%-d %b}{year}, {moment:%H:%M} UTC"

    @property
    def faults(self) -> list[str]:
        """What a person should look at, a line each."""
        lines = [f"{table.table}: {table.faults}" for table in self.freshness if table.faults]
        rejected = max((table.rejected for table in self.freshness), default=0)
        return lines + ([f"{rejected:,} rejected in 24 hours"] if rejected else [])


def read_numbers(first: date | None, last: date | None) -> Numbers:
    """Read the loaded days from *first* to *last*, or all. Raises psycopg.Error."""
    with connect("report", writes=False) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL jit = off")  # without statistics it takes seconds
        row = connection.execute("SELECT now()").fetchone()
        freshness = connection.execute(FRESHNESS).fetchall()
        days = connection.execute(DAYS, {"first": first, "last": last}).fetchall()
        organizations = connection.execute(ORGANIZATIONS).fetchall()
        restatements = connection.execute(RESTATEMENTS, {"first": first, "last": last}).fetchall()
    assert row
    return Numbers(
        row[0],
        [Freshness(*row) for row in freshness],
        [Day(*row) for row in days],
        organizations,
        [Restatement(*row) for row in restatements],
    )


def write_csv(numbers: Numbers, file: Path) -> None:
    """Write a line for each loaded day. Raises OSError."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*Day._fields, "change"])
        writer.writerows([*day, day.change] for day in numbers.days)


def print_report(numbers: Numbers) -> None:
    """How fresh the tables are, then a line for each day, with bars where there is room."""
    screen = Screen()
    for line in [numbers.complete, *numbers.faults]:
        wraps = screen.is_terminal
        screen.print(line, markup=False, highlight=False, soft_wrap=not wraps)
    table = _table(numbers.days, has_bars=True)
    if screen.needs(table) > screen.width:
        table = _table(numbers.days, has_bars=False)
    screen.print_whole(table)


def _table(days: Sequence[Day], has_bars: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("day", no_wrap=True)
    for name in ("created", "updated", "deleted", "unique", "total"):
        table.add_column(name, justify="right", no_wrap=True)
    if has_bars:
        table.add_column("events", min_width=BAR, width=BAR)
    for name in ("users", "change"):
        table.add_column(name, justify="right", no_wrap=True)
    most = max((day.total for day in days), default=0) or 1
    for day in days:
        bars = [Bar(most, 0, day.total, color="green")] if has_bars else []
        numbers = [f"{number:,}" for number in day[1:6]]
        table.add_row(f"{day.event_date}", *numbers, *bars, f"{day.users:,}", f"{day.change:+,}")
    return table
