"""Producers in other languages, as the page for producers shows them."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from driver.settings import Settings
from driver.tests.conftest import ROOT, until
from driver.tests.test_consume import StartConsumer, count
from driver.tests.test_docs import blocks


@pytest.mark.skipif(not shutil.which("npm"), reason="needs Node")
def test_the_example_in_node(
    conn: psycopg.Connection[Any],
    settings: Settings,
    start_consumer: StartConsumer,
    tmp_path: Path,
) -> None:
    """With amqplib: its event is in raw."""
    (program,) = [
        one.text for one in blocks(ROOT / "docs" / "producers.md") if one.language == "js"
    ]
    (tmp_path / "publish.js").write_text(program, "utf-8")
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "amqplib"]
    subprocess.run(install, cwd=tmp_path, check=True, timeout=120)
    start_consumer()
    environment = {**os.environ, "USER_EVENTS_QUEUE": settings.queue}
    subprocess.run(["node", "publish.js"], cwd=tmp_path, check=True, timeout=30, env=environment)
    until(lambda: count(conn, "raw.user_events") == 1)
