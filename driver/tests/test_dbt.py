"""The dbt project of docs/dbt, with the real dbt, which `make test_dbt` installs."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import psycopg
import pytest

from driver.tests.conftest import DB
from driver.tests.model import Connection

DBT: Final = os.environ.get("DBT", "")
PROJECT: Final = DB.parent / "docs" / "dbt"
COLUMNS: Final = "user_id, valid_from, valid_to, is_deleted, username, plan_name, attributes::text"

pytestmark = pytest.mark.skipif(not DBT, reason="make test_dbt")


def event(user_id: str, at: str, plan_name: str) -> bytes:
    """An event of a user."""
    fields = {"id": user_id, "event_type": "User Updated", "received_at": at}
    return json.dumps({**fields, "plan_name": plan_name}).encode()


def load(conn: Connection, *events: bytes) -> None:
    """Ingest events and load their days."""
    conn.execute("SELECT raw.ingest_user_events(%b::bytea[], NULL)", (list(events),))
    conn.execute("CALL etl.catch_up()")


def test_dbt_builds_on_the_warehouse(
    own_warehouse: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Freshness, an incremental copy, and a join as of a moment, with the rights of a reader."""
    conn = own_warehouse
    role = f"dbt_{own_warehouse.info.dbname}"
    project = Path(shutil.copytree(PROJECT, tmp_path / "dbt"))

    def dbt(*arguments: str) -> None:
        command = [DBT, "--no-use-colors", *arguments, "--profiles-dir", "."]
        done = subprocess.run(
            command, cwd=project, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stdout

    def same() -> bool:
        copy, dimension = (
            conn.execute(psycopg.sql.SQL(f"SELECT {COLUMNS} FROM {table} ORDER BY 1, 2")).fetchall()
            for table in ("analytics.users", "crm.users_dim")
        )
        return copy == dimension

    conn.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'dbt' IN ROLE warehouse_read")
    try:
        conn.execute(f"CREATE SCHEMA analytics AUTHORIZATION {role}")
        conn.execute("SELECT etl.keep_changes('7 days')")
        monkeypatch.setenv("PGUSER", role)
        monkeypatch.setenv("PGPASSWORD", "dbt")
        load(
            conn,
            event("anna", "2020-12-08 10:00", "Small"),
            event("anna", "2020-12-09 10:00", "Large"),
            event("bert", "2020-12-09 10:00", "Large"),
        )
        dbt("source", "freshness")
        dbt("build")
        assert same()
        assert conn.execute(
            "SELECT plan_name FROM analytics.orders_as_of ORDER BY order_id"
        ).fetchall() == [
            (None,),
            ("Small",),
            ("Large",),
        ]

        load(
            conn,
            event("anna", "2020-12-08 12:00", "Late"),
            event("cleo", "2020-12-10 10:00", "New"),
        )
        conn.execute("SELECT FROM crm.erase_user('bert')")
        assert not same()
        dbt("build")
        assert same()
        dbt("run")
        assert same()
    finally:
        conn.execute(
            f"DROP SCHEMA IF EXISTS analytics CASCADE; DROP OWNED BY {role}; DROP ROLE {role}"
        )
