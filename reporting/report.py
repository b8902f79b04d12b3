"""How fresh the tables are, the daily numbers and the users, in the terminal."""

from datetime import UTC, date, datetime
from typing import Final, LiteralString, NamedTuple

from rich import box
from rich.bar import Bar
from rich.table import Table

from driver.database import connect
from reporting.screen import Screen

FRESHNESS: Final[LiteralString] = """
    SELECT
        load_name, last_day, newest_event,
        (SELECT coalesce(sum(upper(days) - lower(days)), 0) FROM unnest(missing_days) AS days),
        (SELECT coalesce(sum(upper(days) - lower(days)), 0) FROM unnest(stale_days) AS days),
        stale_reasons, rejected_in_24_hours
    FROM etl.freshness
    ORDER BY load_name"""
DAYS: Final[LiteralString] = """
    SELECT event_date, n_created, n_updated, n_deleted, n_unique, n_total, n_users
    FROM reports.user_events_daily
    JOIN reports.users_between(%(first)s, %(last)s) USING (event_date)
    ORDER BY event_date"""
ORGANIZATIONS: Final[LiteralString] = """
    SELECT organization_name, plan_name, n_users
    FROM reports.users_by_organization
    ORDER BY sum(n_users) OVER (PARTITION BY organization_name), organization_name, plan_name"""

EVENTS: Final = {"created": "#2a9d8f", "updated": "#e9c46a", "deleted": "#e76f51"}
PLANS: Final = ("#264653", "#2a9d8f", "#8ab17d", "#e9c46a", "#f4a261", "#e76f51")


class Freshness(NamedTuple):
    """A row of etl.freshness, with days counted."""

    table: str
    last_day: date | None
    newest_event: datetime | None
    missing: int
    stale: int
    reasons: str | None
    rejected: int

    def __str__(self) -> str:
        loaded = f"loaded up to {self.last_day}" if self.last_day else "never loaded"
        if self.newest_event:
            loaded += f", newest event {self.newest_event.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        stale = f"{_days(self.stale)} stale" + (f" ({self.reasons})" if self.reasons else "")
        rejected = f"{self.rejected:,} rejected in 24 hours"
        return f"{self.table}: {loaded}; {_days(self.missing)} missing, {stale}, {rejected}"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number:,} days"


class Day(NamedTuple):
    """A row of reports.user_events_daily, with the users that existed at its end."""

    event_date: date
    created: int
    updated: int
    deleted: int
    unique: int
    total: int
    users: int


class Numbers(NamedTuple):
    """What a report shows."""

    freshness: list[Freshness]
    days: list[Day]
    organizations: list[tuple[str | None, str | None, int]]


def read_numbers(first: date | None, last: date | None) -> Numbers:
    """Read the loaded days from *first* to *last*, or all. Raises psycopg.Error."""
    with connect("report") as connection:
        freshness = connection.execute(FRESHNESS).fetchall()
        days = connection.execute(DAYS, {"first": first, "last": last}).fetchall()
        organizations = connection.execute(ORGANIZATIONS).fetchall()
    return Numbers(
        [Freshness(*row) for row in freshness], [Day(*row) for row in days], organizations
    )


def print_report(numbers: Numbers) -> None:
    """A line about each table, then a table with a bar for each day."""
    screen = Screen()
    for freshness in numbers.freshness:
        screen.print(str(freshness), markup=False, highlight=False, soft_wrap=True)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("day", no_wrap=True)
    for name in ("created", "updated", "deleted", "unique", "total"):
        table.add_column(name, justify="right")
    table.add_column("events", width=20)
    table.add_column("users", justify="right")
    table.add_column("", width=20)
    most_events = max((day.total for day in numbers.days), default=0)
    most_users = max((day.users for day in numbers.days), default=0)
    for day in numbers.days:
        table.add_row(
            f"{day.event_date}",
            *(f"{number:,}" for number in day[1:6]),
            Bar(most_events or 1, 0, day.total, color=EVENTS["created"]),
            f"{day.users:,}",
            Bar(most_users or 1, 0, day.users, color=PLANS[0]),
        )
    screen.print(table)
