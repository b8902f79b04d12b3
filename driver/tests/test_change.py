"""docs/change.md, followed to the letter."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import psycopg

from driver.tests.conftest import DB

# A block with its language and, when it is a file, the line before it with the path.
BLOCK: Final = re.compile(r"(?:^`([^`\n]+)`\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_worked_example(fresh: psycopg.Connection[Any], tmp_path: Path) -> None:
    """Each file is written where it says, each command run, and its output is as told."""
    shutil.copytree(DB, tmp_path / "db")
    subprocess.run([tmp_path / "db" / "migrate"], check=True)
    page = (DB.parent / "docs" / "change.md").read_text("utf-8")
    environment = os.environ | {"PSQLRC": "/dev/null", "PGTZ": "UTC"}
    output = ""
    told = 0
    for path, language, text in BLOCK.findall(page):
        if path:
            (tmp_path / path).write_text(text, "utf-8")
        elif language == "sh":
            assert output == ""
            command = ["bash", "-euo", "pipefail", "-c", text]
            output = subprocess.run(
                command, cwd=tmp_path, env=environment, check=True, stdout=-1, encoding="utf-8"
            ).stdout
        else:
            assert language == "text" and output == text
            output = ""
            told += 1
    assert (output, told) == ("", 4)
    subprocess.run(["sqitch", "verify", "db:pg:"], cwd=tmp_path / "db" / "migrations", check=True)
    subprocess.run(
        ["sqitch", "revert", "-y", "--to", "country^", "db:pg:"],
        cwd=tmp_path / "db" / "migrations",
        check=True,
    )
    assert fresh.execute("SELECT attributes FROM crm.users_at('2020-12-10') ORDER BY 1").fetchall()
