"""The measurements run; of so few events they tell nothing."""

import os
import subprocess
import sys

import pytest

from driver.tests.conftest import DB, NEEDS_SERVERS

pytestmark = NEEDS_SERVERS


@pytest.mark.parametrize(
    ("module", "events", "figure"),
    [
        ("ingest", 400, "queue to committed raw"),
        ("loads", 20, "the original solution"),
        ("history", 20, "longest wait of a reader"),
    ],
)
def test_figures_are_printed(module: str, events: int, figure: str) -> None:
    """From the first to the last."""
    done = subprocess.run(
        [DB / "tools" / "scratch", "pgtap", sys.executable, "-m", f"bench.{module}", str(events)],
        cwd=DB.parent,
        env=os.environ | {"ROUNDS": "1"},
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert figure in done.stdout
