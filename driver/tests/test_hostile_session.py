"""What a session sets must not matter: other tests, run once more where all is set otherwise."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

TESTS: Final = Path(__file__).parent

# All that may change what a literal, a cast or a statement means. The date style is left: psycopg
# reads no other than ISO; the SQL tests have it.
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


@pytest.mark.parametrize("file", ["ingest", "loads", "catch_up", "random_histories"])
def test_nothing_changes_in_a_hostile_session(migrated: str, file: str) -> None:
    """In a database of the same settings, too."""
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--no-cov", "-q", "-x", TESTS / f"test_{file}.py"],
        env={**os.environ, "PGDATABASE": migrated, "PGOPTIONS": options, "HISTORIES": "10"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
