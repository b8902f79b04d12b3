"""What somebody sees who looks at a terminal; elsewhere the same commands say less."""

import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from driver.progress_bars import Loads
from driver.settings import Settings
from driver.tests.test_catch_up import ingest

Connection = psycopg.Connection[Any]

ROOT: Final = Path(__file__).parents[2]
EVENT: Final = '{"id": "%d", "event_type": "User Created", "received_at": "2020-12-08 10:00"}\n'


def on_terminal(*command: str, status: int = 0, answer: str = "", **environment: str) -> str:
    """Run a command on a terminal of 80 columns; return what it shows."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        command,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80", "YES": "", **environment},
    ) as process:
        os.close(follower)
        os.write(leader, answer.encode())
        shown = b"".join(chunks(leader)).decode()
    os.close(leader)
    assert process.returncode == status, shown
    return re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", shown)


def chunks(leader: int) -> Iterator[bytes]:
    """Read until the other side is closed, which Linux calls an error."""
    try:
        while True:
            yield os.read(leader, 4096)
    except OSError:
        pass


def driver(*arguments: str, status: int = 0) -> str:
    """Run the driver on a terminal."""
    return on_terminal(sys.executable, "-m", "driver", *arguments, status=status)


def test_loads(conn: Connection) -> None:
    """How many are done of all, with the time left; and a word when there is none."""
    ingest(conn, "2020-12-08", "2020-12-09")
    shown = driver("catch-up")
    for text in ("1/4 users_dim 2020-12-08: 1 row written in ", "loads", "75%", "left"):
        assert text in shown
    assert "nothing to do" in driver("catch-up")
    assert "nothing to do" in driver("load-days", "2020-12-08", "2020-12-09")
    assert "nothing" not in driver("load-days", "2020-12-09", "2020-12-08", status=1)


def test_imports(
    conn: Connection, settings: Settings, start_consumer: Callable[[], object], tmp_path: Path
) -> None:
    """How much of the file is done, which is not known of a pipe."""
    assert conn and settings
    start_consumer()
    file = tmp_path / "events.json"
    file.write_text("".join(EVENT % number for number in range(1_500)))
    for options in ([], ["--direct"]):
        shown = driver("import", "user-events", str(file), *options)
        assert "user events committed" in shown
        assert "1,500 100%" in shown
    shown = on_terminal(
        "bash",
        "-c",
        f"cat {file} | {sys.executable} -m driver import user-events --direct /dev/stdin",
    )
    assert "1,500" in shown and "%" not in shown


@pytest.fixture(name="checkout")
def fixture_checkout(tmp_path: Path) -> Path:
    """A checkout with nothing that runs."""
    shutil.copytree(ROOT / "services", tmp_path / "services")
    (tmp_path / ".services").mkdir()
    return tmp_path


@pytest.mark.parametrize(("answer", "status"), [("\n", 1), ("no\n", 1), ("\x04", 1), ("y\n", 0)])
def test_teardown_asks(checkout: Path, answer: str, status: int) -> None:
    """It names what it deletes first."""
    manage = str(checkout / "services" / "manage")
    shown = on_terminal(manage, "teardown", answer=answer, status=status, SERVICES="local")
    assert "database and queue with all that is in them" in shown
    assert (checkout / ".services").exists() == bool(status)


def test_teardown_need_not_ask(checkout: Path) -> None:
    """Who said YES=1, or is no terminal."""
    manage = str(checkout / "services" / "manage")
    on_terminal(manage, "teardown", SERVICES="local", YES="1")
    assert not (checkout / ".services").exists()
    (checkout / ".services").mkdir()
    subprocess.run(
        [manage, "teardown"],
        env=os.environ | {"SERVICES": "local"},
        stdin=subprocess.DEVNULL,
        check=True,
    )
    assert not (checkout / ".services").exists()


def test_long_steps_count_seconds() -> None:
    """What they say is shown only when they fail."""
    script = f"source {ROOT}/services/common; quietly bash -c 'echo why; sleep 2; exit %d'"
    shown = on_terminal("bash", "-c", script % 0)
    assert "1 s" in shown and "why" not in shown
    assert "why" in on_terminal("bash", "-c", script % 3, status=3)


def test_a_notice_that_is_no_load(capsys: pytest.CaptureFixture[str]) -> None:
    """It is printed, and counts as none."""
    with Loads() as loads:
        loads.say("another session has just loaded it")
    assert loads.count == 0
    assert capsys.readouterr().out == "another session has just loaded it\n"
