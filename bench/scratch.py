"""Keeps a measurement from a database that is not a scratch one, which it would empty."""

import subprocess
import sys
from pathlib import Path
from typing import Final

SCRATCH: Final = Path(__file__).parents[1] / "db" / "tests" / "fixtures" / "scratch.sql"


def require_scratch() -> None:
    """End the program unless PGDATABASE names a scratch database; psql says so."""
    command = ["psql", "--no-psqlrc", "--quiet", "--file", str(SCRATCH)]
    if status := subprocess.run(command, check=False).returncode:
        sys.exit(status)
