"""What README and docs tell people to do works as they say; the reference is up to date."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg
import pytest

from driver.cli import main
from driver.settings import Settings
from driver.tests.conftest import DB, until

ROOT: Final = DB.parent
DATA: Final = ROOT / "data"
PAGES: Final = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
CHANGE: Final = ROOT / "docs" / "change.md"
TUTORIAL: Final = ROOT / "docs" / "tutorial.md"
# A block, before it a comment that says who runs it, or, when it is a file, a line with its path.
BLOCK: Final = re.compile(
    r"^(?: *<!-- (?P<mark>[^\n]*) -->\n)?(?:`(?P<path>[^`\n]+)`\n\n)?"
    r"(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)

Connection = psycopg.Connection[Any]


class Block(NamedTuple):
    """What is between two lines of backquotes."""

    mark: str | None
    path: str | None
    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    """Return those of a page, in their order."""
    found = BLOCK.finditer(page.read_text("utf-8"))
    return [Block(*(match[name] for name in Block._fields)) for match in found]


@pytest.fixture(name="sample")
def fixture_sample(own_warehouse: Connection) -> Connection:
    """A connection to a warehouse with the sample, which PGDATABASE names as well."""
    files = [str(DATA / "organizations.json"), str(DATA / "user_events.json")]
    assert main(["import", "both", "--direct", *files]) == 0
    own_warehouse.execute("CALL etl.catch_up()")
    return own_warehouse


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    """Those to a file of the project, from the folder that the page is in."""
    targets = re.findall(r"\]\((?!\w+:)([^)#]+)", page.read_text("utf-8"))
    assert not [target for target in targets if not (page.parent / target).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_command_is_run_or_says_that_it_is_not(page: Path) -> None:
    """By this module, by the one that its mark names, or by nobody for the reason of its mark."""
    for block in blocks(page):
        if block.mark and block.mark.startswith("run by "):
            names = re.findall(r"[\w./]+\.\w+|\.ci/run", block.mark)
            assert names and all((ROOT / name).exists() for name in names), block.mark
        elif block.mark:
            assert block.mark.startswith("not run: "), block.mark
        elif block.language == "sh":
            assert page in (CHANGE, TUTORIAL), block.text
        else:
            shown = ("sql", "text", "mermaid")
            assert block.language in shown or page.name == "README.md", block.text


def sql(page: Path) -> list[str]:
    """Return what SQL there is on a page to be pasted."""
    return [block.text for block in blocks(page) if block.language == "sql" and not block.mark]


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page != CHANGE and sql(page)], ids=lambda page: page.name
)
def test_sql_can_be_pasted(sample: Connection, page: Path) -> None:
    """All SQL of a page, one after the other, on the sample."""
    sample.execute(
        "CREATE TABLE fact (user_id text, happened_at timestamptz, valid_from timestamptz)"
    )
    for text in sql(page):
        command = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
        subprocess.run(command, input=text, check=True, encoding="utf-8")


def follow(page: Path, folder: Path) -> None:
    """Write each file of a page into a folder, run each command there; its output is as told."""
    environment = os.environ | {"PSQLRC": "/dev/null", "PGTZ": "UTC"}
    output = ""
    for block in blocks(page):
        if block.mark:
            continue
        if block.path:
            (folder / block.path).write_text(block.text, "utf-8")
        elif block.language == "sh":
            assert output == ""
            command = ["bash", "-euo", "pipefail", "-c", block.text]
            output = subprocess.run(
                command, cwd=folder, env=environment, check=True, stdout=-1, encoding="utf-8"
            ).stdout
        else:
            assert block.language == "text"
            assert block.text == output
            output = ""
    assert output == ""


def test_the_tutorial(sample: Connection, tmp_path: Path) -> None:
    """On the sample, to the letter."""
    follow(TUTORIAL, tmp_path)
    assert sample.execute("SELECT count(*) FROM etl.erasures").fetchone() == (1,)


def test_changes(sample: Connection, tmp_path: Path) -> None:
    """A new attribute, another load, a new type of events, to the letter."""
    shutil.copytree(DB, tmp_path / "db")
    follow(CHANGE, tmp_path)
    migrations = tmp_path / "db" / "migrations"
    subprocess.run(["sqitch", "verify", "db:pg:"], cwd=migrations, check=True)
    assert not sample.execute("SELECT * FROM etl.check_users_dim()").fetchall()


def test_what_is_added_breaks_no_test(tmp_path: Path) -> None:
    """Those that list what there is, with all files of the page in place."""
    shutil.copytree(DB, tmp_path / "db")
    for block in blocks(CHANGE):
        if block.path and block.path.startswith("db/"):
            (tmp_path / block.path).write_text(block.text, "utf-8")
        for line in re.findall(r"^echo '(.*)' >>db/migrations/sqitch.plan$", block.text, re.M):
            with (tmp_path / "db/migrations/sqitch.plan").open("a", encoding="utf-8") as plan:
                print(line, file=plan)
    tests = ("schema.sql", "grants.sql", "etl/event_types.sql", "internal/loads/rules_of.sql")
    paths = [tmp_path / "db" / "tests" / test for test in tests]
    subprocess.run([tmp_path / "db" / "test", *paths], check=True)


def test_an_import_can_be_taken_out(sample: Connection, tmp_path: Path) -> None:
    """With all that came of it, and nothing else; organizations too."""
    state = """
        SELECT
            (SELECT array_agg(row ORDER BY user_id, valid_from)::text FROM crm.users_dim AS row),
            (SELECT array_agg(row ORDER BY event_date)::text FROM reports.user_events_daily AS row
            WHERE n_total > 0),
            (SELECT array_agg(organization_key) FROM crm.organizations_dim),
            (SELECT count(*) FROM raw.user_events),
            (SELECT count(*) FROM raw.rejected_user_events)
    """
    before = sample.execute(state).fetchone()
    file = tmp_path / "events.json"
    events = (DATA / "user_events.json").read_text("utf-8")
    more = events.replace("Updated", "Deleted").replace("2020-12-08", "2020-12-13")
    file.write_text(events + more + "[1]")
    organizations = tmp_path / "organizations.json"
    organizations.write_text('{"organization_key": "wrong"}')
    assert main(["import", "both", "--direct", str(organizations), str(file)]) == 0
    sample.execute("CALL etl.catch_up()")
    assert sample.execute(state).fetchone() != before

    page = sql(DB.parent / "docs" / "operations.md")
    for example, query in (
        (
            "00000000-0000-4000-8000-000000000000",
            next(text for text in page if "AS began_at" in text),
        ),
        ("2020-12-08 20:03:16.759617+00", "SELECT max(ingested_at)::text FROM raw.organizations"),
    ):
        last = sample.execute(query.encode()).fetchone()
        assert last
        text = next(text for text in page if example in text).replace(example, last[0])
        command = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
        subprocess.run(command, input=text, check=True, encoding="utf-8")
    assert sample.execute(state).fetchone() == before
    assert not sample.execute("SELECT * FROM etl.check_users_dim()").fetchall()


def test_the_program_that_publishes(
    conn: Connection,
    settings: Settings,
    start_consumer: Callable[..., subprocess.Popen[bytes]],
) -> None:
    """README's event is in raw."""
    assert settings
    start_consumer()
    (program,) = [b.text for b in blocks(ROOT / "README.md") if b.language == "python"]
    subprocess.run([sys.executable, "-c", program], check=True)
    until(lambda: bool(conn.execute("SELECT FROM raw.user_events").rowcount))
    assert conn.execute("SELECT user_id, plan_name, extra FROM raw.user_events").fetchall() == [
        ("anna", "Small", None)
    ]


@pytest.mark.parametrize(("query", "page"), [("reference", "reference"), ("diagram", "tables")])
def test_what_is_made_from_the_database(sample: Connection, query: str, page: str) -> None:
    """It is what `make reference` would write."""
    assert sample
    command = ["psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only"]
    told = subprocess.check_output(
        [*command, f"--file={DB / 'tools' / query}.sql"], encoding="utf-8"
    )
    assert (ROOT / "docs" / f"{page}.md").read_text("utf-8") == told, "run make reference"
