"""What `make import` makes of the files that it is told, on a scratch database."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

ROOT: Final = Path(__file__).parents[2]
SAMPLE: Final = ROOT / "data"
EVENT: Final = '{"id": "anna", "event_type": "User Created", "received_at": "2020-12-08 10:00"}'
OUTCOME: Final = "user events: 1 new, 0 duplicate, 0 rejected\n"

Connection = psycopg.Connection[Any]


def make(folder: Path, *arguments: str, content: str = "") -> subprocess.CompletedProcess[str]:
    """Call make in the checkout, as from a shell that stands in a folder."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    outer = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    return subprocess.run(
        ["make", "--no-print-directory", "-C", str(ROOT), *arguments],
        cwd=folder,
        env={**outer, "PATH": path, "PWD": str(folder)},
        input=content,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def import_files(folder: Path, *arguments: str, content: str = "") -> str:
    """Import past the queue, on the servers of the tests; return what it says."""
    done = make(folder, "import", "RUN=@", "DIRECT=1", *arguments, content=content)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_only_what_is_named_is_imported(conn: Connection, tmp_path: Path) -> None:
    """Relative to the folder that one stands in, with any name, from the checkout as well."""
    (tmp_path / "my events.json").write_text(EVENT)
    assert import_files(tmp_path, "USER_EVENTS=my events.json") == OUTCOME
    assert import_files(ROOT, f"USER_EVENTS={tmp_path}/my events.json").startswith("user events: 0")
    assert conn.execute("SELECT count(*) FROM raw.organizations").fetchone() == (0,)

    told = import_files(tmp_path, "ORGANIZATIONS=data/organizations.json")
    assert told == "organizations: 20 new, 0 duplicate, 0 rejected\n"
    assert conn.execute("SELECT count(*) FROM raw.user_events").fetchone() == (1,)


def test_a_file_comes_in(conn: Connection, tmp_path: Path) -> None:
    """By the name -."""
    assert import_files(tmp_path, "USER_EVENTS=-", content=EVENT) == OUTCOME
    assert conn.execute("SELECT count(*) FROM raw.organizations").fetchone() == (0,)


def test_without_a_name_it_is_the_sample(conn: Connection, tmp_path: Path) -> None:
    """And says so."""
    done = make(tmp_path, "import", "RUN=@", "DIRECT=1")
    assert done.returncode == 0
    assert "so this imports the sample, data/*.json" in done.stderr
    assert conn.execute("SELECT count(*) FROM raw.user_events").fetchone() == (36,)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["import", "USER_EVENT=x"], "there is no setting USER_EVENT: 'make help' lists them"),
        (["import", "USEREVENTS=my file"], "there is no setting USEREVENTS"),
        (["status", "STATU=--json"], "there is no setting STATU"),
        (["import", "USER_EVENTS="], "USER_EVENTS is empty: name a file, or leave it out"),
        (["import", "ORGANIZATIONS=", "USER_EVENTS=-"], "ORGANIZATIONS is empty"),
        (["import", "RUN=@", "DIRECT=1", "USER_EVENTS=no.json"], "error: no.json: No such file"),
        (["import", "USER_EVENTS=README.md"], "README.md is in "),
    ],
)
def test_a_wrong_name_is_refused(tmp_path: Path, arguments: list[str], message: str) -> None:
    """In one line, before anything is done."""
    (tmp_path / "README.md").write_text(EVENT)
    done = make(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    lines = [line for line in done.stderr.splitlines() if "] Error 2" not in line]
    assert len(lines) == 1 and message in lines[0]


def test_history_in_one_pass(conn: Connection, tmp_path: Path) -> None:
    """What a rebuild would change is shown, then it is made; days are loaded together."""
    import_files(tmp_path, "USER_EVENTS=-", content=EVENT)
    loaded = make(
        tmp_path, "load", "RUN=@", "FROM=2020-12-08", "TO=2020-12-09", "IN_ONE_PASS=on"
    )  # fmt: skip
    assert "2 days of users_dim, in one pass in " in loaded.stdout
    assert "2 days of user_events_daily, in one pass in " in loaded.stdout
    conn.execute("UPDATE raw.user_events SET username = 'new'")

    preview = make(tmp_path, "rebuild", "RUN=@", "PREVIEW=1").stdout
    assert '"username": "new"' in preview and "(1 row)" in preview
    names = "SELECT username FROM crm.users_dim"
    assert conn.execute(names).fetchall() == [(None,)]
    assert "1 versions are written" in make(tmp_path, "rebuild", "RUN=@").stderr
    assert conn.execute(names).fetchall() == [("new",)]
