"""What empties tables runs on scratch databases only: on any other it quits at once."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

from driver.tests.conftest import DB, SCRATCH, mark

TESTS: Final = DB / "tests"
FILES: Final = sorted(TESTS.rglob("*.sql"))
FAULT: Final = (
    "is not a scratch database, which a test may empty: use db/test FILE,"
    " or db/tools/scratch pgtap pg_prove FILE\n"
)
PSQL: Final = ("psql", "--no-psqlrc", "--quiet")


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the database that PGDATABASE names."""
    return subprocess.run(
        command,
        env=os.environ | environment,
        cwd=DB.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_file_begins_with_the_guard() -> None:
    """The first statement, whatever runs the file and wherever it stands."""
    for file in FILES:
        fixture = TESTS / "fixtures" / "scratch.sql"
        text = file.read_text("utf-8")
        code = [line for line in text.splitlines() if not line.startswith("--")]
        assert code[0] == r"\set ON_ERROR_STOP on", file
        if file != fixture:
            assert code[1] == rf"\ir {os.path.relpath(fixture, file.parent)}", file


def test_nothing_runs_on_a_live_database(fresh: psycopg.Connection[Any]) -> None:
    """No test, and no fixture alone, by psql or by pg_prove, as whoever it is; no measurement."""
    fault = f"ERROR:  {fresh.info.dbname} {FAULT}"
    for file in FILES:
        done = run(*PSQL, "--file", file)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1), file
        assert done.stderr.endswith(fault)
    for file in (TESTS / "etl" / "catch_up.sql", TESTS / "fixtures" / "empty.sql"):
        for options in ("", "-c role=warehouse_ingest"):
            done = run("pg_prove", file, PGOPTIONS=options)
            assert done.returncode != 0 and fault in done.stderr, done.stdout
        piped = subprocess.run(PSQL, input=file.read_bytes(), capture_output=True, check=False)
        assert piped.returncode == 3 and b"scratch.sql: No such file" in piped.stderr
    for module in ("ingest", "loads", "freshness"):
        done = run(sys.executable, "-m", f"bench.{module}", "1")
        assert done.returncode == 3 and done.stderr.endswith(fault)
    done = run(
        DB / "tools" / "mutate", DB / "functions" / "internal" / "messages" / "plain_name.sql"
    )
    assert done.returncode != 0 and fault in done.stderr


@pytest.mark.parametrize("comment", [None, "another may be emptied by tests", "scratch"])
def test_a_scratch_database_is_one_that_was_marked(
    fresh: psycopg.Connection[Any], comment: str | None
) -> None:
    """Neither its name nor a setting, nor the comment of another database makes it one."""
    name = fresh.info.dbname
    if comment:
        statement = sql.SQL("COMMENT ON DATABASE {} IS {}")
        fresh.execute(statement.format(sql.Identifier(name), comment))
    assert run(*SCRATCH).returncode == 3
    mark(fresh, name)
    assert run(*SCRATCH).returncode == 0
