"""What is where, on one screen."""

from typing import Final, LiteralString

import psycopg
from rich.console import Console
from rich.table import Table

from driver.broker import queue_state
from driver.database import Connection, connect, explain
from driver.errors import BrokerError
from driver.settings import Settings

SECTIONS: Final[dict[str, LiteralString]] = {
    "Ingested": """
        SELECT coalesce(sum(received), 0) AS received, coalesce(sum(inserted), 0) AS new,
            coalesce(sum(duplicates), 0) AS duplicate, coalesce(sum(rejected), 0) AS rejected,
            max(ingested_at)::timestamptz(0) AS last
        FROM etl.ingests""",
    "Latest rejected user events": """
        SELECT rejected_at::timestamptz(0) AS rejected_at, reason
        FROM raw.rejected_user_events
        ORDER BY rejected_at DESC, event_sk DESC
        LIMIT 5""",
    "Latest rejected organizations": """
        SELECT rejected_at::timestamptz(0) AS rejected_at, reason
        FROM raw.rejected_organizations
        ORDER BY rejected_at DESC
        LIMIT 5""",
    "Days to load": """
        SELECT load_name AS load, import_date AS date, reason
        FROM etl.stale_dates
        ORDER BY import_date, load_name
        LIMIT 20""",
    "Last loads": """
        SELECT load_name AS load, import_date AS date, started_at::timestamptz(0) AS started,
            duration, rows_read AS read, rows_written AS written
        FROM etl.load_runs
        ORDER BY load_run_sk DESC
        LIMIT 10""",
}


def show_status(settings: Settings) -> bool:
    """Print the state of the queue and the database; return whether both could be asked."""
    console = Console()
    well = True
    try:
        ready, consumers = queue_state(settings)
        console.print(f"Queue {settings.queue}: {ready} messages ready, {consumers} consumers")
    except BrokerError as error:
        console.print(f"Queue {settings.queue}: {error}")
        well = False
    try:
        with connect("status") as connection:
            for title, query in SECTIONS.items():
                _show(console, connection, title, query)
    except psycopg.Error as error:
        console.print(f"Database: {explain(error)}")
        well = False
    return well


def _show(console: Console, connection: Connection, title: str, query: LiteralString) -> None:
    cursor = connection.execute(query)
    rows = cursor.fetchall()
    if not rows:
        console.print(f"{title}: none")
        return
    table = Table(title=title, title_justify="left")
    for column in cursor.description or ():
        table.add_column(column.name)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    console.print(table)
