"""What a session sets must not matter: other tests, run once more where all is set otherwise."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

import driver.cli
import reporting.cli
from driver.settings import Settings
from driver.tests.conftest import DB, MIGRATE

TESTS: Final = Path(__file__).parent

# All that may change what a literal, a cast or a statement means. Tests read what is written in
# ISO, so the date style is among the TEXTS.
SETTINGS: Final = {
    "standard_conforming_strings": "off",
    "escape_string_warning": "off",
    "backslash_quote": "off",
    "search_path": "hostile",
    "timezone": "Pacific/Kiritimati",
    "intervalstyle": "sql_standard",
    "extra_float_digits": "-15",
    "bytea_output": "escape",
    "xmlbinary": "hex",
    "array_nulls": "off",
    "transform_null_equals": "on",
    "quote_all_identifiers": "on",
    "synchronous_commit": "off",
    "plpgsql.extra_errors": "all",
    "plpgsql.variable_conflict": "use_variable",
    "plan_cache_mode": "force_generic_plan",
}
TEXTS: Final = {
    "datestyle": "German, DMY",
    "intervalstyle": "iso_8601",
    "client_encoding": "LATIN1",
    "client_min_messages": "error",
    "default_transaction_isolation": "serializable",
    "default_transaction_deferrable": "on",
    "xmloption": "document",
    "row_security": "off",
    "statement_timeout": "60s",
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "30s",
    "work_mem": "64kB",
    "jit": "on",
    "check_function_bodies": "off",
    "gin_fuzzy_search_limit": "1",
}
REFUSED: Final = ("standard_conforming_strings", "off")  # by PostgreSQL 19
FILES: Final = [
    str(DB.parent / "data" / f"{name}.json") for name in ("organizations", "user_events")
]


def taken(settings: dict[str, str], conn: psycopg.Connection[Any]) -> dict[str, str]:
    """Return those that the server takes."""
    is_refused = conn.info.server_version >= 190000
    return {
        name: value
        for name, value in settings.items()
        if not (is_refused and (name, value) == REFUSED)
    }


@pytest.mark.parametrize("file", ["ingest", "loads", "catch_up", "random_histories"])
def test_nothing_changes_in_a_hostile_session(
    conn: psycopg.Connection[Any], migrated: str, file: str
) -> None:
    """In a database of the same settings, too."""
    options = " ".join(f"-c {name}={value}" for name, value in taken(SETTINGS, conn).items())
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--no-cov", "-q", "-x", TESTS / f"test_{file}.py"],
        env={**os.environ, "PGDATABASE": migrated, "PGOPTIONS": options, "HISTORIES": "10"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout


def test_nothing_fails_under_the_settings_of_a_database(
    fresh: psycopg.Connection[Any], settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    """From the migrations to the report, whatever an administrator set for all of its sessions."""
    assert settings
    database = sql.Identifier(fresh.info.dbname)
    for name, value in taken(SETTINGS | TEXTS, fresh).items():
        statement = sql.SQL("ALTER DATABASE {} SET {} = {}")
        fresh.execute(statement.format(database, sql.SQL(name), sql.Literal(value)))
    subprocess.run([MIGRATE], check=True)
    assert driver.cli.main(["import", "both", "--direct", *FILES]) == 0
    capfd.readouterr()
    assert driver.cli.main(["load-days", "2020-12-05", "2020-12-11"]) == 0
    assert capfd.readouterr().out.startswith("1/14 users_dim 05.12.2020: 2 rows written in ")
    assert driver.cli.main(["catch-up"]) == 0
    assert reporting.cli.main(["report"]) == 0
    shown = capfd.readouterr().out
    assert "complete up to 11 Dec 2020, 20:30 UTC" in shown
    assert "2020-12-06 " in shown
    assert reporting.cli.main(["status", "--json"]) == 1  # the settings are no fault of ours
    status = json.loads(capfd.readouterr().out)
    assert [one["remedy"] for one in status["problems"]] == ["make setup"]  # there is no queue
    assert {load["import_date"] for load in status["last_loads"]} >= {"2020-12-11"}
    for view in ("problems", "metrics"):  # from 100,000 on, a query is compiled, which takes long
        plan = fresh.execute(f"EXPLAIN TABLE etl.{view}".encode()).fetchone()
        assert plan and float(plan[0].partition("..")[2].split()[0]) < 100_000
